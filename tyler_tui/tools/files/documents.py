"""The text of PDF and office documents, read out by a worker."""

import os
from typing import BinaryIO

from tyler_tui.errors import ToolError
from tyler_tui.tools.apart import run_worker
from tyler_tui.tools.workspace import Place, open_file

TIMEOUT_S = 60.0
MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
MAX_TEXT_BYTES = 16 * 1024 * 1024


async def document_text(place: Place, kind: str) -> str:
    """The text of the document at `place`. Raises ToolError, also where the libraries for it are
    not installed."""
    with open_file(place) as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_DOCUMENT_BYTES:
            raise ToolError(
                f"{place} is longer than {MAX_DOCUMENT_BYTES // 1024**2} MB: too long to read."
            )
        return await text_read_out(file, kind, str(place))


async def text_read_out(file: BinaryIO, kind: str, name: str) -> str:
    """The text of an open document, which `name` stands for in errors. Raises as above."""
    text, timed_out = await run_worker(
        "document",
        {"kind": kind},
        timeout_s=TIMEOUT_S,
        limit=MAX_TEXT_BYTES,
        stdin=file.fileno(),
    )
    if timed_out:
        raise ToolError(f"{name} could not be read in {TIMEOUT_S:.0f} s.")
    return text
