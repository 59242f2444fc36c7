"""Thumbnails in the transcript: where there are some, and drawing them while all else goes on."""

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from textual.color import Color

from tyler_tui.errors import UsageError
from tyler_tui.messages import Attachment
from tyler_tui.terminals import is_mute
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.items.thumbnails import Picture, Thumbnails, thumbnail
from tyler_tui.tui.palette import Palette

if TYPE_CHECKING:
    from tyler_tui.tui.app import TylerApp
    from tyler_tui.tui.widgets.transcript import Transcript


def thumbnails(
    transcript: "Transcript", palette: Palette, images: Sequence[Attachment], *, of_prompt: bool
) -> list[Thumbnails]:
    """The item of those images; none where they are not wanted or cannot be drawn."""
    if not _are_drawn(transcript.app):
        return []

    def wanted(item: Thumbnails) -> None:
        run_beside(transcript, partial(_draw, transcript, item), "thumbnails")

    return [Thumbnails(palette, images, wanted, of_prompt=of_prompt)]


def _are_drawn(app: "TylerApp") -> bool:
    launch = app.launch
    has_colors = not (app.no_color or launch.few_colors or is_mute(os.environ))
    return launch.thumbnails and has_colors and find_spec("PIL") is not None


async def _draw(transcript: "Transcript", item: Thumbnails) -> None:
    ground = Color.parse(transcript.app.theme_variables["background"])
    red, green, blue = ground.rgb if ground.ansi is None else (0, 0, 0)
    drawn: dict[Attachment, Picture] = {}
    for image in item.images_to_draw:
        try:
            drawn[image] = await asyncio.to_thread(thumbnail, image, (red, green, blue))
        except UsageError:  # whoever opens it hears why
            continue
    item.take(drawn)
    transcript.refresh_items()
