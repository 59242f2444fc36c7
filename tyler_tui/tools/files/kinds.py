"""What a file is that is not plain text, by how it begins and by its name."""

from pathlib import PurePosixPath

from tyler_tui.tools.text import encoding_of

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_DOCUMENTS = {
    (_ZIP, ".docx"): "docx",
    (_ZIP, ".docm"): "docx",
    (_ZIP, ".pptx"): "pptx",
    (_ZIP, ".pptm"): "pptx",
    (_ZIP, ".xlsx"): "sheets",
    (_ZIP, ".xlsm"): "sheets",
    (_ZIP, ".xlsb"): "sheets",
    (_ZIP, ".ods"): "sheets",
    (_OLE, ".xls"): "sheets",
}

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"\0\0\1\0": "ICO",
}


def document_kind(head: bytes, name: str) -> str | None:
    """The kind of document whose text can be read out, as the worker `document` calls it."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    suffix = PurePosixPath(name).suffix.lower()
    for (magic, end), kind in _DOCUMENTS.items():
        if head.startswith(magic) and suffix == end:
            return kind
    return None


def why_no_text(head: bytes) -> str | None:
    """Why nobody can read text in a file that begins so; None when it is text."""
    if (image := image_kind(head)) is not None:
        return f"is an image ({image}); only text can be read."
    if head.startswith(_OLE):
        return "is of an old Office format; saved as .docx, .pptx or PDF it can be read."
    return "is a binary file; only text can be read." if encoding_of(head) is None else None


def image_kind(head: bytes) -> str | None:
    """The format of an image that begins so; None when it is none that is known."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WebP"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"avif"):
        return "HEIF"
    return next((name for magic, name in _IMAGES.items() if head.startswith(magic)), None)
