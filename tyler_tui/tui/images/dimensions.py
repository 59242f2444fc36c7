"""How large an image is, by the first bytes of its file: nothing is decoded, nothing imported."""

from struct import error as StructError
from struct import unpack_from

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG that a size stands behind."""
_BARE = {0x01, *range(0xD0, 0xDA)}
"""Those that nothing stands behind."""


def dimensions(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG, GIF or WebP file, as its header says; None for
    other files and for those that are cut off before it."""
    try:
        if data.startswith(_PNG):
            size = unpack_from(">II", data, 16)
        elif data.startswith((b"GIF87a", b"GIF89a")):
            size = unpack_from("<HH", data, 6)
        elif data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            size = _webp(data)
        elif data.startswith(_JPEG):
            size = _jpeg(data)
        else:
            return None
    except StructError:
        return None
    return (size[0], size[1]) if len(size) == 2 and all(size) else None


def _webp(data: bytes) -> tuple[int, ...]:
    """The three forms of RFC 9649: lossy, lossless, extended."""
    match data[12:16]:
        case b"VP8 ":
            return tuple(side & 0x3FFF for side in unpack_from("<HH", data, 26))
        case b"VP8L":
            (bits,) = unpack_from("<I", data, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            low_w, high_w, low_h, high_h = unpack_from("<HBHB", data, 24)
            return (low_w | high_w << 16) + 1, (low_h | high_h << 16) + 1
        case _:
            return ()


def _jpeg(data: bytes) -> tuple[int, ...]:
    """Walks over the segments, each of which tells its length, to the one of the frame."""
    at = 2
    while True:
        lead, marker = unpack_from(">BB", data, at)
        if lead != 0xFF:
            return ()
        if marker == 0xFF:  # fill
            at += 1
        elif marker in _BARE:
            at += 2
        elif marker in _FRAMES:
            height, width = unpack_from(">HH", data, at + 5)
            return width, height
        else:
            (length,) = unpack_from(">H", data, at + 2)
            at += 2 + max(2, length)
