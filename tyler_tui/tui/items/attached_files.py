"""Files that go with a message: a line each, and for an image the word that opens it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.style import Style

from tyler_tui.figures import size_text
from tyler_tui.sanitize import one_line
from tyler_tui.tui.images.dimensions import dimensions
from tyler_tui.tui.items.base import BaseItem, fit, row
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.palette import Palette

if TYPE_CHECKING:
    from tyler_tui.messages import Attachment

OPEN = " · view"


def told(file: "Attachment") -> str:
    """The name of a file, its size, and of an image how many pixels it says it has."""
    facts = [one_line(file.filename, 200), size_text(len(file.content))]
    if file.is_image and (pixels := dimensions(file.content)) is not None:
        facts.append(f"{pixels[0]:,} × {pixels[1]:,}")
    return " · ".join(facts)


def images_among(files: "Iterable[Attachment]") -> "list[Attachment]":
    return [file for file in files if file.is_image]


def file_rows(
    files: "Sequence[Attachment]", width: int, palette: Palette, fill: Style | None = None
) -> list[Line]:
    """A row for each file, at most `width` cells wide."""
    ground = fill or Style()
    rows = []
    for file in files:
        end = OPEN if file.is_image else ""
        text = fit(f"📎 {told(file)}", max(1, width - len(end)))
        rows.append(row([(text, palette.text + ground), (end, palette.accent + ground)]))
    return rows


class ToolImages(BaseItem):
    """Images that a tool returned."""

    def __init__(self, palette: Palette, files: "Sequence[Attachment]") -> None:
        super().__init__(palette)
        self._images = images_among(files)

    @property
    def images(self) -> "Sequence[Attachment]":
        return self._images

    def image_at(self, line: int, cell: int) -> "Attachment | None":
        return self._images[line] if line < len(self._images) else None

    def render(self, width: int) -> list[Line]:
        return file_rows(self._images, width, self.palette)

    def estimate(self, width: int) -> int:
        return len(self._images)
