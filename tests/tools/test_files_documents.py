"""Reading PDF and office documents: their text, by lines; and everything that can be wrong."""

import io
import sys
import zipfile
from datetime import date
from pathlib import Path

import docx
import pptx
import pypdf
import pytest
import xlsxwriter

from tests.tools.calling import told, use
from tests.tools.documents import pdf
from tyler_tui.errors import ToolError
from tyler_tui.tools.files import documents
from tyler_tui.tools.workers import document


async def read(workspace: Path, name: str, **lines: int) -> str:
    return await use(workspace, "files-read", path=name, **lines)


async def test_the_text_of_a_pdf_comes_page_by_page(workspace: Path) -> None:
    (workspace / "paper.pdf").write_bytes(pdf("Hello there", "The second page"))
    assert await read(workspace, "paper.pdf") == (
        "[page 1]\nHello there\n\n[page 2]\nThe second page\n\n"
    )


async def test_a_pdf_is_one_whatever_it_is_called(workspace: Path) -> None:
    (workspace / "paper.txt").write_bytes(pdf("Hello there"))
    assert "Hello there" in await read(workspace, "paper.txt")


async def test_lines_count_in_the_text_that_was_read_out(workspace: Path) -> None:
    (workspace / "paper.pdf").write_bytes(pdf("one", "two", "three"))
    assert await read(workspace, "paper.pdf", start_line=4, end_line=5) == (
        "[page 2]\ntwo\n\n[lines 4 to 5; the file goes on]"
    )


async def test_a_word_document_keeps_headings_lists_and_tables_in_their_order(
    workspace: Path,
) -> None:
    made = docx.Document()
    made.add_heading("Title", 1)
    made.add_paragraph("Before the table.")
    table = made.add_table(2, 2)
    for cell, text in zip(table._cells, ["a", "b", "c", "two\nlines"], strict=True):
        cell.text = text
    made.add_paragraph("A point", style="List Bullet")
    made.save(str(workspace / "letter.docx"))
    assert await read(workspace, "letter.docx") == (
        "# Title\n\nBefore the table.\n\n| a | b |\n| c | two lines |\n\n- A point\n"
    )


async def test_slides_come_with_their_tables_and_notes(workspace: Path) -> None:
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "First"
    slide.placeholders[1].text = "a point"
    table = slide.shapes.add_table(1, 2, 0, 0, 100, 100).table
    table.cell(0, 0).text, table.cell(0, 1).text = "x", "y"
    slide.notes_slide.notes_text_frame.text = "Say this."
    made.slides.add_slide(made.slide_layouts[6])
    made.save(str(workspace / "talk.pptx"))
    assert await read(workspace, "talk.pptx") == (
        "[slide 1]\nFirst\na point\n| x | y |\n[notes]\nSay this.\n\n[slide 2]\n\n"
    )


async def test_sheets_come_as_rows_with_tabs(workspace: Path) -> None:
    book = xlsxwriter.Workbook(str(workspace / "data.xlsx"))
    sheet = book.add_worksheet("Sales")
    sheet.write_row(0, 0, ["name", "amount", "share"])
    sheet.write_row(1, 0, ["Köln", 12, 0.5])
    sheet.write_datetime(2, 0, date(2026, 3, 4), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.add_worksheet("Empty")
    book.close()
    assert await read(workspace, "data.xlsx") == (
        "[sheet Sales]\nname\tamount\tshare\nKöln\t12\t0.5\n2026-03-04\n\n[sheet Empty]\n\n"
    )


async def test_a_long_document_is_cut_and_says_so(workspace: Path) -> None:
    book = xlsxwriter.Workbook(str(workspace / "data.xlsx"))
    sheet = book.add_worksheet()
    for number in range(20_000):
        sheet.write_row(number, 0, [number, "x" * 40])
    book.close()
    text = await read(workspace, "data.xlsx")
    assert text.endswith("after 262,144 characters]")
    assert "\n9000\tx" in await read(workspace, "data.xlsx", start_line=9000, end_line=9010)


# What cannot be read


async def test_a_password_is_said_to_be_the_reason(workspace: Path) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(pdf("secret")))
    writer.encrypt("key", algorithm="RC4-128")
    writer.write(str(workspace / "locked.pdf"))
    with pytest.raises(ToolError, match="protected by a password"):
        await read(workspace, "locked.pdf")


