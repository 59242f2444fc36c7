"""Reading a text file, or some of its lines."""

import io
import os
from collections.abc import Iterator

from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.tools.files import seen
from tyler_tui.tools.text import SNIFFED_BYTES, encoding_of
from tyler_tui.tools.workspace import Version, open_file, path_for_rules, resolve

MAX_READ_CHARACTERS = 256 * 1024
MAX_PIECE = 64 * 1024


@tool(
    name="files-read",
    summarize=lambda arguments: f"read {arguments['path']}",
    subject=path_for_rules,
)
def read_file(
    context: ToolContext, path: str, start_line: int = 1, end_line: int | None = None
) -> str:
    """Read a text file of the workspace.

    Args:
        path: The file, relative to the workspace.
        start_line: The first line to read, counted from 1.
        end_line: The last line to read; the end of the file when it is left out.
    """
    place = resolve(context.workspace, path)
    start = max(1, start_line)
    if end_line is not None and end_line < start:
        raise ToolError(f"end_line, {end_line}, comes before start_line, {start}.")
    with open_file(place) as file:
        seen.remember(context, place, Version.of(os.fstat(file.fileno())))
        encoding = encoding_of(file.read(SNIFFED_BYTES))
        file.seek(0)
        if encoding is None:
            raise ToolError(f"{place} is a binary file; only text can be read.")
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        with io.TextIOWrapper(file, codec, "replace", newline="\n") as text:
            return _excerpt(text, start, end_line)


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
