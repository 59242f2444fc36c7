"""The images of a conversation, one at a time."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.color import Color
from textual.screen import ModalScreen
from textual.widgets import Static

from tyler_tui.errors import UsageError
from tyler_tui.messages import Attachment
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.images.decoding import decode
from tyler_tui.tui.items.attached_files import told
from tyler_tui.tui.widgets.image_view import ImageView

if TYPE_CHECKING:
    from PIL.Image import Image

KEPT_COPIES = 3
"""Decoded pictures that are kept, of up to 8 MB each."""


class ImagesScreen(ModalScreen[None]):
    """Closes with Esc, q or Enter; Left and Right go to the others."""

    BINDINGS = [
        ("escape,q,enter,ctrl+c", "close", "Close"),
        ("left,up,pageup,backspace", "step(-1)", "The one before"),
        ("right,down,pagedown,space", "step(1)", "The one after"),
        ("home", "go(0)", "The first"),
        ("end", "go(-1)", "The last"),
    ]

    DEFAULT_CSS = """
    ImagesScreen {
        background: $background;
        & > #image-title { height: 1; background: $surface; padding: 0 1; text-style: bold; }
        & > #image-keys { height: 1; background: $surface; padding: 0 1; color: $foreground 70%; }
    }
    """

    def __init__(self, images: Sequence[Attachment], first: Attachment) -> None:
        super().__init__()
        self._images = images
        self._at = next((n for n, image in enumerate(images) if image is first), 0)
        self._decoded: dict[int, Image] = {}

    def compose(self) -> ComposeResult:
        yield Static(id="image-title", markup=False)
        yield ImageView()
        yield Static(id="image-keys", markup=False)

    @property
    def view(self) -> ImageView:
        return self.query_one(ImageView)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show)

    def action_step(self, by: int) -> None:
        self.action_go((self._at + by) % len(self._images))

    def action_go(self, number: int) -> None:
        number %= len(self._images)
        if number != self._at:
            self._at = number
            self.view.clear()
            self._show()

    def action_close(self) -> None:
        self.view.clear()
        self.dismiss()

    def _show(self) -> None:
        at = self._at
        image = self._images[at]
        count = len(self._images)
        title = told(image) + (f" · {at + 1} of {count}" if count > 1 else "")
        self.query_one("#image-title", Static).update(title)
        self._tell_keys("")
        run_beside(self, partial(self._draw, image, at), "draw", exclusive=True)

    def _tell_keys(self, way: str) -> None:
        keys = ["← → the others"] if len(self._images) > 1 else []
        text = " · ".join([*keys, "Esc closes"])
        room = self.size.width - 2 - cell_len(text) - cell_len(way)
        self.query_one("#image-keys", Static).update(text + " " * room + way if room > 2 else text)

    async def _draw(self, file: Attachment, number: int) -> None:
        if not self.view.has_colors:
            self.view.say(
                f"{told(file)}\n\nThis terminal shows no colours (NO_COLOR, or what TERM says), so "
                "the picture is not drawn. `tyler-chat export` writes it into a page."
            )
            return
        if number not in self._decoded:
            ground = Color.parse(self.app.theme_variables["background"])
            red, green, blue = ground.rgb if ground.ansi is None else (0, 0, 0)
            try:
                decoded = await asyncio.to_thread(decode, file.content, (red, green, blue))
            except UsageError as error:
                self.view.say("\n\n".join(filter(None, [error.message, error.hint])))
                return
            while len(self._decoded) >= KEPT_COPIES:
                self._decoded.pop(next(iter(self._decoded)))
            self._decoded[number] = decoded
        await self.view.draw(self._decoded[number])
        self._tell_keys(f"drawn with {await self.view.graphics()}")
