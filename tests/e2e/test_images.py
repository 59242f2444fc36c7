"""Pictures in a real terminal, byte by byte: what is drawn, and that nothing of it stays."""

import base64
import re
import zlib
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import Open, draft
from tests.pseudo_terminal import Terminal
from tyler_tui.tui.images.asking import QUESTION

ASKED = QUESTION.encode()
KITTY = {ASKED: b"\x1b_Gi=31;OK\x1b\\\x1b[?62;c"}
SIXEL = {ASKED: b"\x1b[?62;4;22c"}
NEITHER = {ASKED: b"\x1b[?62;22c"}
DRAWN_BY_KITTY = re.compile(rb"\x1b7\x1b\[(\d+);(\d+)H((?:\x1b_G[^\x1b]*\x1b\\)+)\x1b8")
REMOVED = re.compile(rb"\x1b_Ga=d,q=2,d=I,i=(\d+)\x1b\\")
DRAWN_IN_SIXELS = re.compile(rb"\x1b7\x1b\[(\d+);(\d+)H(\x1bP0;1q[ -~]*\x1b\\)\x1b8")
HALF_BLOCK = "▀".encode()


@pytest.fixture(autouse=True)
def no_thumbnails(home: Path) -> None:
    """Here it is about pictures that are opened: what is drawn is drawn of those."""
    home.mkdir()
    (home / "config.toml").write_text("[ui]\nthumbnails = false\n")


@pytest.fixture
def picture(workspace: Path) -> Path:
    path = workspace / "red.png"
    Image.new("RGB", (300, 200), "#ff0000").save(path)
    return path


def look(terminal: Terminal) -> None:
    """Send the picture, and open it."""
    terminal.wait_for("Ask anything")
    terminal.send("look", "enter")
    terminal.wait_for("red.png", "300 × 200 · view", "ready ·")
    terminal.send("/images ", "enter")
    terminal.wait_for("Esc closes", "drawn with")


def close(terminal: Terminal) -> None:
    terminal.send("escape")
    terminal.wait_for("300 × 200 · view", without=["Esc closes", "drawn with"])
    terminal.send("typed")
    terminal.wait_for(draft("typed"), without=["drawn with", "▀"])


def test_kitty_draws_it_and_takes_it_away(open_chat: Open, picture: Path) -> None:
    with open_chat("-m", "demo:fast", "-f", picture.name, answers=KITTY, cell=(10, 20)) as terminal:
        look(terminal)
        assert "drawn with kitty graphics" in terminal.text
        assert terminal.output.count(ASKED) == 1
        terminal.wait_until(lambda: bool(DRAWN_BY_KITTY.search(terminal.output)))
        assert "▀" not in terminal.text
        [first] = DRAWN_BY_KITTY.finditer(terminal.output)
        parts = [part.split(b";") for part in first[3].split(b"\x1b_G")[1:]]
        keys = dict(pair.split(b"=") for pair in parts[0][0].split(b","))
        assert (keys[b"c"], keys[b"r"], keys[b"q"]) == (b"30", b"10", b"2")
        payload = b"".join(part[1].removesuffix(b"\x1b\\") for part in parts)
        assert zlib.decompress(base64.b64decode(payload)) == b"\xff\0\0" * 300 * 200
        terminal.resize(80, 24)
        terminal.wait_until(lambda: len(DRAWN_BY_KITTY.findall(terminal.output)) == 2)
        close(terminal)
        numbers = [
            re.search(rb"i=(\d+)", drawn[3]) for drawn in DRAWN_BY_KITTY.finditer(terminal.output)
        ]
        assert [number[1] for number in numbers if number] == REMOVED.findall(terminal.output)
        terminal.send("ctrl+u", "/images ", "enter")
        terminal.wait_until(lambda: len(DRAWN_BY_KITTY.findall(terminal.output)) == 3)
        assert terminal.output.count(ASKED) == 1, "what it said is remembered"
        rest = DRAWN_BY_KITTY.sub(b"", REMOVED.sub(b"", terminal.output)).replace(ASKED, b"")
        assert b"\x1b_G" not in rest


def test_a_picture_is_taken_away_when_the_program_is_ended(open_chat: Open, picture: Path) -> None:
    with open_chat("-m", "demo:fast", "-f", picture.name, answers=KITTY, cell=(10, 20)) as terminal:
        look(terminal)
        terminal.wait_until(lambda: bool(DRAWN_BY_KITTY.search(terminal.output)))
        terminal.process.terminate()
        terminal.wait_exit()
        assert REMOVED.search(terminal.output)
        assert terminal.output.rfind(b"\x1b_G") < terminal.output.rfind(b"\x1b[?1049l")


def test_sixels_are_drawn_where_the_terminal_has_them(open_chat: Open, picture: Path) -> None:
    with open_chat("-m", "demo:fast", "-f", picture.name, answers=SIXEL, cell=(10, 20)) as terminal:
        look(terminal)
        assert "drawn with sixel" in terminal.text
        terminal.wait_until(lambda: bool(DRAWN_IN_SIXELS.search(terminal.output)))
        drawn = DRAWN_IN_SIXELS.search(terminal.output)
        assert drawn is not None
        row, column = int(drawn[1]), int(drawn[2])
        assert (row, column) == (2 + (38 - 10) // 2, 1 + (120 - 30) // 2)
        assert b'"1;1;300;198#0;2;100;0;0' in drawn[3]
        before = len(terminal.output)
        close(terminal)
        after = terminal.output[before:]
        assert not DRAWN_IN_SIXELS.search(after)
        painted = {int(number) for number in re.findall(rb"\x1b\[(\d+);\d+H", after)}
        assert painted >= set(range(1, 41)), "every row is written over, and the picture with it"


def test_a_terminal_without_pixels_gets_half_blocks(open_chat: Open, picture: Path) -> None:
    with open_chat("-m", "demo:fast", "-f", picture.name, answers=NEITHER) as terminal:
        look(terminal)
        terminal.wait_for("drawn with half blocks", "▀" * 110)
        assert b"38;2;255;0;0;48;2;255;0;0m" in terminal.output
        close(terminal)
        assert b"\x1bP" not in terminal.output
        assert terminal.output.count(b"\x1b_G") == 1, "the question"


@pytest.mark.parametrize(
    "environ", [{"TMUX": "/tmp/tmux-0/default,1,0"}, {"TERM": "screen-256color"}]
)
def test_in_tmux_and_screen_nothing_is_asked(
    open_chat: Open, picture: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with open_chat("-m", "demo:fast", "-f", picture.name, answers=KITTY) as terminal:
        look(terminal)
        terminal.wait_for("drawn with half blocks", "▀" * 110)
        assert b"\x1b_G" not in terminal.output


def test_without_colours_it_is_said_in_words(
    open_chat: Open, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    with open_chat("-m", "demo:fast", "-f", picture.name, answers=KITTY) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("look", "enter")
        terminal.wait_for("red.png", "ready ·")
        terminal.send("/images ", "enter")
        terminal.wait_for("shows no colours", "300 × 200")
        assert b"\x1b_G" not in terminal.output


def test_nothing_is_asked_and_nothing_loaded_before_a_picture_is_opened(
    open_chat: Open, picture: Path
) -> None:
    with open_chat("-m", "demo:fast", "-f", picture.name, answers=KITTY) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("look", "enter")
        terminal.wait_for("300 × 200 · view", "ready ·")
        assert b"\x1b_G" not in terminal.output
        maps = Path(f"/proc/{terminal.process.pid}/maps")
        if maps.exists():
            assert "_imaging" not in maps.read_text()
