import asyncio
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Region
from textual.widgets import Static

from tests.tui.asking import question
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.conversation import State
from tyler_tui.tui import answer_keys
from tyler_tui.tui.widgets.approval_answers import ApprovalAnswers
from tyler_tui.tui.widgets.approval_preview import PreviewText


async def _asked(chat: Chat) -> None:
    await chat.send("write notes")
    await chat.until(lambda: chat.screen.approval.display)


@pytest.mark.usefixtures("attentive")
async def test_y_allows_and_the_card_shows_the_diff(open_chat: OpenChat, workspace: Path) -> None:
    async with open_chat() as chat:
        await _asked(chat)
        assert "+# Notes" in chat.screen.approval.query_one(PreviewText).text
        assert chat.screen.conversation
        assert chat.screen.conversation.state is State.ASKING
        await chat.pilot.press("y")
        await chat.idle()
        assert "✓ files-write" in chat.panel
        assert (workspace / "tyler-notes.md").exists()
        assert chat.app.focused is chat.screen.composer


@pytest.mark.usefixtures("attentive")
async def test_what_changed_while_the_question_stood_is_said_whole_on_a_narrow_screen(
    open_chat: OpenChat, workspace: Path
) -> None:
    async with open_chat(size=(44, 30)) as chat:
        await _asked(chat)
        notice = chat.screen.approval.query_one(".approval--notice", Static)
        assert not notice.display
        (workspace / "tyler-notes.md").write_text("theirs\n")
        await chat.pilot.press("y")
        await chat.until(lambda: notice.display)
        await chat.pilot.pause()
        assert chat.screen.region.contains_region(notice.region)
        strips = notice.render_lines(Region(0, 0, *notice.size))
        drawn = " ".join(strip.text.strip() for strip in strips)
        assert "has changed meanwhile. Nothing was done yet: read it again." in drawn
        await chat.pilot.press("y")
        await chat.idle()
        assert "theirs" not in (workspace / "tyler-notes.md").read_text()


@pytest.mark.usefixtures("attentive")
@pytest.mark.parametrize("key", ["n", "escape"])
async def test_n_and_escape_deny(open_chat: OpenChat, workspace: Path, key: str) -> None:
    async with open_chat() as chat:
        await _asked(chat)
        await chat.pilot.press(key)
        await chat.idle()
        assert "⊘ files-write" in chat.panel
        assert "denied" in chat.panel
        assert not (workspace / "tyler-notes.md").exists()


