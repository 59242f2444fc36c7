"""What the environment tells of the terminal."""

import re

import pytest

from tyler_tui.terminals import (
    CopyWay,
    NoticeWay,
    auto_notice,
    copy_ways,
    is_mute,
    notice,
    terminal_name,
    wrapped,
)

XTERM = {"TERM": "xterm-256color"}
TMUX = {"TERM": "tmux-256color", "TMUX": "/tmp/tmux,1,0", "TERM_PROGRAM": "tmux"}


@pytest.mark.parametrize(
    ("environ", "name", "way"),
    [
        (XTERM, "", "bell"),
        ({}, "", "bell"),
        (XTERM | {"TERM_PROGRAM": "vscode"}, "VS Code", "bell"),
        (XTERM | {"TERM_PROGRAM": "Apple_Terminal"}, "macOS Terminal", "bell"),
        (XTERM | {"TERM_PROGRAM": "iTerm.app"}, "iTerm2", "osc9"),
        (XTERM | {"WT_SESSION": "1"}, "Windows Terminal", "bell"),
        ({"TERM": "xterm-kitty"}, "kitty", "osc9"),
        ({"TERM": "foot"}, "foot", "osc777"),
        (TMUX | {"KITTY_WINDOW_ID": "1"}, "kitty", "osc9"),
        ({"TERM": "linux"}, "the Linux console", "bell"),
    ],
)
def test_terminals_are_known_by_what_they_set(environ: dict[str, str], name: str, way: str) -> None:
    assert terminal_name(environ) == name
    assert auto_notice(environ) == way


def test_a_notice_holds_its_text_and_nothing_that_acts() -> None:
    hostile = "4;1;9\x07\x1b]52;c;aGFja2Vk\x07\x9d;\nend"
    for way in ("osc9", "osc777"):
        told = notice(way, hostile, hostile, XTERM)
        assert re.fullmatch(r"\x1b\][^\x00-\x1f\x7f-\x9f]*\x07", told), repr(told)
    assert notice("osc9", "4", "1", XTERM).startswith("\x1b]9;tyler-chat: 4")
    assert notice("osc777", "a;b", "c;d", XTERM).count(";") == 3


@pytest.mark.parametrize(("way", "told"), [("bell", "\a"), ("off", "")])
def test_the_bell_and_silence_hold_no_text(way: NoticeWay, told: str) -> None:
    assert notice(way, "title", "text", TMUX) == told


def test_a_notice_goes_through_tmux_and_marks_the_window_there() -> None:
    told = notice("osc9", "title", "text", TMUX)
    assert told == "\x1bPtmux;\x1b\x1b]9;tyler-chat: title: text\a\x1b\\\a"


def test_what_screen_cannot_take_at_once_comes_in_pieces() -> None:
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", wrapped("x" * 1_500, {"TERM": "screen"}))
    assert "".join(pieces) == "x" * 1_500
    assert max(map(len, pieces)) <= 768


def test_a_remote_machine_has_no_clipboard_of_the_users() -> None:
    assert CopyWay.SYSTEM in copy_ways(XTERM)
    assert copy_ways(XTERM | {"SSH_CONNECTION": "1"}) == [CopyWay.TERMINAL]


@pytest.mark.parametrize("term", ["", "dumb", "linux", "vt100", "unknown"])
def test_terminals_that_would_show_control_strings_get_none(term: str) -> None:
    assert is_mute({"TERM": term})
    assert not is_mute(XTERM)
