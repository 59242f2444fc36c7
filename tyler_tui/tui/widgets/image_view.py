"""One picture, as large as there is room, by whatever means the terminal has."""

import asyncio
import os
from collections.abc import Sequence
from secrets import randbelow
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tyler_tui.terminals import is_mute
from tyler_tui.tui.images.asking import Graphics
from tyler_tui.tui.images.fitting import CellSize, fitted
from tyler_tui.tui.images.half_blocks import half_blocks
from tyler_tui.tui.images.protocols import (
    BAND,
    MAX_SIXEL_SIDE,
    kitty_picture,
    kitty_removal,
    sixel_picture,
)
from tyler_tui.tui.markdown import wrap_text

if TYPE_CHECKING:
    from PIL.Image import Image

    from tyler_tui.tui.app import TylerApp

USUAL_CELL = CellSize(10, 20)
"""For the shape of a picture where the terminal scales it and does not say how large its
characters are."""


class ImageView(Widget):
    """Shows a picture or, in its place, words. Pixels are written past Textual, which knows
    characters only: behind a frame, in the middle of cells that the frame has left empty."""

    app: "TylerApp"

    DEFAULT_CSS = "ImageView { height: 1fr; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._strips: Sequence[Strip] = ()
        self._pixels = ""
        """The sequence that draws the picture at the cursor."""
        self._pixels_size = (0, 0)
        self._kitty_number: int | None = None

    @property
    def has_colors(self) -> bool:
        return not (self.app.no_color or is_mute(os.environ))

    async def graphics(self) -> Graphics:
        """How pictures are drawn here."""
        ask = getattr(self.app._driver, "graphics", None)  # of our driver for terminals
        graphics: Graphics = await ask() if ask is not None else Graphics.HALF_BLOCKS
        if graphics is Graphics.SIXEL and self._cell is None:
            return Graphics.HALF_BLOCKS  # nobody could say which cells it covers
        return graphics

    @property
    def _cell(self) -> CellSize | None:
        measure = getattr(self.app._driver, "cell_size", None)
        size: CellSize | None = measure() if measure is not None else None
        return size

    @property
    def _drawn(self) -> set[str]:
        drawn: set[str] = getattr(self.app._driver, "drawn", set())
        return drawn

    def say(self, text: str) -> None:
        """Show words, in the middle."""
        self.clear()
        style = self.rich_style
        lines = wrap_text(text, max(1, min(60, self.size.width - 4)), style)
        self._strips = [Strip([Segment(line.text, style)]) for line in lines]
        self.refresh()

    async def draw(self, image: "Image") -> None:
        """Show `image`, which is RGB."""
        size = self.size
        if not size:
            return
        match await self.graphics():
            case Graphics.HALF_BLOCKS:
                strips = await asyncio.to_thread(half_blocks, image, size.width, size.height)
                self.clear()
                self._strips = strips
            case Graphics.KITTY:
                await self._prepare_kitty(image)
            case Graphics.SIXEL:
                await self._prepare_sixel(image)
        self.refresh()

    def clear(self) -> None:
        """Show nothing. Characters that are drawn where a sixel was take its place; a picture of
        kitty's stays until it is removed."""
        self._strips, self._pixels = (), ""
        if self._kitty_number is not None:
            removal = kitty_removal(self._kitty_number)
            if removal in self._drawn:  # else the driver has taken it away, with the screen
                self._drawn.remove(removal)
                self._write(removal)
            self._kitty_number = None
        self.refresh()

    def on_unmount(self) -> None:
        self.clear()

    async def _prepare_kitty(self, image: "Image") -> None:
        cell = self._cell or USUAL_CELL
        columns, rows = fitted(image.size, self.size, cell)
        number = randbelow(2**31 - 1) + 1  # other programs draw in this terminal too
        pixels = min(columns * cell.width, image.width), min(rows * cell.height, image.height)
        sequence = await asyncio.to_thread(
            lambda: kitty_picture(image.resize(pixels), number, columns, rows)
        )
        self.clear()
        self._pixels, self._pixels_size, self._kitty_number = sequence, (columns, rows), number

    async def _prepare_sixel(self, image: "Image") -> None:
        cell = self._cell or USUAL_CELL
        most = MAX_SIXEL_SIDE // cell.width, MAX_SIXEL_SIDE // cell.height
        room = min(self.size.width, most[0]), min(self.size.height, most[1])
        columns, rows = fitted(image.size, room, cell)
        height = max(BAND, rows * cell.height // BAND * BAND)  # what is over would be a row more
        sequence = await asyncio.to_thread(
            lambda: sixel_picture(image.resize((columns * cell.width, height)))
        )
        self.clear()
        self._pixels, self._pixels_size = sequence, (columns, rows)

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._pixels:  # once the frame with the empty cells is out
            self.call_after_refresh(self._put)
        width, height = self.size
        top = (height - len(self._strips)) // 2
        return [
            self._row(y - top, width).crop(crop.x, crop.right) for y in range(crop.y, crop.bottom)
        ]

    def _row(self, number: int, width: int) -> Strip:
        ground = Style(bgcolor=self.rich_style.bgcolor)
        if not 0 <= number < len(self._strips):
            return Strip.blank(width, ground)
        strip = self._strips[number]
        left = max(0, width - strip.cell_length) // 2
        lead = Strip.blank(left, ground)
        return Strip.join([lead, strip]).adjust_cell_length(width, ground)

    def _put(self) -> None:
        if not self._pixels or not self.is_attached or self.screen is not self.app.screen:
            return
        columns, rows = self._pixels_size
        x = self.region.x + (self.region.width - columns) // 2 + 1
        y = self.region.y + (self.region.height - rows) // 2 + 1
        self._write(f"\x1b7\x1b[{y};{x}H{self._pixels}\x1b8")
        if self._kitty_number is not None:
            self._drawn.add(kitty_removal(self._kitty_number))
            self._pixels = ""  # no character that is drawn there takes it away

    def _write(self, sequence: str) -> None:
        if (driver := self.app._driver) is not None:
            driver.write(sequence)
            driver.flush()
