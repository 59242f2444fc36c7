import html
import re
from types import SimpleNamespace

import pytest
from textual.widgets import Static

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.commands import COMMANDS, EDITING, PANEL, QUEUE, TABLE, Command, by_id
from tyler_tui.conversation import State
from tyler_tui.tui import leaving
from tyler_tui.tui.actions import registry
from tyler_tui.tui.screens.sessions import SessionsScreen
from tyler_tui.tui.screens.themes import ThemesScreen
from tyler_tui.tui.widgets.composer import PREFIX, Composer


async def _streaming(chat: Chat, prompt: str = "long") -> None:
    await chat.send(prompt)
    await chat.shows("Part 1")


async def test_ctrl_c_copies_a_selection_first_and_cancels_with_the_next_press(
    open_chat: OpenChat,
) -> None:
    async with open_chat("demo:20", size=(120, 100)) as chat:
        await _streaming(chat)
        transcript = chat.screen.view.transcript
        y = next(y for y in range(30) if "long" in transcript.render_line(y).text)
        await chat.pilot.mouse_down(transcript, offset=(2, y))
        await chat.pilot.hover(transcript, offset=(40, y))
        await chat.pilot.mouse_up(transcript, offset=(40, y))
        await chat.until(lambda: chat.screen.get_selected_text())
        await chat.pilot.press("ctrl+c")
        assert chat.app.clipboard == "long"
        assert chat.screen.conversation
        assert chat.screen.conversation.is_busy
        assert not chat.screen.get_selected_text()
        await chat.pilot.press("ctrl+c")
        await chat.shows("stopped")
        assert chat.app.is_running


async def test_ctrl_c_keeps_the_draft_while_it_cancels(open_chat: OpenChat) -> None:
    async with open_chat("demo:60") as chat:
        await _streaming(chat)
        await chat.pilot.press(*"draft")
        await chat.pilot.press("ctrl+c")
        await chat.shows("stopped")
        assert chat.screen.composer.text == "draft"


