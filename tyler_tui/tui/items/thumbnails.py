"""Small pictures below the lines of the images that they are of."""

from collections.abc import Callable, Mapping, Sequence

from rich.segment import Segment
from rich.style import Style

from tyler_tui.messages import Attachment
from tyler_tui.tui.images.dimensions import dimensions
from tyler_tui.tui.images.fitting import HALF_BLOCK, fitted
from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.palette import Palette

COLUMNS, ROWS = 24, 6
"""What one takes at most."""
GAP = 2
Picture = Sequence[Sequence[Segment]]
"""The rows of one."""


class Thumbnails(BaseItem):
    """As many as fit beside each other. They are drawn once they are on view, by whoever is told
    that they are `wanted`, and stand in rows that are blank until then."""

    def __init__(
        self,
        palette: Palette,
        images: Sequence[Attachment],
        wanted: Callable[["Thumbnails"], None],
        *,
        of_prompt: bool,
    ) -> None:
        super().__init__(palette)
        self._wanted = wanted
        self._of_prompt = of_prompt
        self._sizes = {
            image: fitted(pixels, (COLUMNS, ROWS), HALF_BLOCK)
            for image in images
            if (pixels := dimensions(image.content)) is not None
        }
        self._drawn: Mapping[Attachment, Picture] | None = None

    @property
    def images_to_draw(self) -> Sequence[Attachment]:
        return list(self._sizes)

    def take(self, drawn: Mapping[Attachment, Picture]) -> None:
        """Show these; the others cannot be drawn."""
        self._drawn = drawn
        self._sizes = {
            image: (sum(segment.cell_length for segment in picture[0]), len(picture))
            for image, picture in drawn.items()
        }  # a camera may have turned what the header tells
        self.changed()

    @property
    def bar(self) -> Segment:
        return Segment("▌ ", self.palette.user_bar) if self._of_prompt else super().bar

    @property
    def fill(self) -> Style | None:
        return self.palette.user_fill if self._of_prompt else None

    def set_palette(self, palette: Palette) -> None:
        self._drawn = None  # what is transparent shows the ground
        super().set_palette(palette)

    def image_at(self, line: int, cell: int) -> Attachment | None:
        for image, left, columns in self._places(self._width):
            if left <= cell < left + columns and line < self._sizes[image][1]:
                return image
        return None

    def render(self, width: int) -> list[Line]:
        places = self._places(width)
        height = max((self._sizes[image][1] for image, _, _ in places), default=0)
        if self._drawn is None:
            if places:
                self._wanted(self)
            return [_line([]) for _ in range(height)]
        return [_line(self._row(places, y)) for y in range(height)]

    def estimate(self, width: int) -> int:
        return max((self._sizes[image][1] for image, _, _ in self._places(width)), default=0)

    def _places(self, width: int) -> list[tuple[Attachment, int, int]]:
        """Each image that there is room for, the cell that it begins at, and its columns."""
        places, left = [], 0
        for image, (columns, _) in self._sizes.items():
            if left + columns > width:
                break
            places.append((image, left, columns))
            left += columns + GAP
        return places

    def _row(self, places: Sequence[tuple[Attachment, int, int]], y: int) -> list[Segment]:
        segments: list[Segment] = []
        at = 0
        for image, left, columns in places:
            assert self._drawn is not None
            picture = self._drawn[image]
            if left > at:
                segments.append(Segment(" " * (left - at), self.fill))
            if y < len(picture):
                segments += picture[y]
            else:
                segments.append(Segment(" " * columns, self.fill))
            at = left + columns
        return segments


def _line(segments: list[Segment]) -> Line:
    """A row of which nothing can be copied."""
    cells = sum(segment.cell_length for segment in segments)
    return Line(segments=segments, text="", indent=cells)


def thumbnail(image: Attachment, ground: tuple[int, int, int]) -> Picture:
    """The rows of one, on that background. Takes its time: for a thread. Raises UsageError."""
    from tyler_tui.tui.images.decoding import decode  # noqa: PLC0415 - for pictures alone
    from tyler_tui.tui.images.half_blocks import half_blocks  # noqa: PLC0415

    pixels = decode(image.content, ground, most=COLUMNS * 4)
    return [list(strip) for strip in half_blocks(pixels, COLUMNS, ROWS)]
