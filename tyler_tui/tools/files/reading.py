"""Reading a text file or a document, or some of its lines."""

import io
import os
from collections.abc import Iterator
from typing import NamedTuple

from tyler_tui.agent.calling import call
from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.tools.files import seen
from tyler_tui.tools.files.documents import document_text
from tyler_tui.tools.files.kinds import document_kind, why_no_text
from tyler_tui.tools.text import SNIFFED_BYTES, encoding_of
from tyler_tui.tools.workspace import Place, Version, open_file, path_for_rules, resolve

MAX_READ_CHARACTERS = 256 * 1024
MAX_PIECE = 64 * 1024


@tool(
    name="files-read",
    summarize=lambda arguments: f"read {arguments['path']}",
    subject=path_for_rules,
)
async def read_file(
    context: ToolContext, path: str, start_line: int = 1, end_line: int | None = None
) -> str:
    """Read a text file of the workspace, or the text of a PDF, Word, PowerPoint or Excel file.

    Args:
        path: The file, relative to the workspace.
        start_line: The first line to read, counted from 1.
        end_line: The last line to read; the end of the file when it is left out.
    """
    start = max(1, start_line)
    if end_line is not None and end_line < start:
        raise ToolError(f"end_line, {end_line}, comes before start_line, {start}.")
    arguments = {"context": context, "path": path, "start": start, "end": end_line}
    result = await call(_read, arguments)  # in a thread
    if isinstance(result, str):
        return result
    text = await document_text(result.place, result.kind)
    return _excerpt(io.StringIO(text), start, end_line)


class _Document(NamedTuple):
    place: Place
    kind: str


def _read(context: ToolContext, path: str, start: int, end: int | None) -> str | _Document:
    """The excerpt of a text file; of a document only what it is. Raises ToolError."""
    place = resolve(context.workspace, path)
    with open_file(place) as file:
        head = file.read(SNIFFED_BYTES)
        name = place.parts[-1]
        if (kind := document_kind(head, name)) is not None:
            return _Document(place, kind)
        if (why := why_no_text(head)) is not None:
            raise ToolError(f"{place} {why}")
        seen.remember(context, place, Version.of(os.fstat(file.fileno())))
        file.seek(0)
        encoding = encoding_of(head)
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        with io.TextIOWrapper(file, codec, "replace", newline="\n") as text:
            return _excerpt(text, start, end)


def _excerpt(file: io.TextIOBase, start: int, end: int | None) -> str:
    kept: list[str] = []
    room, number, note = MAX_READ_CHARACTERS, 0, ""
    for number, piece in _pieces(file):
        if number < start:
            continue
        if end is not None and number > end:
            note = f"lines {start} to {end}; the file goes on"
            break
        kept.append(piece[:room])
        if len(piece) > room:
            note = f"cut in line {number}, after {MAX_READ_CHARACTERS:,} characters"
            break
        room -= len(piece)
    if not number:
        return "(the file is empty)"
    if not kept:
        raise ToolError(f"There is no line {start}: the file ends at line {number}.")
    if start > 1 and not note:
        note = f"lines {start} to {number}, the last"
    text = "".join(kept)
    return text if not note else text.removesuffix("\n") + f"\n\n[{note}]"


def _pieces(file: io.TextIOBase) -> Iterator[tuple[int, str]]:
    """The text by lines, with their numbers. A line that is very long comes in several pieces."""
    number, begins = 0, True
    while piece := file.readline(MAX_PIECE):
        number += begins
        begins = piece.endswith("\n")
        yield number, piece
