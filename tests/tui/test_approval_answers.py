"""The answers of the approval card beyond yes and no: with a word, with other arguments, kept."""

import json
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from textual.events import MouseScrollDown, Paste
from textual.widgets import Input

from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.tui.asking import question
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.conversation import State
from tyler_tui.messages import Message
from tyler_tui.paths import in_short
from tyler_tui.tui import answer_keys
from tyler_tui.tui.widgets.approval_answers import ApprovalAnswers
from tyler_tui.tui.widgets.approval_preview import PreviewText
from tyler_tui.tui.widgets.arguments_editor import ArgumentsEditor
from tyler_tui.tui.widgets.composer import Composer

pytestmark = pytest.mark.usefixtures("attentive")


def calls(*wanted: tuple[str, dict[str, Any]]) -> Reply:
    steps = [Call(n, f"c{n}", name, json.dumps(args)) for n, (name, args) in enumerate(wanted)]
    return Reply([*steps, Finish("tool_calls")])


def run(command: str) -> tuple[str, dict[str, Any]]:
    return "command_line-run", {"command": command}


@pytest.fixture
def served(served: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    return served


async def asked(chat: Chat, prompt: str = "go") -> None:
    await chat.send(prompt)
    await chat.until(lambda: chat.screen.approval.display)


def card(chat: Chat) -> str:
    """All that the card says, also what is scrolled away."""
    statics = chat.screen.approval.query("Static").results()
    said = [str(one.render()) for one in statics if one.display]
    return "\n".join([*said, chat.screen.approval.query_one(PreviewText).text, ""])


def results(chat: Chat) -> list[Message]:
    assert chat.screen.conversation
    return [m for m in chat.screen.conversation.thread.messages if m.role == "tool"]


async def shows(chat: Chat, text: str) -> None:
    """Let the app work until the card says that."""
    await chat.until(lambda: text in card(chat))


def _holds(composer: Composer, text: str) -> bool:
    return composer.text == text


async def press(chat: Chat, key: str) -> None:
    """Press a key that answers, and wait until it has settled."""
    await chat.pilot.press(key)
    await chat.pilot.pause(0.05)


async def test_a_denial_brings_the_model_a_word(open_chat: OpenChat, workspace: Path) -> None:
    async with open_chat() as chat:
        await asked(chat, "write notes")
        await press(chat, "N")
        await chat.pilot.press(*"not yet", "escape")
        assert chat.screen.approval.has_focus, "Esc goes back to the answers"
        assert chat.screen.approval.display
        await press(chat, "N")
        await chat.pilot.press(*"into docs/", "enter")
        await chat.idle()
        (result,) = results(chat)
        assert result.content == "The user denied this call and said: into docs/"
        assert result.metrics["decision"]["message"] == "into docs/"
        assert "⊘ files-write" in chat.panel
        assert not (workspace / "tyler-notes.md").exists()
        assert chat.app.focused is chat.screen.composer


async def test_keys_that_come_too_soon_behind_esc_are_no_answer(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    async with open_chat() as chat:
        await asked(chat, "write notes")
        await press(chat, "N")
        chat.screen.approval._keys.begin(time.monotonic() - 7_200.0)  # it is there for hours
        monkeypatch.setattr(answer_keys, "DEAF_SECONDS", 3_600.0)
        await chat.pilot.press(*"no", "escape")
        await press(chat, "y")
        await chat.until(lambda: chat.screen.composer.text == "y")
        assert chat.screen.approval.display
        assert not (workspace / "tyler-notes.md").exists()


async def test_always_says_what_is_kept_and_where_and_keeps_it(
    open_chat: OpenChat, workspace: Path, home: Path
) -> None:
    async with open_chat() as chat:
        await asked(chat, "write notes")
        rules = home / "rules.toml"
        told = f"files-write in {in_short(workspace)}, kept in {in_short(rules)}"
        assert f"allow always: {told}" in card(chat)
        assert "allow for this session: all calls of files-write" in card(chat)
        await press(chat, "A")
        await chat.idle()
        assert 'allow = ["files-write"]' in rules.read_text("utf-8")
        assert "✓ files-write" in chat.panel


async def test_a_command_is_edited_as_it_stands_and_seen_again_before_it_runs(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(calls(run("echo one >made")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await asked(chat)
        await press(chat, "e")
        editor = chat.screen.approval.query_one(ArgumentsEditor)
        assert editor.text == "echo one >made"
        await chat.pilot.press(*["backspace"] * 4, *"kept", "ctrl+j", *"echo two", "enter")
        await chat.until(lambda: "> echo two" in card(chat))
        assert "$ echo one >kept" in card(chat)
        assert "your arguments, not the model's" in card(chat)
        assert not (workspace / "kept").exists()
        assert chat.screen.conversation
        assert chat.screen.conversation.state is State.ASKING
        await press(chat, "y")
        await chat.idle()
        assert (workspace / "kept").read_text() == "one\n"
        assert not (workspace / "made").exists()
        (result,) = results(chat)
        assert "The user changed the arguments" in result.content
        assert result.metrics["decision"]["edited"] is True


async def test_edited_arguments_must_be_json_that_fits_the_tool(
    open_chat: OpenChat, workspace: Path
) -> None:
    async with open_chat() as chat:
        await asked(chat, "write notes")
        await press(chat, "e")
        editor = chat.screen.approval.query_one(ArgumentsEditor)
        arguments = json.loads(editor.text)
        assert arguments["path"] == "tyler-notes.md"
        for text, problem in (
            ('{"path": "a.md"', "not valid JSON"),
            ('{"path": "a.md"}', "`content` is missing."),
            ('{"path": "../a.md", "content": "x"}', "outside"),
        ):
            editor.load_text(text)
            await chat.pilot.press("enter")
            await shows(chat, problem)
            assert editor.has_focus
        editor.load_text('{"path": "a.md", "content": "mine\\n"}')
        await chat.pilot.press("enter")
        await chat.until(lambda: "+mine" in card(chat))
        await press(chat, "y")
        await chat.idle()
        assert (workspace / "a.md").read_text() == "mine\n"
        assert not (workspace / "tyler-notes.md").exists()


async def test_esc_leaves_the_arguments_as_they_were(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(calls(run("echo one >made")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await asked(chat)
        await press(chat, "e")
        await chat.pilot.press(*"2", "escape")
        assert "$ echo one >made\n" in card(chat)
        await press(chat, "y")
        await chat.idle()
        assert (workspace / "made").exists()
        assert "changed the arguments" not in results(chat)[0].content


async def test_what_is_invisible_in_arguments_is_seen_where_they_are_edited(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(calls(run("echo a\u202eb >made")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await asked(chat)
        await press(chat, "e")
        editor = chat.screen.approval.query_one(ArgumentsEditor)
        assert "\u202e" not in editor.text
        assert "echo a\\u202eb >made" in editor.text
        before = editor.text
        editor.post_message(Paste("\x1b]0;owned\a\u202e"))
        await chat.until(lambda: "␛]0;owned" in editor.text)
        assert editor.text.replace("␛]0;owned", "") == before
        editor.undo()
        assert editor.text == before
        await chat.pilot.press("enter")
        await chat.until(lambda: not editor.has_focus)
        assert "your arguments" not in card(chat), "nothing was changed"
        await press(chat, "y")
        await chat.idle()
        assert (workspace / "made").read_text() == "a\u202eb\n"


async def test_several_questions_are_numbered_and_come_one_by_one(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(calls(run("touch a"), run("touch b"), run("touch c")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await asked(chat)
        for place, key in (("1 of 3", "y"), ("2 of 3", "n"), ("3 of 3", "y")):
            await shows(chat, place)
            await press(chat, key)
        await chat.idle()
        assert [(workspace / name).exists() for name in "abc"] == [True, False, True]


async def test_going_round_in_circles_is_said_and_cannot_be_allowed_for_good(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    read = "files-read", {"path": "README.md"}
    served.script(*[calls(read)] * 3, answer("I see."))
    async with open_chat("openai/x") as chat:
        await asked(chat)
        assert "it made this very call 3 times" in card(chat)
        shown = [one.id for one in chat.screen.approval.query("_Answer") if one.display]
        assert shown == ["answer-once", "answer-deny", "answer-deny_saying", "answer-edit"]
        await chat.pilot.press("A")
        assert chat.screen.composer.text == "A", "a letter like any other"
        await chat.pilot.press("backspace", "tab")
        await press(chat, "n")
        await chat.idle()
        assert chat.panel.count("✓ files-read") == 2


@pytest.mark.parametrize("where", ["card", "word", "editor"])
async def test_ctrl_c_denies_and_stops_the_answer(
    open_chat: OpenChat, workspace: Path, where: str
) -> None:
    async with open_chat() as chat:
        await asked(chat, "write notes")
        if where != "card":
            await press(chat, {"word": "N", "editor": "e"}[where])
        await chat.pilot.press("ctrl+c")
        await chat.shows("stopped")
        (result,) = results(chat)
        assert result.metrics["denied"] is True
        assert not chat.screen.approval.display
        assert not (workspace / "tyler-notes.md").exists()


async def test_esc_denies_from_the_composer_too_and_the_answer_goes_on(
    open_chat: OpenChat, workspace: Path
) -> None:
    async with open_chat() as chat:
        await asked(chat, "write notes")
        await chat.pilot.press("tab", "escape")
        await chat.idle()
        assert "denied" in chat.text
        assert "stopped" not in chat.text
        assert results(chat)[0].metrics["denied"] is True


async def test_a_long_preview_scrolls_and_says_how_much_there_is(open_chat: OpenChat) -> None:
    diff = "\n".join(["--- a/x", "+++ b/x", "@@ -1,0 +1,60 @@", *(f"+line {n}" for n in range(60))])
    async with open_chat(size=(80, 24)) as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        approval = chat.screen.approval
        approval.ask(question("files-write", "write x", diff))
        approval.focus()
        preview = approval.query_one(PreviewText)
        await chat.until(lambda: "↓ 55 more lines" in card(chat))
        assert "Ctrl+O makes room for more" in card(chat)
        top = chat.screen.view.transcript.viewport.position()
        await chat.pilot.press("pagedown")
        await chat.until(lambda: "↓ 49 more lines" in card(chat))
        await chat.pilot.press("down", "pageup")
        await chat.until(lambda: "↓ 54 more lines" in card(chat))
        await chat.pilot._post_mouse_events([MouseScrollDown], preview)
        await chat.until(lambda: preview.viewport.position()[0] > 1)
        assert chat.screen.view.transcript.viewport.position() == top
        rows = preview.size.height
        await chat.pilot.press("ctrl+o")
        await chat.until(lambda: preview.size.height > rows)
        await chat.until(lambda: "Ctrl+O leaves room for the chat" in card(chat))
        await chat.pilot.press(*["pagedown"] * 9)
        await chat.until(lambda: "more lines" not in card(chat))
        answers = approval.query_one(ApprovalAnswers).region
        assert answers.bottom <= chat.screen.composer.region.y, "the answers are in view"


async def test_text_that_is_pasted_into_a_question_goes_to_the_composer(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await asked(chat, "write notes")
        chat.screen.approval.post_message(Paste("y"))
        await chat.until(lambda: chat.screen.composer.text == "y")
        assert chat.screen.approval.display


async def test_a_question_takes_nobody_away_from_the_find_bar(open_chat: OpenChat) -> None:
    async with open_chat("demo:40") as chat:
        await chat.send("write notes")
        await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_busy)
        await chat.pilot.press("ctrl+f")
        await chat.until(lambda: chat.screen.approval.display)
        await chat.pilot.press(*"yay")
        assert chat.screen.query_one("#find Input", Input).value == "yay"
        assert chat.screen.approval.display
        await chat.pilot.press("ctrl+c")
        await chat.idle()


async def test_no_key_that_is_typed_in_a_run_decides(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    """However the letters of words meet the card, which has the focus when the first one comes."""
    monkeypatch.setattr(answer_keys, "SETTLE_SECONDS", 3_600.0)
    random = Random(7)
    async with open_chat() as chat:
        await asked(chat, "write notes")
        approval, composer = chat.screen.approval, chat.screen.composer
        for _ in range(8):
            approval.focus()
            approval.ask({**question("files-write", "x", "y"), "tool_call_id": "c"})
            word = "".join(random.choices("yaAnNe ok.", k=random.randint(2, 8)))
            await chat.pilot.press(*(key if key != " " else "space" for key in word))
            await chat.until(partial(_holds, composer, word))
            assert approval.display
            composer.set_draft("")
        assert not (workspace / "tyler-notes.md").exists()


async def test_the_keys_of_the_answers_can_be_mapped_anew(
    open_chat: OpenChat, workspace: Path
) -> None:
    async with open_chat(keys={"answer.once": "j", "answer.deny": "y"}) as chat:
        await asked(chat, "write notes")
        assert " j \nallow once" in card(chat)
        await press(chat, "j")
        await chat.idle()
        assert (workspace / "tyler-notes.md").exists()
