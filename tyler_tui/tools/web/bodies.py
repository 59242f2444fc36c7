"""The body of an answer, unpacked with a bound.

httpx unpacks a whole piece at once, and one encoding inside another, so that 64 KB can become
gigabytes before anyone counts. Here no more is ever unpacked than there is room for.
"""

import zlib
from collections.abc import AsyncGenerator, Iterator

import httpx

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line

PACKED = "gzip, deflate"
"""The Accept-Encoding to ask for, where packing is welcome."""

_PIECE = 64 * 1024


async def unpacked(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body in small pieces, as they arrive. Raises ToolError for packing that is
    broken or not understood, and httpx.TransportError."""
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing in ("", "identity"):
        async for piece in response.aiter_raw():
            yield piece
        return
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise ToolError(f"The server packed its answer as {one_line(packing, 40)!r}, unasked.")
    unpacker = _Unpacker()
    async for piece in response.aiter_raw():
        for part in unpacker.feed(piece):
            yield part
    if not unpacker.at_end:
        raise httpx.RemoteProtocolError("the packed body ends too early")


class _Unpacker:
    """gzip, in one or several members, and deflate with or without zlib's frame."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._is_new = True

    @property
    def at_end(self) -> bool:
        return self._inflate.eof or self._is_new

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflate.eof:  # another member follows
                self._inflate, self._is_new = zlib.decompressobj(zlib.MAX_WBITS | 32), True
            part = self._part(data)
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            if part:
                yield part

    def _part(self, data: bytes) -> bytes:
        first, self._is_new = self._is_new, False
        try:
            return self._inflate.decompress(data, _PIECE)
        except zlib.error as error:
            if first:  # some servers leave zlib's frame away
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
                return self._part(data)
            raise ToolError("The server's answer is packed in a broken way.") from error