@pytest.mark.usefixtures("attentive")
async def test_a_allows_for_the_session(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await _asked(chat)
        await chat.pilot.press("a")
        await chat.idle()
        await chat.ask("write notes again")
        assert chat.panel.count("✓ files-write") == 2


async def test_keys_that_come_too_soon_are_text_and_decide_nothing(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    monkeypatch.setattr(answer_keys, "DEAF_SECONDS", 3_600.0)
    async with open_chat() as chat:
        await _asked(chat)
        await chat.pilot.press(*"yan")
        assert chat.screen.composer.text == "yan"
        assert chat.screen.approval.display
        assert not (workspace / "tyler-notes.md").exists()
        await chat.pilot.press("escape", "ctrl+c")
        await chat.shows("stopped")
        assert not chat.screen.approval.display
        assert chat.screen.composer.text == "yan"


async def test_a_word_that_is_typed_is_no_answer(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    monkeypatch.setattr(answer_keys, "DEAF_SECONDS", 0.0)
    monkeypatch.setattr(answer_keys, "SETTLE_SECONDS", 3_600.0)
    async with open_chat() as chat:
        await _asked(chat)
        await chat.pilot.press(*"yes please, do it")
        assert chat.screen.composer.text == "yes please, do it"
        assert chat.screen.approval.display
        assert not (workspace / "tyler-notes.md").exists()


@pytest.mark.parametrize("word", ["wait for me", "yes please"])
async def test_a_word_and_enter_that_come_in_one_go_are_a_prompt_as_at_human_speed(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, workspace: Path, word: str
) -> None:
    monkeypatch.setattr(answer_keys, "DEAF_SECONDS", 0.0)
    async with open_chat() as chat:
        await _asked(chat)
        conversation = chat.screen.conversation
        assert conversation
        chat.press_at_once(word, "enter")
        await chat.until(lambda: [one.text for one in conversation.queue] == [word])
        assert chat.screen.composer.text == ""
        assert chat.screen.approval.display
        assert not (workspace / "tyler-notes.md").exists()


async def test_a_key_that_was_read_before_the_question_could_be_is_no_answer_however_late_it_comes(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    monkeypatch.setattr(answer_keys, "SETTLE_SECONDS", 0.01)
    async with open_chat() as chat:
        early = events.Key("y", "y")
        await _asked(chat)
        await asyncio.sleep(answer_keys.DEAF_SECONDS)
        chat.app.post_message(early)
        await chat.until(lambda: chat.screen.composer.text == "y")
        assert chat.screen.approval.display
        assert not (workspace / "tyler-notes.md").exists()


@pytest.mark.usefixtures("attentive")
async def test_the_card_takes_no_focus_from_someone_who_types(open_chat: OpenChat) -> None:
    async with open_chat("demo:40") as chat:
        await chat.send("write notes")
        await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_busy)
        await chat.pilot.press(*"say")
        await chat.until(lambda: chat.screen.approval.display)
        await chat.pilot.press(*"yyy")
        assert chat.screen.composer.text == "sayyyy"
        assert chat.screen.approval.display
        assert "Tab to answer" in chat.status
        await chat.pilot.press("tab")
        assert chat.app.focused is chat.screen.approval
        await chat.pilot.press("n")
        await chat.until(lambda: not chat.screen.approval.display)


@pytest.mark.usefixtures("attentive")
async def test_a_click_answers_too(open_chat: OpenChat, workspace: Path) -> None:
    async with open_chat() as chat:
        await _asked(chat)
        await chat.pilot.pause()
        answers = list(chat.screen.approval.query("_Answer").results())
        await chat.pilot.click(answers[0], offset=(6, 0))
        await chat.idle()
        assert (workspace / "tyler-notes.md").exists()


@pytest.mark.usefixtures("attentive")
async def test_hidden_characters_in_a_call_are_seen(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        card = chat.screen.approval
        card.ask(question("tool\x1b[2J", "write \u202e[bold]x[/bold]", "+ \x1b]52;c;x\x07 [/foo]"))
        await chat.pilot.pause()
        shown = str(card.query_one(".approval--title").render())
        assert "\x1b" not in shown
        assert "\\u202e[bold]x[/bold]" in shown
        assert "\\x1b]52;c;x\\x07 [/foo]" in card.query_one(PreviewText).text
        answers = card.query_one(ApprovalAnswers)
        answers.offer({"answer.session": "", "answer.always": "tool(a\u202eb\u200b)"})
        names = [str(name.render()) for name in answers.query(".answer--name")]
        assert "allow always: tool(a\\u202eb\\u200b)" in names


@pytest.mark.usefixtures("attentive")
async def test_shift_tab_changes_what_runs_unasked_and_takes_back_what_was_allowed(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.pilot.press("shift+tab")
        assert "files are written unasked" in chat.status
        assert chat.status.count("edits unasked") == 1, "the mode stays on the screen"
        await chat.pilot.click(
            chat.screen.status, offset=(chat.status.index("edits unasked") + 2, 0)
        )
        assert "all unasked" in chat.status
        await chat.pilot.press("shift+tab", "shift+tab")
        await chat.ask("write notes")
        assert "✓ files-write" in chat.panel
        await chat.pilot.press("shift+tab", "shift+tab")
        await _asked(chat)
        await chat.pilot.press("a")
        await chat.idle()
        await chat.pilot.press("shift+tab", "shift+tab", "shift+tab")
        await _asked(chat)
        await chat.pilot.press("n")
        await chat.idle()