async def test_ctrl_c_copies_what_is_selected_in_the_composer(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.pilot.press(*"draft", "shift+home", "ctrl+c")
        assert chat.app.clipboard == "draft"
        assert chat.screen.composer.text == "draft"
        await chat.pilot.press("ctrl+c")
        assert chat.screen.composer.text == ""


async def test_ctrl_c_clears_a_draft_into_the_history_and_then_leaves_with_two_presses(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.pilot.press(*"draft", "ctrl+c")
        assert chat.screen.composer.text == ""
        await chat.pilot.press("up")
        assert chat.screen.composer.text == "draft"
        await chat.pilot.press("ctrl+c", "ctrl+c")
        assert "again to leave" in chat.status
        assert chat.app.is_running
        await chat.pilot.press("ctrl+c")
        await chat.until(lambda: chat.app.return_code is not None or not chat.app.is_running)


async def test_a_press_that_cancels_never_counts_toward_leaving(open_chat: OpenChat) -> None:
    async with open_chat("demo:60") as chat:
        await _streaming(chat)
        await chat.pilot.press("ctrl+c")
        await chat.shows("stopped")
        await chat.pilot.press("ctrl+c", "ctrl+c", "ctrl+c")
        assert chat.app.is_running
        assert "leave" not in chat.status


async def test_when_all_is_calm_the_first_press_after_a_cancel_only_arms(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "CALM_SECONDS", 0.0)
    async with open_chat("demo:60") as chat:
        await _streaming(chat)
        await chat.pilot.press("ctrl+c")
        await chat.shows("stopped")
        await chat.idle()
        await chat.pilot.press("ctrl+c")
        assert "again to leave" in chat.status
        assert not chat.screen.leaving._is_leaving


@pytest.mark.parametrize(("apart_s", "leaves"), [(1.9, True), (2.1, False)])
async def test_a_second_press_leaves_within_two_seconds_and_later_it_does_not(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, apart_s: float, leaves: bool
) -> None:
    now = 1000.0
    monkeypatch.setattr(leaving, "time", SimpleNamespace(monotonic=lambda: now))
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        for _ in range(2):
            await chat.pilot.press("ctrl+c")
            assert not chat.screen.leaving._is_leaving or leaves
            now += apart_s
        if leaves:
            await chat.until(lambda: not chat.app.is_running)
        else:
            await chat.pilot.pause()
            assert "again to leave" in chat.status
            assert not chat.screen.leaving._is_leaving
            assert chat.app.is_running


async def test_escape_cancels_when_nothing_is_open(open_chat: OpenChat) -> None:
    async with open_chat("demo:60") as chat:
        await _streaming(chat)
        await chat.pilot.press("escape")
        await chat.shows("stopped")


async def test_escape_lets_go_of_a_selection_before_it_cancels(open_chat: OpenChat) -> None:
    async with open_chat("demo:60") as chat:
        await _streaming(chat)
        chat.screen.view.transcript.text_select_all()
        assert chat.screen.get_selected_text()
        await chat.pilot.press("escape")
        assert not chat.screen.get_selected_text()
        assert chat.screen.conversation
        assert chat.screen.conversation.state is State.ANSWERING
        await chat.pilot.press("escape")
        await chat.shows("stopped")


async def test_escape_closes_what_is_open_before_it_cancels(open_chat: OpenChat) -> None:
    async with open_chat("demo:60") as chat:
        await _streaming(chat)
        await chat.pilot.press("f1")
        await chat.opened()
        await chat.pilot.press("escape")
        await chat.until(lambda: len(chat.app.screen_stack) == 1)
        assert chat.screen.conversation
        assert chat.screen.conversation.is_busy


async def test_scrolling_up_holds_the_view_and_the_end_is_told(open_chat: OpenChat) -> None:
    async with open_chat("demo:400", size=(100, 20)) as chat:
        await chat.send("long")
        await chat.shows("Part 3")
        transcript = chat.screen.view.transcript
        await chat.pilot.press("pageup")
        held = transcript.render_line(0).text
        await chat.shows("Part 6")
        assert transcript.render_line(0).text == held
        assert transcript.unseen_rows > 0
        shown = [strip.text for strip in transcript.render_lines(transcript.size.region)]
        assert "new lines · Ctrl+End" in shown[-1]
        await chat.pilot.press("ctrl+end")
        assert transcript.unseen_rows == 0
        assert transcript.viewport.follow
        await chat.pilot.press("ctrl+c")


async def test_prompts_are_queued_while_it_answers_and_come_back_on_cancel(
    open_chat: OpenChat,
) -> None:
    async with open_chat("demo:60") as chat:
        await _streaming(chat)
        await chat.send("second")
        await chat.send("third")
        await chat.until(lambda: "2 queued" in chat.status)
        await chat.pilot.press(*"draft")
        await chat.pilot.press("ctrl+c")
        await chat.shows("stopped")
        assert chat.screen.composer.text == "second\nthird\ndraft"


def test_every_command_has_its_action_and_every_action_its_command() -> None:
    on_screen = [*COMMANDS, *QUEUE, *PANEL, by_id("focus.next")]
    assert set(registry.ids(takes_argument=False)) == {
        command.id for command in on_screen if not command.takes_argument
    }
    assert set(registry.ids(takes_argument=True)) == {
        command.id for command in on_screen if command.takes_argument
    }


@pytest.mark.parametrize("command", EDITING, ids=lambda command: command.id)
def test_what_belongs_to_writing_is_done_by_the_composer(command: Command) -> None:
    if command.id.startswith(PREFIX):
        assert callable(getattr(Composer, f"action_{command.id.removeprefix(PREFIX)}"))
    else:
        assert command is by_id("focus.next")


async def test_keys_can_be_mapped_anew(open_chat: OpenChat) -> None:
    keys = {"session.new": "f2", "composer.submit": "ctrl+s", "session.open": "f3"}
    async with open_chat(keys=keys) as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        first = chat.screen.conversation
        await chat.pilot.press(*"hi", "enter", *"there")
        assert chat.screen.composer.text == "hi\nthere"
        await chat.pilot.press("ctrl+s")
        await chat.shows("hi\nthere")
        await chat.idle()
        await chat.pilot.press("f2")
        await chat.until(lambda: chat.screen.conversation not in (first, None))


async def test_a_command_without_a_key_can_be_given_one_and_one_with_a_key_none(
    open_chat: OpenChat,
) -> None:
    async with open_chat(keys={"app.theme": "f6", "session.new": "", "session.open": "f7"}) as chat:
        await chat.ask("hello")
        first = chat.screen.conversation
        await chat.pilot.press("ctrl+n", "ctrl+s")
        await chat.pilot.pause(0.1)
        assert (chat.screen.conversation, len(chat.app.screen_stack)) == (first, 1)
        await chat.pilot.press("f6")
        await chat.opened(ThemesScreen)
        await chat.pilot.press("escape", "f7")
        await chat.opened(SessionsScreen)


async def test_a_key_of_the_composer_can_be_taken_away(open_chat: OpenChat) -> None:
    async with open_chat(keys={"composer.undo": "", "composer.redo": "f8"}) as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.pilot.press(*"draft", "ctrl+z")
        assert chat.screen.composer.text == "draft"


async def test_the_keys_of_leaving_and_of_the_palette_can_be_others(open_chat: OpenChat) -> None:
    keys = {"app.quit": "f9", "app.palette": "ctrl+q"}
    async with open_chat(keys=keys) as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.pilot.press("ctrl+p")
        assert len(chat.app.screen_stack) == 1
        await chat.pilot.press("ctrl+q")
        await chat.opened()
        await chat.pilot.press("f9")
        await chat.until(lambda: not chat.app.is_running or chat.app.return_code is not None)


async def test_the_overlay_tells_of_keys_that_do_not_get_here(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZELLIJ", "0")
    async with open_chat() as chat:
        await chat.pilot.press("f1")
        await chat.opened()
        taken = chat.app.screen.query_one("#keys-taken", Static)
        await chat.until(lambda: "! Ctrl+S: Zellij takes it" in str(taken.render()))


async def test_the_keys_are_all_in_the_overlay(open_chat: OpenChat) -> None:
    async with open_chat(size=(120, 160)) as chat:
        await chat.pilot.press("f1")
        await chat.opened()
        await chat.pilot.pause()
        shown = " ".join(re.sub("<[^>]*>", " ", chat.app.export_screenshot()).split())
        words = html.unescape(shown).replace("\xa0", " ").split()
        assert all(word in words for command in TABLE for word in command.help.split())
        assert {"@", "Shift+Drag", "Wheel"} <= set(words)


async def test_a_command_is_found_in_the_palette(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await chat.pilot.press("ctrl+p")
        await chat.opened()
        await chat.pilot.press(*"copy reply")
        await chat.pilot.pause(0.3)
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.app.clipboard)


async def test_an_unknown_slash_command_is_told_and_given_back(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.send("/nonsense")
        await chat.until(lambda: "no command /nonsense" in chat.status)
        assert chat.screen.composer.text == "/nonsense"
        await chat.ask("/etc/hosts is what?")
        assert "/etc/hosts is what?" in chat.text


async def test_a_prompt_sent_before_the_session_is_open_goes_out_when_it_is(
    open_chat: OpenChat,
) -> None:
    async with open_chat(prompt="table") as chat:
        await chat.shows("table")
        await chat.idle()


async def test_quitting_in_mid_answer_keeps_it(open_chat: OpenChat) -> None:
    async with open_chat("demo:20", session="kept") as chat:  # for some minutes
        await _streaming(chat)
        await chat.pilot.press("ctrl+q")
        await chat.until(lambda: not chat.app.is_running or chat.app.return_value)
    async with open_chat(resume="kept") as chat:
        await chat.shows("stopped")
        assert "Part 1" in chat.text
        assert chat.screen.conversation
        assert chat.screen.conversation.state is State.IDLE
