"""The text of a document, which is the standard input. The libraries that read it come with the
extra `documents`; documents from anywhere can make them run for ever or fill the memory."""

import json
import logging
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, time, timedelta
from typing import Any, BinaryIO

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line
from tyler_tui.tools.workers import REFUSED, limit_memory

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_CHARACTERS = 4 * 1024 * 1024
"""More text than that is not read out."""


def text_of(kind: str, file: BinaryIO) -> Iterator[str]:
    """The text in pieces, each of whole lines. Raises ToolError."""
    try:
        yield from _READERS[kind](file)
    except ImportError as error:
        raise ToolError(
            "Reading such a document needs more libraries, which the user can install: "
            "pip install 'tyler-tui[documents]'"
        ) from error
    except ToolError:
        raise
    except MemoryError as error:
        raise ToolError("The document needs too much memory.") from error
    except Exception as error:  # these libraries raise anything at all
        raise ToolError(
            f"The document cannot be read: {one_line(str(error)) or type(error).__name__}."
        ) from error


def _pdf(file: BinaryIO) -> Iterator[str]:
    from pypdf import PdfReader  # noqa: PLC0415 - comes with the extra

    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ToolError("The document is protected by a password.")
    empty = True
    for number, page in enumerate(reader.pages, 1):
        text = page.extract_text().strip()
        empty = empty and not text
        yield f"[page {number}]\n{text}\n\n"
    if empty:
        raise ToolError("The document holds no text; its pages may be pictures.")


def _docx(file: BinaryIO) -> Iterator[str]:
    _check_unpacked(file)
    from docx import Document  # noqa: PLC0415 - as above
    from docx.table import Table  # noqa: PLC0415

    for part in Document(file).iter_inner_content():
        if isinstance(part, Table):
            yield _table([cell.text for cell in row.cells] for row in part.rows) + "\n"
        else:
            yield _paragraph(part.text, part.style.name if part.style else "")


def _paragraph(text: str, style: str | None) -> str:
    kind, _, level = (style or "").rpartition(" ")
    if kind == "Heading" and level.isdecimal():
        return f"{'#' * int(level)} {text}\n\n"
    if (style or "").startswith("List"):
        return f"- {text}\n"
    return f"{text}\n\n" if text.strip() else ""


def _pptx(file: BinaryIO) -> Iterator[str]:
    _check_unpacked(file)
    from pptx import Presentation  # noqa: PLC0415 - as above

    for number, slide in enumerate(Presentation(file).slides, 1):
        yield f"[slide {number}]\n"
        yield from _shapes(slide.shapes)
        if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
            notes = frame.text.strip()
            yield f"[notes]\n{notes}\n" if notes else ""
        yield "\n"


def _shapes(shapes: Iterable[Any]) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        elif getattr(shape, "has_table", False):
            yield _table([cell.text for cell in row.cells] for row in shape.table.rows)
        elif shape.has_text_frame and (text := shape.text_frame.text.strip()):
            yield f"{text}\n"


def _sheets(file: BinaryIO) -> Iterator[str]:
    if zipfile.is_zipfile(file):
        _check_unpacked(file)
    file.seek(0)
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - as above

    book = CalamineWorkbook.from_filelike(file)
    for name in book.sheet_names:
        yield f"[sheet {one_line(name)}]\n"
        for row in book.get_sheet_by_name(name).iter_rows():
            yield "\t".join(map(_cell, row)).rstrip("\t") + "\n"
        yield "\n"


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | time | timedelta):
        return str(value)
    return " ".join(str(value).split())


def _table(rows: Iterable[Iterable[str]]) -> str:
    return "".join(f"| {' | '.join(' '.join(cell.split()) for cell in row)} |\n" for row in rows)


def _check_unpacked(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        size = sum(part.file_size for part in archive.infolist())
    if size > MAX_UNPACKED_BYTES:
        raise ToolError(f"The document unpacks to {size // 1024**2:,} MB: that is too much.")
    file.seek(0)


_READERS: dict[str, Callable[[BinaryIO], Iterator[str]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "pptx": _pptx,
    "sheets": _sheets,
}


def main() -> None:
    limit_memory()
    logging.disable()  # what a library says of a document is no part of its text
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    room = MAX_CHARACTERS
    try:
        for piece in text_of(json.loads(sys.argv[1])["kind"], sys.stdin.buffer):
            print(piece[:room], end="", flush=True)
            room -= len(piece)
            if room <= 0:
                break
    except ToolError as error:
        print(error.message)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main()
