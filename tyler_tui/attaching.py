"""Files that go with a prompt: texts, documents and images, found good before they are sent."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from tyler_tui.errors import ToolError, UsageError
from tyler_tui.mentions import Mention
from tyler_tui.messages import Attachment
from tyler_tui.paths import expanded
from tyler_tui.providers import ModelInfo
from tyler_tui.sanitize import one_line, storable
from tyler_tui.tools.files.documents import text_read_out
from tyler_tui.tools.files.kinds import document_kind, image_kind, why_no_text
from tyler_tui.tools.files.listing import listing
from tyler_tui.tools.text import SNIFFED_BYTES, encoding_of
from tyler_tui.tools.workspace import Place

MAX_TEXT_BYTES = 1024 * 1024
"""About as much as the largest contexts hold."""
MAX_IMAGE_BYTES = 20 * 1024 * 1024
LISTED_DEPTH = 2
"""How many levels of a folder are listed."""

_IMAGE_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "WebP": "image/webp",
}


async def attachments(paths: Iterable[Path]) -> list[Attachment]:
    """The files at `paths`. Raises as `attachment` does."""
    return [await attachment(path) for path in paths]


async def attachment(path: Path, name: str = "") -> Attachment:
    """The file at `path`, as a model reads it: an image as it is, all else as UTF-8 text, which
    the libraries of the extra `documents` read out of PDF and office files; of a folder the list of
    what is in it. It is called `name`, or by its path as it was given. Raises UsageError that says
    why it cannot be sent."""
    name = storable(name or str(path))
    shown = one_line(name, 200)
    try:
        found = await asyncio.to_thread(_read, path, name, shown)
        if isinstance(found, Attachment):
            return found
        with _opened(path) as file:
            data = (await text_read_out(file, found, shown)).encode("utf-8", "replace")
    except ToolError as error:
        raise UsageError(error.message) from error
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise UsageError(f"{shown} cannot be read: {reason}.") from error
    _check_size(shown, len(data), MAX_TEXT_BYTES, "of text ")
    return Attachment(name, data, "text/plain")


def _read(path: Path, name: str, shown: str) -> Attachment | str:
    """The attachment, or the kind of document of which it takes the text."""
    if expanded(path).is_dir():
        listed = listing(Place(expanded(path).resolve(), ()), depth=LISTED_DEPTH)
        return Attachment(f"{name.rstrip('/')}/", listed.encode("utf-8", "replace"), "text/plain")
    with _opened(path) as file:
        head = file.read(SNIFFED_BYTES)
        size = os.fstat(file.fileno()).st_size
        if (kind := document_kind(head, path.name)) is not None:
            return kind
        if (media := _IMAGE_TYPES.get(image_kind(head) or "")) is not None:
            _check_size(shown, size, MAX_IMAGE_BYTES)
            return Attachment(name, head + file.read(), media)
        if (why := why_no_text(head)) is not None:
            raise UsageError(f"{shown} {why}", hint=f"Images may be {_image_names()}.")
        _check_size(shown, size, MAX_TEXT_BYTES)
        data = head + file.read(MAX_TEXT_BYTES)
    try:
        text = data.decode(encoding_of(head) or "utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return Attachment(name, text.removeprefix("\ufeff").encode("utf-8", "replace"), "text/plain")


def named_file(mention: Mention, workspace: Path) -> tuple[str, Path] | None:
    """The name and the place of the file or folder that a prompt means, seen from the workspace;
    None when there is none. Looks at the disk."""
    for name in mention.readings:
        try:
            path = workspace / expanded(name)
            path.stat()
        except (OSError, RuntimeError, ValueError):
            continue
        return name, path
    return None


def check_seen(files: Iterable[Attachment], model: ModelInfo) -> None:
    """Raises UsageError for an image when the model is known not to see."""
    blind = model.vision is False
    for image in (file for file in files if file.is_image and blind):
        raise UsageError(
            f"{one_line(model.name, 60)} does not see images, and "
            f"{one_line(image.filename, 200)} is one.",
            hint="Leave it out, or use a model that sees (/model, -m): `tyler-chat models --json` "
            "says which do.",
        )


def _opened(path: Path) -> BinaryIO:
    # Without O_NONBLOCK a pipe that nobody writes to would block for ever.
    handle = os.open(expanded(path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    return os.fdopen(handle, "rb")


def _check_size(name: str, size: int, most: int, what: str = "") -> None:
    if size > most:
        raise UsageError(
            f"{name} is too long: {size / 1024**2:.1f} MB {what}where {most // 1024**2} MB "
            "can be sent.",
            hint="A model with tools can read it a part at a time when it lies in the workspace.",
        )


def _image_names() -> str:
    *others, last = _IMAGE_TYPES
    return f"{', '.join(others)} or {last}"