async def test_a_pdf_without_text_is_said_to_hold_pictures(workspace: Path) -> None:
    (workspace / "scan.pdf").write_bytes(pdf(""))
    with pytest.raises(ToolError, match="no text; its pages may be pictures"):
        await read(workspace, "scan.pdf")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF-1.7\n" + b"x" * 100),
        ("a.pdf", pdf("one")[:200]),
        ("a.docx", b"PK\x03\x04" + b"x" * 100),
        ("a.pptx", b"PK\x03\x04"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 100),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    ],
)
async def test_a_damaged_document_is_told_in_a_line(
    workspace: Path, name: str, data: bytes
) -> None:
    (workspace / name).write_bytes(data)
    answer = await told(workspace, "files-read", path=name)
    assert answer.startswith("The document ")
    assert "\n" not in answer
    assert "Traceback" not in answer


async def test_a_document_that_takes_too_long_is_given_up(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "TIMEOUT_S", 0.001)
    (workspace / "paper.pdf").write_bytes(pdf("Hello there"))
    with pytest.raises(ToolError, match=r"paper\.pdf could not be read in"):
        await read(workspace, "paper.pdf")


@pytest.mark.parametrize("kind", ["docx", "pptx", "sheets"])
def test_a_document_that_would_unpack_to_very_much_is_refused(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "MAX_UNPACKED_BYTES", 1024**2)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (5 * 1024**2))
    packed.seek(0)
    with pytest.raises(ToolError, match="unpacks to 5 MB"):
        list(document.text_of(kind, packed))


@pytest.mark.parametrize(
    ("kind", "library"), [("pdf", "pypdf"), ("docx", "docx"), ("pptx", "pptx"),
                          ("sheets", "python_calamine")],
)  # fmt: skip
def test_without_its_library_it_is_told_what_to_install(
    kind: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x", "x")
    packed.seek(0)
    with pytest.raises(ToolError, match=r"pip install 'tyler-tui\[documents\]'"):
        list(document.text_of(kind, packed))


IMAGES = {
    "PNG": b"\x89PNG\r\n\x1a\n\0",
    "JPEG": b"\xff\xd8\xff\xe0",
    "GIF": b"GIF89a",
    "WebP": b"RIFF\0\0\0\0WEBPVP8",
    "HEIF": b"\0\0\0\x18ftypheic",
    "TIFF": b"II*\0\x08",
}


@pytest.mark.parametrize(("kind", "data"), IMAGES.items(), ids=IMAGES)
async def test_an_image_is_refused_as_what_it_is(workspace: Path, kind: str, data: bytes) -> None:
    (workspace / "picture").write_bytes(data)
    with pytest.raises(ToolError, match=rf"picture is an image \({kind}\); only text"):
        await read(workspace, "picture")


async def test_an_old_word_document_and_an_archive_are_refused_in_words(workspace: Path) -> None:
    (workspace / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (workspace / "some.zip").write_bytes(b"PK\x03\x04\0\0")
    assert "old Office format" in await told(workspace, "files-read", path="old.doc")
    assert "binary file" in await told(workspace, "files-read", path="some.zip")


async def test_a_link_to_a_document_outside_is_refused(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(pdf("outside-secret"))
    (workspace / "link.pdf").symlink_to(tmp_path / "paper.pdf")
    answer = await told(workspace, "files-read", path="link.pdf")
    assert "outside the workspace" in answer
    assert "outside-secret" not in answer
