"""The sequences with which a terminal draws pixels.

Kitty: https://sw.kovidgoyal.net/kitty/graphics-protocol. Sixel: DEC's VT330/VT340 Programmer
Reference Manual, volume 2, chapter 14.
"""

import re
import zlib
from base64 import standard_b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

CHUNK = 4096
"""Bytes of a payload that kitty's protocol allows in one sequence."""
SIXEL_COLORS = 255
MAX_SIXEL_SIDE = 1000
"""What xterm takes; it drops what is larger."""
BAND = 6
"""Rows of pixels in a row of sixels."""
_REPEATED = re.compile(rb"(.)\1{3,}", re.DOTALL)


def kitty_picture(image: "Image", number: int, columns: int, rows: int) -> str:
    """Draw `image`, which is RGB, at the cursor, which stays there, scaled to that many cells, as
    the picture with that number. The terminal is told to answer nothing (q=2)."""
    width, height = image.size
    payload = standard_b64encode(zlib.compress(image.tobytes(), 6)).decode("ascii")
    chunks = [payload[at : at + CHUNK] for at in range(0, len(payload), CHUNK)]
    head = f"a=T,q=2,f=24,o=z,s={width},v={height},i={number},p=1,c={columns},r={rows},C=1,"
    parts = []
    for n, chunk in enumerate(chunks):
        more = int(n < len(chunks) - 1)
        parts.append(f"\x1b_G{head if n == 0 else 'q=2,'}m={more};{chunk}\x1b\\")
    return "".join(parts)


def kitty_removal(number: int) -> str:
    """Take the picture with that number off the screen, and out of the terminal's memory."""
    return f"\x1b_Ga=d,q=2,d=I,i={number}\x1b\\"


def sixel_picture(image: "Image") -> str:
    """Draw `image`, which is RGB, at the cursor, pixel by pixel, in up to SIXEL_COLORS colours."""
    from PIL.Image import Dither, Quantize  # noqa: PLC0415 - as in decoding.py

    width, height = image.size
    few = image.quantize(SIXEL_COLORS, Quantize.MEDIANCUT, dither=Dither.FLOYDSTEINBERG)
    palette = few.getpalette() or []
    colors = [palette[at : at + 3] for at in range(0, len(palette), 3)]
    told = "".join(
        f"#{n};2;{round(red / 2.55)};{round(green / 2.55)};{round(blue / 2.55)}"
        for n, (red, green, blue) in enumerate(colors)
    )
    pixels = few.tobytes()
    bands = (
        _band([pixels[y * width : (y + 1) * width] for y in range(top, min(top + BAND, height))])
        for top in range(0, height, BAND)
    )
    return f'\x1bP0;1q"1;1;{width};{height}{told}{"-".join(bands)}\x1b\\'


def _band(rows: list[bytes]) -> str:
    """One row of sixels: for each colour in it which of the pixels that stand below each other
    have it, a bit each, as a character from `?` on."""
    width = len(rows[0])
    offset = int.from_bytes(b"?" * width, "big")
    drawn = []
    for color in sorted(set(b"".join(rows))):
        bits = 0
        for number, row in enumerate(rows):
            table = bytearray(256)
            table[color] = 1 << number
            bits |= int.from_bytes(row.translate(table), "big")
        sixels = (bits + offset).to_bytes(width, "big").rstrip(b"?")
        runs = _REPEATED.sub(lambda run: b"!%d%s" % (len(run[0]), run[1]), sixels)
        drawn.append(f"#{color}{runs.decode('ascii')}")
    return "$".join(drawn)
