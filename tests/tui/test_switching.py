"""Several sessions at once: one on the screen, the others behind it."""

import asyncio
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from textual import events

from tests.provider_server import (
    Call,
    Finish,
    Hang,
    Pause,
    ProviderServer,
    Reply,
    Text,
    Thinking,
    UsageChunk,
    answer,
)
from tests.tui.conftest import Chat, OpenChat
from tyler_tui import MessageStatus, ThreadStore, paths
from tyler_tui.conversation import State
from tyler_tui.tui.items.session_row import HitRow
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.open_session import Place
from tyler_tui.tui.screens.chat import ChatScreen
from tyler_tui.tui.screens.sessions import SessionsScreen
from tyler_tui.tui.widgets.header import Header

MODEL = "openai/anything"


def _header(chat: Chat) -> str:
    return str(chat.screen.query_one(Header).render())


def _session_id(chat: Chat) -> str:
    assert chat.screen.conversation
    return chat.screen.conversation.thread.id


async def _new_session(chat: Chat) -> str:
    """Ctrl+N; the id of the session that was left."""
    before = _session_id(chat)
    await chat.pilot.press("ctrl+n")
    await chat.until(lambda: _session_id(chat) != before)
    return before


async def _go(chat: Chat, session_id: str) -> None:
    chat.screen.desk.switch_to(Place(session_id))
    await chat.until(lambda: _session_id(chat) == session_id)


def _times(text: str, chat: Chat) -> int:
    return len(re.findall(re.escape(text), chat.text))


