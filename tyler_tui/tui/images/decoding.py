"""From the bytes of a file to pixels. The file may be anything: a model, a tool or a stranger sent
it. What cannot be drawn is said in words."""

import io
import threading
from typing import TYPE_CHECKING

from tyler_tui.errors import UsageError
from tyler_tui.figures import size_text
from tyler_tui.tui.images.dimensions import dimensions

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 50_000_000
"""What a camera takes; 150 MB of memory, for the time of making it smaller."""
MAX_SIDE = 1600
"""No terminal shows more pixels than that either way, of the text size that people read."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_one_at_a_time = threading.Lock()
"""Who goes quickly through large pictures needs memory for one of them only."""


def decode(data: bytes, background: tuple[int, int, int], most: int = MAX_SIDE) -> "Image":
    """The picture in a file, in RGB, at most so many pixels either way, its first frame where it
    moves; what is transparent shows `background`. Takes its time: for a thread. Raises UsageError,
    which says in words why there is none."""
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415 - an extra, and not for the start
    except ImportError as error:
        raise UsageError(
            "Drawing pictures needs Pillow, which is not installed.",
            hint="pip install 'tyler-tui[images]' brings it.",
        ) from error
    _check(len(data), dimensions(data))
    Image.MAX_IMAGE_PIXELS = None  # its warning would be written across the screen; see _check
    try:
        with _one_at_a_time, Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _check(len(data), image.size)  # the header that Pillow found may be another one
            small = image if image.mode in ("RGB", "RGBA", "L") else image.convert("RGBA")
            small.thumbnail((most, most))  # a JPEG is made smaller while it is decoded
            turned = ImageOps.exif_transpose(small).convert("RGBA")
    except UsageError:
        raise
    except Exception as error:  # decoders raise anything at all for a file that is made for it
        raise UsageError("The file is damaged: it cannot be decoded.") from error
    flat = Image.new("RGBA", turned.size, (*background, 255))
    flat.alpha_composite(turned)
    return flat.convert("RGB")


def _check(size: int, pixels: tuple[int, int] | None) -> None:
    if size > MAX_BYTES:
        raise UsageError(f"The file has {size_text(size)}; up to {size_text(MAX_BYTES)} is drawn.")
    if pixels is None:
        raise UsageError("That is no PNG, JPEG, GIF or WebP file, or only the beginning of one.")
    width, height = pixels
    if width * height > MAX_PIXELS:
        raise UsageError(
            f"The picture has {width:,} × {height:,} pixels; up to {MAX_PIXELS // 10**6} million "
            "are drawn."
        )
