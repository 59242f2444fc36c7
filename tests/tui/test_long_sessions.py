"""Sessions of which only a part is in the transcript."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from tests.provider_server import Finish, Pause, ProviderServer, Reply, Text, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui import paths
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore
from tyler_tui.tui import loaded_window

TURNS = 400


@pytest.fixture
async def long_thread(home: object) -> Thread:
    thread = Thread(name="long")
    for number in range(TURNS):
        thread.add_message(Message("user", f"question {number}."))
        thread.add_message(Message("assistant", f"answer {number}.\n\n- a\n- b"))
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(thread)
    return thread


@asynccontextmanager
async def opened(open_chat: OpenChat) -> AsyncIterator[Chat]:
    async with open_chat(resume="long", size=(90, 24)) as chat:
        await chat.shows(f"answer {TURNS - 1}.")
        yield chat


def on_view(chat: Chat) -> str:
    transcript = chat.screen.view.transcript
    return "\n".join(strip.text for strip in transcript.render_lines(transcript.size.region))


def _is_on_view(chat: Chat, text: str) -> bool:
    return text in on_view(chat)


def count(chat: Chat) -> int:
    return len(chat.screen.view.transcript.viewport.items)


async def test_the_start_is_a_key_away_and_so_is_the_end(
    open_chat: OpenChat, long_thread: Thread
) -> None:
    async with opened(open_chat) as chat:
        await chat.pilot.press("ctrl+home")
        await chat.until(lambda: "question 0." in on_view(chat))
        assert count(chat) < TURNS
        await chat.pilot.press("ctrl+end")
        await chat.until(lambda: f"answer {TURNS - 1}." in on_view(chat))


async def test_reading_down_from_the_start_reaches_the_end(
    open_chat: OpenChat, long_thread: Thread
) -> None:
    async with opened(open_chat) as chat:
        await chat.pilot.press("ctrl+home")
        await chat.until(lambda: "question 0." in on_view(chat))
        seen: set[str] = set()
        for _ in range(600):
            seen.update(line.strip(" ▌┃") for line in on_view(chat).splitlines())
            if f"answer {TURNS - 1}." in seen:
                break
            await chat.pilot.press("pagedown")
            await chat.pilot.pause()
        assert {f"question {n}." for n in range(TURNS)} <= seen


async def _paged(chat: Chat, edge: str, command: str, *, at_once: bool) -> str:
    """What is on view after thirty pages from an edge, asked for all at once or one by one."""
    await chat.pilot.press(edge)
    first = 0 if edge == "ctrl+home" else TURNS - 1
    await chat.until(lambda: f"answer {first}." in on_view(chat))
    for _ in range(30):
        chat.screen.action_command(command)
        if not at_once:
            await chat.pilot.pause(0.03)
    await chat.until(lambda: not chat.screen.view._loading.locked())
    await chat.pilot.pause(0.2)
    return on_view(chat)


@pytest.mark.parametrize(("edge", "command"), [("ctrl+home", "view.down"), ("ctrl+end", "view.up")])
async def test_no_page_is_lost_while_more_is_loaded(
    open_chat: OpenChat, long_thread: Thread, edge: str, command: str
) -> None:
    async with opened(open_chat) as chat:
        one_by_one = await _paged(chat, edge, command, at_once=False)
        assert await _paged(chat, edge, command, at_once=True) == one_by_one


async def test_what_is_far_from_the_view_is_let_go_and_comes_back(
    open_chat: OpenChat, long_thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded_window, "MAX_ITEMS", 300)
    async with opened(open_chat) as chat:
        for _ in range(600):
            if "question 100." in on_view(chat):
                break
            await chat.pilot.press("pageup")
            await chat.pilot.pause()
            assert count(chat) < 600
        assert "question 100." in on_view(chat)
        for _ in range(600):
            if f"answer {TURNS - 1}." in on_view(chat):
                break
            await chat.pilot.press("pagedown")
            await chat.pilot.pause()
            assert count(chat) < 600
        assert f"answer {TURNS - 1}." in on_view(chat)


async def test_a_prompt_sent_from_the_start_is_answered_at_the_end(
    open_chat: OpenChat, long_thread: Thread
) -> None:
    async with opened(open_chat) as chat:
        await chat.pilot.press("ctrl+home")
        await chat.until(lambda: "question 0." in on_view(chat))
        await chat.ask("table")
        await chat.until(lambda: "Planet" in on_view(chat) or "│" in on_view(chat))
        assert "question 0." not in on_view(chat)


@pytest.mark.parametrize("number", [0, 5, 200, 379, 390, 399])
async def test_any_message_is_brought_on_view(
    open_chat: OpenChat, long_thread: Thread, number: int
) -> None:
    async with opened(open_chat) as chat:
        for message in long_thread.messages[2 * number : 2 * number + 2]:
            assert await chat.screen.view.reveal(message.id) is not None
            first = message.content.splitlines()[0]
            await chat.until(partial(_is_on_view, chat, first))
        assert await chat.screen.view.reveal("no-such-message") is None


async def test_what_was_answered_long_ago_is_let_go_and_comes_back(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded_window, "MAX_ROWS", 200)
    async with open_chat(size=(90, 24)) as chat:
        rows = []
        for number in range(18):
            await chat.ask(f"list, and this is prompt {number}.")
            viewport = chat.screen.view.transcript.viewport
            rows.append(viewport.rows_before(len(viewport.items)))
        assert max(rows) <= 200 + 60, "an answer more than the bound at most"
        assert max(rows[5:]) > min(rows[5:]), "it is let go of now and then, not each time"
        assert "prompt 17." in on_view(chat) or "Then go back to 1." in on_view(chat)
        seen: set[str] = set()
        for _ in range(200):
            seen.update(line.strip(" ▌┃") for line in on_view(chat).splitlines())
            if "list, and this is prompt 0." in seen:
                break
            await chat.pilot.press("pageup")
            await chat.pilot.pause()
        assert {f"list, and this is prompt {number}." for number in range(17)} <= seen
        await chat.pilot.press("ctrl+end")
        await chat.ask("code")
        await chat.until(lambda: "in one line" in on_view(chat))


async def test_what_is_being_read_is_not_let_go(
    open_chat: OpenChat, served: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded_window, "MAX_ROWS", 60)
    go_on = threading.Event()
    lines = "".join(f"line {number}\n\n" for number in range(60))
    served.script(answer("short"), Reply([Text(lines), Pause(go_on), Text("the end"), Finish()]))
    async with open_chat("openai/x", size=(90, 24)) as chat:
        await chat.ask("first prompt")
        await chat.send("second prompt")
        await chat.until(lambda: "line 59" in on_view(chat))
        await chat.pilot.press("ctrl+home")
        await chat.until(lambda: "first prompt" in on_view(chat))
        before = on_view(chat).splitlines()[:-1]
        go_on.set()
        await chat.idle()
        assert on_view(chat).splitlines()[:-1] == before
        await chat.pilot.press("ctrl+end")
        await chat.until(lambda: "the end" in on_view(chat))


async def test_what_another_program_added_meanwhile_stands_before_the_next_prompt(
    open_chat: OpenChat, long_thread: Thread
) -> None:
    async with opened(open_chat) as chat:
        async with await ThreadStore.create(paths.database_file()) as other:
            theirs = await other.get_thread(long_thread.id)
            theirs.add_message(Message("user", "asked elsewhere"))
            theirs.add_message(Message("assistant", "answered elsewhere."))
            await other.save_thread(theirs)
        await chat.ask("and asked here")
        assert chat.text.index("answered elsewhere.") < chat.text.index("and asked here")