async def test_an_answer_goes_on_behind_the_screen_and_is_there_whole(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on = threading.Event()
    served.script(
        Reply([Thinking("Let me "), Thinking("see."), Text("first part ", size=3), Pause(go_on),
               Text("and the second part.", size=3), Finish()]),
    )  # fmt: skip
    async with open_chat(MODEL) as chat:
        await chat.send("a question")
        await chat.shows("first part")
        await _new_session(chat)
        assert "1 busy (F2)" in _header(chat)
        assert chat.status.startswith("ready")
        assert "first part" not in chat.text
        go_on.set()
        await chat.until(lambda: "1 answered" in _header(chat))
        await chat.pilot.press("f2")
        await chat.shows("first part and the second part.")
        assert _times("first part", chat) == 1
        assert _times("a question", chat) == 1
        assert chat.screen.view.last_reply == "first part and the second part."
        assert "answered" not in _header(chat)


async def test_coming_back_in_mid_answer_shows_what_was_said_and_what_comes(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    pauses = [threading.Event() for _ in range(4)]
    parts = ["one ", "**two** ", "three ", "four ", "five"]
    steps: list[Pause | Text] = [Text(parts[0], size=2)]
    for pause, part in zip(pauses, parts[1:], strict=True):
        steps += [Pause(pause), Text(part, size=2)]
    served.script(answer("An earlier answer."), Reply([*steps, Finish()]))
    async with open_chat(MODEL) as chat:
        await chat.ask("first")
        await chat.send("second")
        await chat.shows("one")
        conversation = chat.screen.conversation
        assert conversation
        for number, pause in enumerate(pauses):
            here = await _new_session(chat)
            if number % 2:  # sometimes it goes on while it is away, sometimes when it is back
                pause.set()
            await _go(chat, here)
            pause.set()
            await chat.shows(" ".join(["one", "two", "three", "four", "five"][: number + 2]))
        await chat.idle()
        assert chat.screen.view.last_reply == "".join(parts)
        assert conversation.thread.messages[-1].content == "".join(parts)
        assert _times("one two three four five", chat) == 1
        assert _times("An earlier answer.", chat) == 1
        assert _times("second", chat) == 1


async def test_an_answer_that_is_made_again_goes_on_behind_the_screen_too(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on = threading.Event()
    served.script(
        answer("The first answer."),
        Reply([Text("Another "), Pause(go_on), Text("answer."), Finish()]),
    )
    async with open_chat(MODEL) as chat:
        await chat.ask("a question")
        await chat.send("/retry")
        await chat.shows("Another")
        here = await _new_session(chat)
        await _go(chat, here)
        assert _times("Another", chat) == 1
        assert _times("a question", chat) == 1
        go_on.set()
        await chat.idle()
        assert chat.screen.view.last_reply == "Another answer."
        assert _times("The first answer.", chat) == 0


async def test_a_prompt_on_its_way_is_sent_in_the_session_that_was_left_behind_it(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        first = _session_id(chat)
        chat.screen.writing.submit("code", "code")
        chat.screen.desk.switch_to(None)
        await chat.until(lambda: _session_id(chat) != first)
        await chat.until(lambda: "1 answered" in _header(chat))
        assert chat.screen.composer.text == ""
        blank = _session_id(chat)
        chat.screen.writing.submit("unicode", "unicode")
        chat.screen.desk.switch_to(None)
        await chat.until(lambda: _session_id(chat) not in (first, blank))
        await chat.until(lambda: "2 answered" in _header(chat))
        await _go(chat, blank)
        assert "Wide, joined and marked" in chat.text


async def test_eight_sessions_answer_at_once_and_each_has_its_own_answer(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on = threading.Event()
    served.script(
        *(Reply([Text(f"answer {n}: ", size=4), Pause(go_on), Text("word " * 60, size=5), Finish()])
          for n in range(8))
    )  # fmt: skip
    async with open_chat(MODEL) as chat:
        ids = []
        for number in range(8):
            await chat.send(f"question {number}")
            await chat.shows(f"answer {number}:")
            ids.append(_session_id(chat))
            if number < 7:
                await _new_session(chat)
        assert "7 busy" in _header(chat)
        go_on.set()
        await chat.until(lambda: "7 answered" in _header(chat))
        for number, id in enumerate(ids):
            if id != _session_id(chat):
                await _go(chat, id)
            await chat.idle()
            assert chat.screen.view.last_reply == f"answer {number}: " + "word " * 60
            assert f"question {number}" in chat.text


async def test_what_is_not_on_the_screen_draws_nothing(
    open_chat: OpenChat, served: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    served.script(Reply([Text("begun "), Pause(go_on), Text("word " * 400, size=5), Finish()]))
    async with open_chat(MODEL) as chat:
        await chat.send("talk")
        await chat.shows("begun")
        await _new_session(chat)
        await chat.pilot.pause(0.2)
        frames: list[LineView] = []

        def draw(view: LineView) -> None:
            frames.append(view)

        monkeypatch.setattr(LineView, "_draw_frame", draw)
        go_on.set()
        await chat.until(lambda: "1 answered" in _header(chat))
        assert len(frames) <= 2  # of the new session, and none for the 400 pieces


@pytest.mark.usefixtures("attentive")
async def test_a_question_asked_behind_the_screen_is_told_and_answered_there(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    go_on = threading.Event()
    arguments = '{"path": "notes.md", "content": "x"}'
    served.script(
        Reply([Text("I shall write."), Pause(go_on), Call(0, "c1", "files-write", arguments),
               Finish("tool_calls")]),
        answer("Written."),
    )  # fmt: skip
    async with open_chat(MODEL, session="writer") as chat:
        await chat.send("write")
        await chat.shows("I shall write.")
        await _new_session(chat)
        go_on.set()
        await chat.until(lambda: "1 asks" in _header(chat))
        assert not chat.screen.approval.display
        await chat.until(
            lambda: [notice.title for notice in chat.app._notifications] == ["writer asks"]
        )
        await chat.pilot.press("f2")
        await chat.until(lambda: chat.screen.approval.display)
        assert "? files-write" in chat.panel
        await chat.pilot.press("y")
        await chat.shows("Written.")
        assert (workspace / "notes.md").read_text() == "x"
        assert "✓ files-write" in chat.panel
        assert not chat.screen.approval.display


@pytest.mark.usefixtures("attentive")
async def test_a_question_leaves_the_screen_with_its_session_and_comes_back_with_it(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.send("write notes")
        await chat.until(lambda: chat.screen.approval.display)
        asking = await _new_session(chat)
        assert not chat.screen.approval.display
        assert chat.app.focused is chat.screen.composer
        assert "1 asks" in _header(chat)
        await _go(chat, asking)
        assert chat.screen.approval.display
        await chat.pilot.press("n")
        await chat.idle()
        assert "⊘ files-write" in chat.panel


async def test_what_was_allowed_for_a_session_stays_allowed_in_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        assert chat.screen.conversation
        policy = chat.screen.conversation.policy
        left = await _new_session(chat)
        assert chat.screen.conversation.policy is not policy
        await _go(chat, left)
        assert chat.screen.conversation.policy is policy


async def test_an_error_behind_the_screen_is_told_and_shown_and_gives_the_queue_back(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on = threading.Event()
    served.script(Reply([Text("I begin"), Pause(go_on)], done=False))
    async with open_chat(MODEL) as chat:
        await chat.send("talk")
        await chat.shows("I begin")
        await chat.send("and then?")
        await chat.until(lambda: "1 queued" in chat.status)
        await chat.pilot.press(*"draft")
        await _new_session(chat)
        assert chat.screen.composer.text == ""
        go_on.set()
        await chat.until(lambda: "1 failed" in _header(chat))
        await chat.pilot.press("f2")
        await chat.shows("✗")
        assert _times("I begin", chat) == 1
        assert chat.screen.composer.text == "and then?\ndraft"
        assert "failed" not in _header(chat)


async def test_each_session_keeps_its_draft_with_its_pastes(open_chat: OpenChat) -> None:
    paste = "\n".join(f"line {number}" for number in range(40))
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.pilot.press(*"see ")
        chat.screen.composer.post_message(events.Paste(paste))
        await chat.until(lambda: "[Pasted #1" in chat.screen.composer.text)
        first = await _new_session(chat)
        await chat.pilot.press(*"other")
        second = _session_id(chat)
        await _go(chat, first)
        assert chat.screen.composer.full_text == f"see {paste}"
        await _go(chat, second)
        assert chat.screen.composer.text == "other"


async def test_a_session_that_has_no_more_to_say_is_let_go_of(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        first = chat.screen.conversation
        left = await _new_session(chat)
        assert left not in chat.screen.desk.open_ids
        await _go(chat, left)
        assert chat.screen.conversation is not first
        await chat.shows("table")


async def test_there_is_one_blank_session_and_new_goes_to_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        talk = await _new_session(chat)
        blank = _session_id(chat)
        await chat.pilot.press(*"later", "ctrl+n")
        await chat.until(lambda: "this session is new" in chat.status)
        assert _session_id(chat) == blank
        await _go(chat, talk)
        await _new_session(chat)
        assert _session_id(chat) == blank
        assert chat.screen.composer.text == "later"


async def test_switch_goes_to_a_session_by_name_and_tells_when_there_is_none(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="alpha") as chat:
        await chat.ask("table")
        alpha = await _new_session(chat)
        await chat.send("/switch alp")
        await chat.until(lambda: _session_id(chat) == alpha)
        await chat.send("/switch nowhere")
        await chat.until(lambda: chat.app._notifications)
        assert _session_id(chat) == alpha


async def test_a_session_that_is_wanted_while_the_first_one_opens_comes_behind_it(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="first", prompt="table") as chat:
        chat.screen.desk.switch_to(None)
        await chat.until(
            lambda: chat.screen.conversation and not chat.screen.conversation.thread.name
        )
        await chat.until(lambda: "1 answered" in _header(chat))
        await chat.pilot.press("f2")
        await chat.shows("table")
        assert chat.screen.conversation
        assert chat.screen.conversation.thread.name == "first"


async def test_a_session_is_opened_once_though_the_first_is_still_scrolled_to_its_place(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_chat(session="first") as chat:
        await chat.ask("table")
    scrolled, goes_on = asyncio.Event(), asyncio.Event()
    show_message = ChatScreen.show_message

    async def slowly(screen: ChatScreen, *where: Any) -> bool:
        scrolled.set()
        await goes_on.wait()
        return await show_message(screen, *where)

    monkeypatch.setattr(ChatScreen, "show_message", slowly)
    async with open_chat(pick_session=True) as chat:
        await chat.opened(SessionsScreen)
        picker = chat.app.screen
        assert isinstance(picker, SessionsScreen)
        await chat.pilot.press(*"Mercury")
        await chat.until(lambda: isinstance(picker.rows.cursor, HitRow))
        await chat.pilot.press("enter")
        await chat.until(scrolled.is_set)
        found = asyncio.Event()

        async def elsewhere() -> None:
            await found.wait()

        chat.screen.desk.switch_to(elsewhere)
        await chat.until(lambda: chat.screen.desk.switching.is_under_way)
        goes_on.set()
        await chat.pilot.pause()
        found.set()
        await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_new)
        await chat.pilot.pause()


async def test_leaving_gives_up_what_is_still_being_opened(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.desk.shown)
        asked, found = asyncio.Event(), asyncio.Event()

        async def elsewhere() -> None:
            asked.set()
            await found.wait()

        await chat.ask("table")
        chat.screen.desk.switch_to(elsewhere)
        await chat.until(asked.is_set)
        await chat.screen.desk.close()
        found.set()


async def test_quitting_keeps_what_every_session_said(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(*(Reply([Text(f"Half of {n}", size=4), Hang()]) for n in range(3)))
    async with open_chat(MODEL) as chat:
        for number in range(3):
            await chat.send(f"question {number}")
            await chat.shows(f"Half of {number}")
            if number < 2:
                await _new_session(chat)
        await chat.pilot.press("ctrl+q")
        await chat.until(lambda: chat.app.return_value)
    async with await ThreadStore.create(paths.database_file()) as store:
        last = [(await store.messages(summary.id))[-1] for summary in await store.list_threads()]
        assert {message.content for message in last} == {f"Half of {n}" for n in range(3)}
        assert {message.status for message in last} == {MessageStatus.CANCELLED}


async def test_leaving_says_what_it_would_stop(open_chat: OpenChat, served: ProviderServer) -> None:
    served.script(Reply([Text("Endless"), Hang()]))
    async with open_chat(MODEL) as chat:
        await chat.send("talk")
        await chat.shows("Endless")
        await _new_session(chat)
        await chat.pilot.press("ctrl+c")
        assert "again to leave and stop the answer in other sessions" in chat.status


async def test_a_click_on_what_the_others_do_goes_there(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(Reply([Text("Endless"), Hang()]))
    async with open_chat(MODEL) as chat:
        await chat.send("talk")
        await chat.shows("Endless")
        busy = await _new_session(chat)
        at = _header(chat).index("1 busy") + 1
        await chat.pilot.click(Header, offset=(at, 0))
        await chat.until(lambda: _session_id(chat) == busy)
        assert chat.screen.conversation
        assert chat.screen.conversation.state is State.ANSWERING
        assert "answering" in chat.status


async def test_the_model_gives_a_session_its_title_also_behind_the_screen(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on = threading.Event()
    served.script(answer("Vega."), answer("Deneb."))
    served.title = Reply([Pause(go_on), Text("Stars of August"), Finish(), UsageChunk()])
    async with open_chat(MODEL, titles=True) as chat:
        await chat.ask("Which stars are up?")
        assert "tyler · Which stars are up?" in _header(chat)
        first = await _new_session(chat)
        assert first in chat.screen.desk.open_ids
        go_on.set()
        await chat.until(lambda: first not in chat.screen.desk.open_ids)
        await _go(chat, first)
        assert "tyler · Stars of August" in _header(chat)
        await chat.ask("and then?")
        assert len(served.title_requests) == 1
        assert "45 tok" in _header(chat)


async def test_a_title_is_shown_when_it_comes_and_leaving_does_not_wait_for_it(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(answer("Vega."), answer("Deneb."))
    served.title = answer("Stars of August")
    async with open_chat(MODEL, titles=True) as chat:
        await chat.ask("Which stars are up?")
        await chat.until(lambda: "tyler · Stars of August" in _header(chat))
        await _new_session(chat)
        served.title = Reply([Hang()])
        await chat.ask("And tomorrow?")
        await chat.until(lambda: len(served.title_requests) == 2)
        await chat.pilot.press("ctrl+q")
        await chat.until(lambda: chat.app.return_value)
        assert served.title_requests[1].when_closed()
