"""Writing a prompt at a real terminal: an editor, pasted paths, wide characters."""

import os
import threading
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Open, draft
from tests.hostile.terminal_bytes import unmeant
from tests.provider_server import Hang, Pause, ProviderServer, Reply, Text, answer

PASTE = "\x1b[200~{}\x1b[201~"


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that shows the file, waits for a line, and adds it."""
    script = tmp_path / "an editor"
    script.write_text(
        '#!/bin/sh\ntrap "" INT\necho "EDITOR $1"; ls -l "$2" | cut -c1-10; cat "$2"\n'
        'read line; printf "%s\\n" "$line" >>"$2"; exit "${line##*exit }"\n',
        "utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"'{script}' --wait")
    monkeypatch.setenv("EDITOR", "not-this-one")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return script


def left(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if name.startswith("tyler-chat-")]


def kept(drafts: Path) -> str:
    """What stands in the files of drafts."""
    return "".join(file.read_text("utf-8") for file in drafts.glob("*.json"))


def test_an_editor_has_the_terminal_while_the_answer_goes_on(
    open_chat: Open, served: ProviderServer, editor: Path, tmp_path: Path
) -> None:
    go_on = threading.Event()
    served.script(Reply([Text("Part 1"), Pause(go_on), Text(" and Part 2"), Hang()]))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("long", "enter")
        terminal.wait_for("Part 1")
        terminal.send("a draft", "ctrl+g")
        terminal.wait_for("EDITOR --wait", "a draft", "-rw-------")
        before = len(terminal.output)
        terminal.send("ctrl+c")  # it is the editor's, which does not care
        go_on.set()
        terminal.read_until(time.monotonic() + 0.8)
        assert b"Part" not in terminal.output[before:]
        terminal.send("天 from the editor exit 0\n")
        screen = (draft("a draft", "天 from the editor exit 0"), "Part 1 and Part 2", "answering")
        terminal.wait_for(*screen)
        terminal.wait_until(lambda: left(tmp_path) == [])
        terminal.send("ctrl+c")
        terminal.wait_for("stopped")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before


def test_an_editor_that_fails_changes_nothing_and_loses_nothing(
    open_chat: Open, editor: Path, tmp_path: Path
) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Any model")
        terminal.send("a draft", "ctrl+g")
        terminal.wait_for("EDITOR --wait")
        terminal.send("changed exit 3\n")
        terminal.wait_for("ended with code 3", "> a draft")
        (name,) = left(tmp_path)
        assert (tmp_path / name).read_text("utf-8") == "a draft\nchanged exit 3\n"


def test_what_an_editor_leaves_is_text(
    open_chat: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "a\\033]52;c;aGFja2Vk\\007b\\302\\233c" >"$1"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(script))
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Any model")
        terminal.send("/editor", "enter")
        terminal.wait_for(draft("a␛]52;c;aGFja2Vkbc"))
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert unmeant(terminal.output) == []


def test_an_editor_that_is_not_there_is_told(
    open_chat: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "no-such-editor -w")
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Any model")
        terminal.send("/editor", "enter")
        terminal.wait_for("There is no program 'no-such-editor'")


def test_a_path_that_is_dropped_on_the_terminal_goes_with_the_prompt(
    open_chat: Open, served: ProviderServer, workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "my notes.txt").write_text("remember the milk", "utf-8")
    served.script(answer("I see."))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Any model")
        terminal.send("see ", PASTE.format(f"'{tmp_path}/my notes.txt' "))
        terminal.wait_for("outside the workspace")
        terminal.send(PASTE.format(f"{workspace}/README.md"))
        terminal.wait_for("@README.md", "📎 README.md")
        terminal.send("enter")
        terminal.wait_for("I see.")
    parts = served.requests[0].body["messages"][-1]["content"]
    assert [part["text"].partition(":")[0] for part in parts[1:]] == [
        f"File {tmp_path}/my notes.txt", "File README.md"
    ]  # fmt: skip


def test_wide_characters_are_written_and_deleted_where_the_cursor_stands(open_chat: Open) -> None:
    with open_chat("-m", "demo:fast", columns=40, rows=16) as terminal:
        terminal.wait_for("all keys")
        terminal.send("日本語のテキスト")
        # The cursor stands where an input method shows what is composed.
        terminal.wait_for("> 日本語のテキスト", lambda _: terminal.cursor[0] == 2 + 1 + 16)
        terminal.send("left", "left", "backspace", "👍")
        terminal.wait_for("> 日本語のテ👍スト", lambda _: terminal.cursor[0] == 2 + 1 + 12)


def test_what_was_being_written_is_there_after_a_crash(open_chat: Open, home: Path) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Any model")
        terminal.send("a long thought", "ctrl+j", "of two lines")
        terminal.wait_until(lambda: "of two lines" in kept(home / "drafts"))
        terminal.process.kill()
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("what you were writing is back", draft("a long thought", "of two lines"))


def test_what_waited_for_its_turn_is_there_after_a_crash(open_chat: Open, home: Path) -> None:
    with open_chat("-m", "demo:20", "-s", "trip") as terminal:
        terminal.wait_for("Any model")
        terminal.send("long", "enter")
        terminal.wait_for("answering")
        terminal.send("the second", "enter", "the third", "enter", "half a fourth")
        terminal.wait_until(lambda: "half a fourth" in kept(home / "drafts"))
        terminal.process.kill()
    with open_chat("-m", "demo:fast", "-s", "trip") as terminal:
        wanted = draft("the second", "the third", "half a fourth")
        terminal.wait_for("what you were writing is back", "interrupted", wanted)
