"""The terminal itself: its colours, its size, and what must never reach it."""

import re

import pytest

from tests.e2e.conftest import Open, draft
from tests.provider_server import ProviderServer, Reply, answer
from tests.pseudo_terminal import OSC_11

DARK_BACKGROUND = b"48;2;15;19;24"
LIGHT_BACKGROUND = b"48;2;252;252;250"

SHIFT_ENTER_OF_KONSOLE = "\x1bOM"

HOSTILE = (
    "before \x1b]52;c;aGFja2Vk\x07 \x1b]0;title\x07 \x1b[2J\x1bc \x9b31m \x90q\x9c "
    "\u202eevil\u202c [@click=app.quit]click[/] [/foo] after"
)


@pytest.mark.parametrize(
    ("background", "wanted"),
    [("rgb:ffff/ffff/ffff", LIGHT_BACKGROUND), ("rgb:0000/0000/0000", DARK_BACKGROUND)],
)
def test_the_theme_follows_the_terminals_background(
    open_chat: Open, background: str, wanted: bytes
) -> None:
    with open_chat("-m", "demo:fast", background=background) as terminal:
        terminal.wait_for("Ask anything", lambda _: wanted in terminal.output)


def test_a_terminal_that_answers_late_types_nothing_into_the_composer(open_chat: Open) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Ask anything", lambda _: OSC_11 in terminal.output)
        terminal.send("\x1b]11;rgb:ffff/ffff/ffff\x1b\\")
        terminal.send("typed")
        terminal.wait_for(draft("typed"), without="rgb")


def test_what_was_typed_before_the_program_was_there_becomes_the_draft(open_chat: Open) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.send("early words")
        terminal.wait_for("> early words")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 12), (200, 50)])
def test_it_works_at_any_size(open_chat: Open, columns: int, rows: int) -> None:
    with open_chat("-m", "demo:fast", columns=columns, rows=rows) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("hello", "enter")
        terminal.wait_for("ready ·", without="Any model")
        terminal.send("ctrl+t")
        terminal.wait_for("files-list")


def test_a_terminal_of_16_colours_keeps_its_own(
    open_chat: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLORTERM", "")
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("hello", "enter")
        terminal.wait_for("how to set up a real", "ready ·")
    colors = re.findall(rb"\x1b\[([\d;]+)m", terminal.output)
    codes = {code for color in colors for code in color.split(b";")}
    assert b"36" in codes, "headings are cyan"
    assert not codes & {b"38", b"48"}, "no colour of another palette"
    assert b"40" not in codes, "no background is forced"


def test_with_256_colours_what_lies_above_another_is_seen_to(
    open_chat: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "")
    with open_chat("-m", "demo:fast", background="rgb:0000/0000/0000") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("code", "enter")
        terminal.wait_for("LIMIT 3", "ready ·")
    grounds = {int(number) for number in re.findall(rb"48;5;(\d+)", terminal.output)}
    background, surface, panel = 233, 234, 235
    assert grounds >= {background, surface, panel}
    assert not grounds & {16, 17}, "black and blue, which are far from them"
    assert b"48;2;" not in terminal.output


def test_a_resize_while_text_streams_redraws_all_of_it(open_chat: Open) -> None:
    with open_chat("-m", "demo:200", columns=120, rows=40) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("long", "enter")
        terminal.wait_for("Part 2")
        terminal.resize(70, 20)
        terminal.wait_for(lambda _: "Ctrl+C stop" in terminal.lines[-1])
        terminal.send("ctrl+c")
        terminal.wait_for("stopped")


def test_hostile_text_drives_nothing(open_chat: Open, served: ProviderServer) -> None:
    served.script(answer(HOSTILE), Reply(status=400, body=HOSTILE.encode()))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("one", "enter")
        terminal.wait_for("after", "[@click=app.quit]click[/] [/foo]", "ready")
        terminal.send("two", "enter")
        terminal.wait_for("✗")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert b"\x1b]52" not in terminal.output
    assert b"\x1bc" not in terminal.output
    assert "\x9b".encode() not in terminal.output
    assert "\u202e".encode() not in terminal.output
    titles = re.findall(rb"\x1b\]0;([^\x07\x1b]*)", terminal.output)
    assert b"title" not in titles


def test_alt_enter_shift_enter_and_ctrl_j_start_a_line(open_chat: Open) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Any model")
        terminal.send("one", "alt+enter", "two", "ctrl+j", "three", SHIFT_ENTER_OF_KONSOLE, "four")
        terminal.wait_for(draft("one", "two", "three", "four"))


@pytest.mark.parametrize(
    ("up", "down"),
    [("\x1b[1;3A", "\x1b[1;3B"), ("\x1b\x1b[A", "\x1b\x1b[B")],
    ids=["xterm", "alt is escape"],
)
def test_alt_with_an_arrow_marks_a_message(open_chat: Open, up: str, down: str) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Any model")
        terminal.send("hello", "enter")
        terminal.wait_for("ready ·", "how to set up a real")
        terminal.send(up)
        terminal.wait_for("y copy")
        terminal.send(down)
        terminal.wait_for(without="y copy")
