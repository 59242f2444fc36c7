"""The terminal's title, and the calls to a user who looks elsewhere, at a real terminal."""

import json
import re
from pathlib import Path

import pytest

from tests.e2e.conftest import Open
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.pseudo_terminal import Terminal

FOCUS_OUT, FOCUS_IN = "\x1b[O", "\x1b[I"
WRITE = json.dumps({"path": "notes.md", "content": "x"})
RUN = json.dumps({"command": "echo a\x1b]52;c;aGFj\x07"})
HOSTILE = "a\x1b]52;c;aGFja2Vk\x07b"


@pytest.fixture(autouse=True)
def terminal_that_notifies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TMUX", "STY", "ZELLIJ"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM_PROGRAM", "WezTerm")


def configured(home: Path, *lines: str) -> None:
    home.mkdir(exist_ok=True)
    text = "\n".join(["titles = false", "[ui]", "notify_after = 0.001", *lines])
    (home / "config.toml").write_text(text + "\n", "utf-8")


def titles(terminal: Terminal) -> list[str]:
    return re.findall(r"\x1b\]2;([^\a\x1b]*)\a", terminal.output.decode())


def calls(terminal: Terminal) -> list[str]:
    return re.findall(r"\x1b\]9;([^\a\x1b]*)\a", terminal.output.decode())


def bells(terminal: Terminal) -> int:
    return re.sub(rb"\x1b\][^\a\x1b]*\a", b"", terminal.output).count(b"\a")


def test_the_title_says_what_goes_on_and_is_given_back(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    configured(home)
    served.script(
        Reply([Call(0, "c1", "files-write", WRITE), Finish("tool_calls")]), answer("Done.")
    )
    with open_chat("-m", "openai/anything", "-s", "trip") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("write", "enter")
        terminal.wait_for("notes.md")
        terminal.wait_for(lambda _: "? trip · tyler-chat" in titles(terminal))
        terminal.send("ctrl+c")
        terminal.wait_for(lambda _: titles(terminal)[-1] == "trip · tyler-chat")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    said = titles(terminal)
    assert "… trip · tyler-chat" in said
    assert said[-1] == "", "what a terminal without a stack gets"
    output = terminal.output
    assert output.count(b"\x1b[22;2t") == output.count(b"\x1b[23;2t") == 1
    assert output.index(b"\x1b[23;2t") < output.index(b"\x1b[?1049l")


def test_a_hostile_name_is_only_text_in_the_title(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    configured(home)
    with open_chat("-m", "openai/anything", "-s", HOSTILE) as terminal:
        terminal.wait_for("Ask anything")
        terminal.wait_for(lambda _: any("tyler-chat" in title for title in titles(terminal)))
        terminal.send("ctrl+q")
        terminal.wait_exit()
    assert b"\x1b]52" not in terminal.output


def test_the_end_of_a_long_answer_calls_who_looks_elsewhere_and_nobody_else(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    configured(home)
    served.script(answer("One."), answer("Two."), answer("Three."))
    with open_chat("-m", "openai/anything", "-s", "trip") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("first", "enter")
        terminal.wait_for("One.")
        terminal.wait_for("ready")
        assert calls(terminal) == []
        terminal.send("second", "enter", FOCUS_OUT)
        terminal.wait_for("Two.")
        terminal.wait_for(lambda _: bool(calls(terminal)))
        (call,) = calls(terminal)
        assert re.fullmatch(r"tyler-chat: trip: the answer is there \(.+\)", call)
        terminal.send(FOCUS_IN, "third", "enter")
        terminal.wait_for("Three.")
        terminal.wait_for("ready")
        terminal.send("ctrl+q")
        terminal.wait_exit()
    assert len(calls(terminal)) == 1


def test_a_question_calls_who_looks_elsewhere(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    configured(home)
    served.script(
        Reply([Call(0, "c1", "command_line-run", RUN), Finish("tool_calls")]), answer("Done.")
    )
    with open_chat("-m", "openai/anything", "-s", "trip") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("run", "enter", FOCUS_OUT)
        terminal.wait_for(lambda _: bool(calls(terminal)))
        assert calls(terminal)[0].startswith("tyler-chat: trip asks: command_line-run: ")
        terminal.send("ctrl+c", "ctrl+q")
        terminal.wait_exit()
    assert b"\x1b]52" not in terminal.output


def test_both_can_be_turned_off(open_chat: Open, served: ProviderServer, home: Path) -> None:
    configured(home, 'notify = "off"', "terminal_title = false")
    served.script(answer("One."))
    with open_chat("-m", "openai/anything", "-s", "trip") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("first", "enter", FOCUS_OUT)
        terminal.wait_for("One.")
        terminal.wait_for("ready")
        terminal.send("ctrl+q")
        terminal.wait_exit()
    assert calls(terminal) == titles(terminal) == []
    assert bells(terminal) == 0
    assert b"\x1b[22;2t" not in terminal.output


def test_the_bell_rings_where_the_config_wants_it(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    configured(home, 'notify = "bell"', "terminal_title = false")
    served.script(answer("One."))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("first", "enter", FOCUS_OUT)
        terminal.wait_for(lambda _: bells(terminal) == 1)
        terminal.send("ctrl+q")
        terminal.wait_exit()
