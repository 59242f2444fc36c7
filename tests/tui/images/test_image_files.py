"""Image files: how large they say they are, and what comes of those that are made to do harm."""

import base64
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tyler_tui.errors import UsageError
from tyler_tui.tui.images import decoding
from tyler_tui.tui.images.decoding import MAX_PIXELS, MAX_SIDE, decode
from tyler_tui.tui.images.dimensions import dimensions
from tyler_tui.tui.images.fitting import CellSize, fitted
from tyler_tui.tui.images.half_blocks import half_blocks
from tyler_tui.tui.images.protocols import CHUNK, kitty_picture, sixel_picture

BLACK = (0, 0, 0)


def file(
    kind: str, size: tuple[int, int] = (30, 20), mode: str = "RGB", **options: object
) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size).save(target, kind, **options)
    return target.getvalue()


def png_header(width: int, height: int) -> bytes:
    head = struct.pack(">4sIIBBBBB", b"IHDR", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n\0\0\0\r" + head + struct.pack(">I", zlib.crc32(head))


FILES = {
    "png": file("PNG"),
    "gif": file("GIF", mode="P"),
    "jpeg": file("JPEG"),
    "progressive": file("JPEG", progressive=True, exif=b"Exif\0\0" + b"\xff\xc0" * 20),
    "webp": file("WEBP"),
    "webp-lossless": file("WEBP", lossless=True),
    "webp-extended": file("WEBP", mode="RGBA", lossless=True, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"),
}


@pytest.mark.parametrize("name", FILES)
def test_the_header_tells_how_large_it_is(name: str) -> None:
    assert dimensions(FILES[name]) == (30, 20)


def said_of(data: bytes) -> str:
    """What is said of a file that cannot be drawn; "" for one that can."""
    try:
        decode(data, BLACK)
    except UsageError as error:
        words = ("damaged", "only the beginning", "pixels")
        return next(word for word in words if word in error.message)
    return ""


@pytest.mark.parametrize("name", FILES)
def test_files_that_are_cut_anywhere_are_told_in_words(name: str) -> None:
    whole = FILES[name]
    for end in range(0, len(whole) - 1, 7):
        assert dimensions(whole[:end]) in (None, (30, 20))
        assert said_of(whole[:end]) in ("", "damaged", "only the beginning")


@given(st.sampled_from(sorted(FILES)), st.integers(0, 2**16), st.binary(min_size=1, max_size=12))
def test_files_with_any_bytes_in_them_are_drawn_or_told_in_words(
    name: str, at: int, hostile: bytes
) -> None:
    data = bytearray(FILES[name])
    at %= len(data)
    data[at : at + len(hostile)] = hostile
    assert said_of(bytes(data)) in ("", "damaged", "only the beginning", "pixels")


def test_more_pixels_than_there_is_memory_for_are_not_decoded() -> None:
    with pytest.raises(UsageError, match="60,000 × 60,000 pixels; up to 50 million"):
        decode(png_header(60_000, 60_000) + b"\0" * 64, BLACK)


def test_a_file_that_says_one_size_and_has_another_is_measured_by_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoding, "dimensions", lambda _: (1, 1))
    monkeypatch.setattr(decoding, "MAX_PIXELS", 500)
    with pytest.raises(UsageError, match="30 × 20 pixels"):
        decode(FILES["png"], BLACK)


def test_too_many_bytes_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BYTES", 20)
    with pytest.raises(UsageError, match="up to 20 B is drawn"):
        decode(FILES["png"], BLACK)


@pytest.mark.parametrize(
    "data", [b"", b"text", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"BM"]
)
def test_other_files_are_told_in_words(data: bytes) -> None:
    with pytest.raises(UsageError, match="no PNG, JPEG, GIF or WebP file"):
        decode(data, BLACK)


def test_a_large_picture_is_made_smaller_and_keeps_its_shape() -> None:
    size = (5000, 2500)
    assert size[0] * size[1] < MAX_PIXELS
    assert decode(file("PNG", size, "L"), BLACK).size == (MAX_SIDE, MAX_SIDE // 2)


def test_what_is_transparent_shows_the_background() -> None:
    clear = file("PNG", (2, 2), "RGBA")
    assert decode(clear, (1, 2, 3)).getpixel((1, 1)) == (1, 2, 3)


def test_a_photograph_stands_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    assert decode(file("JPEG", exif=exif), BLACK).size == (20, 30)


@pytest.mark.parametrize(
    ("pixels", "room", "cell", "wanted"),
    [
        ((100, 100), (80, 24), CellSize(10, 20), (10, 5)),
        ((1000, 1000), (80, 24), CellSize(10, 20), (48, 24)),
        ((1600, 10), (80, 24), CellSize(10, 20), (80, 1)),
        ((1, 1600), (80, 24), CellSize(10, 20), (1, 24)),
        ((7, 7), (80, 24), CellSize(1, 2), (7, 4)),
    ],
)
def test_it_keeps_its_shape_in_the_room_there_is(
    pixels: tuple[int, int], room: tuple[int, int], cell: CellSize, wanted: tuple[int, int]
) -> None:
    assert fitted(pixels, room, cell) == wanted


def test_half_blocks_have_two_pixels_in_a_character() -> None:
    image = Image.new("RGB", (2, 2))
    image.putdata([(255, 0, 0), (0, 255, 0), (0, 0, 255), (9, 9, 9)])
    [strip] = half_blocks(image, 10, 10)
    assert strip.text == "▀▀"
    first, second = strip
    assert first.style is not None
    assert second.style is not None
    assert first.style.color is not None
    assert second.style.bgcolor is not None
    assert first.style.color.triplet == (255, 0, 0)
    assert second.style.bgcolor.triplet == (9, 9, 9)


def test_kittys_protocol_comes_in_chunks_and_asks_for_no_answer() -> None:
    image = Image.effect_noise((120, 90), 90).convert("RGB")
    parts = kitty_picture(image, 7, 12, 5).split("\x1b\\")
    assert parts.pop() == ""
    assert len(parts) > 2
    data = ""
    for number, part in enumerate(parts):
        head, payload = part.removeprefix("\x1b_G").split(";")
        keys = dict(pair.split("=") for pair in head.split(","))
        assert keys["q"] == "2"
        assert keys["m"] == str(int(number < len(parts) - 1))
        assert len(payload) <= CHUNK
        data += payload
        if number == 0:
            assert (keys["i"], keys["c"], keys["r"], keys["C"]) == ("7", "12", "5", "1")
            assert (keys["s"], keys["v"]) == ("120", "90")
    assert zlib.decompress(base64.b64decode(data)) == image.tobytes()


def test_sixels_say_what_the_picture_says() -> None:
    image = Image.new("RGB", (20, 9), (255, 0, 0))
    image.paste((0, 0, 255), (5, 2, 15, 9))
    assert _drawn(sixel_picture(image)) == [
        [image.getpixel((x, y)) for x in range(20)] for y in range(9)
    ]


def _drawn(sequence: str) -> list[list[object]]:
    """A small reader of sixels, by the manual."""
    body = sequence.removeprefix("\x1bP0;1q").removesuffix("\x1b\\")
    raster, _, rest = body.partition("#")
    width, height = map(int, raster.removeprefix('"').split(";")[2:])
    rows: list[list[object]] = [[None] * width for _ in range(height)]
    colors: dict[str, tuple[int, ...]] = {}
    top = x = at = 0
    rest, color = "#" + rest, ""

    def number() -> str:
        nonlocal at
        start = at
        while at < len(rest) and (rest[at].isdigit() or rest[at] == ";"):
            at += 1
        return rest[start:at]

    while at < len(rest):
        character = rest[at]
        at += 1
        count = 1
        if character == "#":
            color, *told = number().split(";")
            if told:
                colors[color] = tuple(round(int(share) * 2.55) for share in told[1:])
            continue
        if character in "$-":
            x, top = 0, top + 6 * (character == "-")
            continue
        if character == "!":
            count, character = int(number()), rest[at]
            at += 1
        for _ in range(count):
            for bit in range(6):
                if (ord(character) - 63) >> bit & 1:
                    rows[top + bit][x] = colors[color]
            x += 1
    return rows
