"""Keys that the config gives to commands."""

import os
from pathlib import Path

import pytest

from tyler_tui.commands import TABLE, Command
from tyler_tui.errors import ConfigError
from tyler_tui.keymap import CONTEXTS, checked, clashes


def place(id: str) -> str:
    return f"config.toml, line 3 ({id})"


def read(id: str, keys: str) -> str:
    return checked({id: keys}, place)[id]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ctrl+shift+n", "ctrl+shift+n"),
        ("Ctrl+N", "ctrl+n"),
        (" shift + ctrl + F5 ", "ctrl+shift+f5"),
        ("Control+Alt+Del", "alt+ctrl+delete"),
        ("alt+PgUp", "alt+pageup"),
        ("shift+esc", "shift+escape"),
        ("alt+/", "alt+slash"),
        ("ctrl+]", "ctrl+right_square_bracket"),
        ("ctrl+question_mark", "ctrl+question_mark"),
        ("ctrl+plus", "ctrl+plus"),
        ("f24", "f24"),
        ("ctrl+shift+n, f5", "ctrl+shift+n,f5"),
        ("", ""),
    ],
)
def test_keys_are_read_as_people_write_them(written: str, name: str) -> None:
    assert read("session.new", written) == name


@pytest.mark.parametrize("written", ["z", "Z", "shift+z", "é", "!"])
def test_a_letter_is_a_key_where_nothing_is_typed(written: str) -> None:
    name = read("message.copy", written)
    assert name == {"shift+z": "Z", "!": "exclamation_mark"}.get(written, written)
    assert read("answer.once", written) == name


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("ctrl+", "there is no key 'ctrl+'"),
        ("ctrl+nonsense", "there is no key 'nonsense'"),
        ("crtl+n", "there is no key 'crtl'"),
        ("f25", "there is no key 'f25'"),
        ("ctrl-n", "there is no key 'ctrl-n'"),
        ("ctrl+\x1b", "there is no key"),
    ],
)
def test_a_key_that_there_is_not_is_said_with_its_place(written: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read("session.new", written)
    assert caught.value.message.startswith("config.toml, line 3 (session.new): " + said)
    assert caught.value.message.endswith("for `session.new`.")
    assert "\x1b" not in caught.value.message
    assert '"ctrl+n"' in caught.value.hint


@pytest.mark.parametrize("written", ["x", "space", "X", "ä"])
def test_what_is_needed_for_typing_is_no_key_of_the_chat(written: str) -> None:
    with pytest.raises(ConfigError, match="needed for typing") as caught:
        read("session.new", written)
    assert f"ctrl+{written.lower()}" in caught.value.hint


@pytest.mark.parametrize(
    ("own", "key", "one", "other"),
    [
        ({"session.new": "ctrl+s"}, "Ctrl+S", "session.new", "session.open"),
        ({"app.theme": "Enter"}, "Enter", "composer.submit", "app.theme"),
        ({"app.theme": "f5", "app.quit": "f6, f5"}, "F5", "app.theme", "app.quit"),
        ({"message.copy": "e"}, "e", "message.copy", "message.edit"),
        ({"answer.once": "n"}, "n", "answer.once", "answer.deny"),
        ({"answer.once": "f1"}, "F1", "answer.once", "app.keys"),
        ({"panel.pin": "r"}, "r", "panel.again", "panel.pin"),
        ({"sessions.pin": "ctrl+r"}, "Ctrl+R", "sessions.rename", "sessions.pin"),
    ],
)
def test_a_key_of_two_commands_is_refused_and_both_are_named(
    own: dict[str, str], key: str, one: str, other: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(own, place)
    assert f": {key} is the key of both `{one}` and `{other}`." in caught.value.message
    id = caught.value.message.partition("(")[2].partition(")")[0]
    assert id in own, "the line is one of the config"


def test_commands_that_are_never_at_hand_together_may_share_a_key() -> None:
    checked({"answer.once": "e", "answer.edit": "c", "sessions.pin": "ctrl+n"}, place)


def test_two_commands_may_change_keys_with_each_other() -> None:
    own = {"session.new": "ctrl+s", "session.open": "ctrl+n"}
    assert checked(own, place) == own


def test_a_command_that_there_is_not_is_said() -> None:
    with pytest.raises(ConfigError, match=r"no command `session.nwe`") as caught:
        checked({"session.nwe": "f2"}, place)
    assert "Did you mean `session.new`?" in caught.value.hint


@pytest.mark.parametrize(
    "context", CONTEXTS, ids=["composer", "marked", "question", "queue", "panel", "sessions"]
)
def test_as_it_comes_no_key_means_two_things(context: tuple[Command, ...]) -> None:
    keys = [key for command in context for key in command.keys]
    assert sorted(keys) == sorted(set(keys))


def test_every_command_stands_in_a_context() -> None:
    assert {command.id for context in CONTEXTS for command in context} == {
        command.id for command in TABLE
    }


def _taken(own: dict[str, str], environ: dict[str, str]) -> dict[str, str]:
    return {f"{clash.key} {clash.command.id}": clash.taker for clash in clashes(own, environ)}


def test_what_takes_keys_before_they_get_here_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text("#!/bin/sh\necho C-s\n")
    tmux.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert _taken({}, {}) == {}
    assert "prefix" in _taken({}, {"TMUX": "x"})["ctrl+s session.open"]
    assert "Zellij" in _taken({}, {"ZELLIJ": "0"})["ctrl+p app.palette"]
    assert "screen" in _taken({"app.theme": "ctrl+a"}, {"STY": "1"})["ctrl+a app.theme"]
    assert "Tab" in _taken({"app.theme": "ctrl+i"}, {})["ctrl+i app.theme"]
    tmux.write_text("#!/bin/sh\nexit 1\n")
    assert _taken({}, {"TMUX": "x"}) == {}, "its own prefix is Ctrl+B"
    assert "prefix" in _taken({"app.theme": "ctrl+b"}, {"TMUX": "x"})["ctrl+b app.theme"]
