"""What is typed in one go with the key that leads to another session."""

import asyncio
import sqlite3
from contextlib import closing
from functools import partial

import pytest
from textual import events

from tests.provider_server import Hang, ProviderServer, Reply, Text, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui import Message, Thread, ThreadStore, paths
from tyler_tui.agent.approval import ApprovalMode
from tyler_tui.tui.open_session import Place

MODEL = "openai/anything"


def _id(chat: Chat) -> str:
    assert chat.screen.conversation
    return chat.screen.conversation.thread.id


def _said(chat: Chat) -> list[str]:
    """The prompts of the session on the screen, with those that wait."""
    conversation = chat.screen.conversation
    if conversation is None:
        return []
    sent = [m.content for m in conversation.thread.messages if m.role == "user"]
    return [*sent, *(queued.text for queued in conversation.queue)]


async def _talk_and_draft(chat: Chat) -> str:
    """A session with an exchange and a draft; its id."""
    await chat.ask("table")
    chat.press_at_once("old draft")
    return _id(chat)


async def _stored(name: str, said: str = "hello") -> str:
    """A session that is in the store; its id."""
    thread = Thread(title=name, name=name)
    thread.add_message(Message(role="user", content=said))
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(thread)
    return thread.id


async def _never() -> Place:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.mark.parametrize("way", ["ctrl+n", "/new\n"])
async def test_prompts_behind_the_key_go_to_the_new_session_and_those_before_it_do_not(
    open_chat: OpenChat, way: str
) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        first = _id(chat)
        before = () if way.startswith("/") else ("old draft",)
        chat.press_at_once(*before, way, "code\n", "list\n", "half a th")
        await chat.until(lambda: _id(chat) != first)
        chat.press_at_once("ought")
        await chat.until(lambda: _said(chat) == ["code", "list"])
        await chat.until(lambda: chat.screen.composer.text == "half a thought")
        await chat.idle()
        chat.screen.desk.switch_to(Place(first))
        await chat.until(lambda: _id(chat) == first)
        assert _said(chat) == ["table"]
        assert chat.screen.composer.text == "".join(before)


async def test_each_of_several_new_sessions_gets_what_was_typed_for_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        first = await _talk_and_draft(chat)
        chat.press_at_once("ctrl+n", "code\n", "one", "ctrl+n", "list\n", "two")
        await chat.until(lambda: _id(chat) != first and _said(chat) == ["list"])
        await chat.until(lambda: chat.screen.composer.text == "two")
        await chat.idle()
        (second,) = set(chat.screen.desk.open_ids) - {first, _id(chat)}
        chat.screen.desk.switch_to(Place(second))
        await chat.until(lambda: _said(chat) == ["code"])
        assert chat.screen.composer.text == "one"


async def test_what_is_typed_joins_the_draft_of_the_session_that_comes(open_chat: OpenChat) -> None:
    there = await _stored("there")
    async with open_chat(session="there") as chat:
        await chat.until(lambda: chat.screen.conversation)
        await chat.pilot.press(*"its own")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: _id(chat) != there)
        chat.press_at_once("/switch there\n", "mid")
        await chat.until(lambda: _id(chat) == there)
        chat.press_at_once("dle")
        await chat.until(lambda: chat.screen.composer.text == "middle\nits own")


async def test_what_is_typed_for_a_session_that_cannot_be_opened_stays_in_the_composer(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        first = await _talk_and_draft(chat)
        await chat.until(lambda: chat.screen.composer.text == "old draft")
        chat.screen.desk.switch_to(Place("gone"))
        chat.press_at_once("code\n", "list\n", "half")
        await chat.until(lambda: chat.app._notifications)
        await chat.until(lambda: chat.screen.composer.text == "old draft\ncode\nlist\nhalf")
        chat.press_at_once(" a line")
        await chat.until(lambda: chat.screen.composer.text.endswith("half a line"))
        assert _said(chat) == ["table"]
        assert _id(chat) == first


async def test_what_is_typed_before_the_first_session_is_open_goes_to_it_line_by_line(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(answer("One."), answer("Two."), answer("Three."))
    async with open_chat(MODEL, prompt="/this is no command") as chat:
        chat.press_at_once("two\n", "three\n", "and more")
        await chat.until(lambda: _said(chat) == ["/this is no command", "two", "three"])
        assert chat.screen.composer.text == "and more"
        await chat.until(lambda: "Three." in chat.text)


async def test_a_key_that_stops_is_not_for_the_answer_that_is_left(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(Reply([Text("Endless"), Hang()]))
    async with open_chat(MODEL) as chat:
        await chat.send("talk")
        await chat.shows("Endless")
        first = _id(chat)
        chat.press_at_once("ctrl+n", "oh", "ctrl+c")
        await chat.until(lambda: _id(chat) != first)
        await chat.until(lambda: chat.screen.composer.text == "")
        assert chat.screen.desk.is_answering


async def test_leaving_before_the_session_is_there_keeps_what_was_typed(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="here") as chat:
        await _talk_and_draft(chat)
        await chat.until(lambda: chat.screen.composer.text == "old draft")
        chat.screen.desk.switch_to(_never)
        chat.press_at_once("code\n", "new")
        await chat.until(lambda: chat.screen.composer.text == "new")
        await chat.screen.leaving.leave()
    async with open_chat(session="here") as chat:
        await chat.until(lambda: chat.screen.composer.text == "old draft\ncode\nnew")


@pytest.mark.parametrize(("marks", "draft"), [(1, ""), (2, "table")], ids=["an answer", "a prompt"])
async def test_what_is_typed_behind_the_key_that_forks_is_for_the_fork(
    open_chat: OpenChat, marks: int, draft: str
) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await chat.ask("table")
        first = _id(chat)
        await chat.pilot.press(*["alt+up"] * marks)
        await chat.until(lambda: chat.screen.cursor.marked)
        chat.press_at_once("f", "edit")  # e alone would edit the marked prompt
        await chat.until(lambda: _id(chat) != first)
        await chat.until(lambda: chat.screen.composer.text == f"{draft}edit")
        await chat.pilot.press("enter")
        await chat.until(lambda: _said(chat)[-1:] == [f"{draft}edit"])
        await chat.idle()
        chat.screen.desk.switch_to(Place(first))
        await chat.until(lambda: _said(chat) == ["hello", "table"])
        assert chat.screen.composer.text == ""


async def test_a_fork_that_fails_leaves_nothing_of_the_prompt_behind(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await chat.ask("table")
        first = _id(chat)
        with closing(sqlite3.connect(paths.database_file())) as database, database:
            database.execute("delete from threads where id = ?", [first])
        await chat.pilot.press("alt+up", "alt+up")
        await chat.until(lambda: chat.screen.cursor.marked)
        chat.press_at_once("f", "more")
        await chat.until(lambda: chat.app._notifications)
        await chat.until(lambda: chat.screen.composer.text == "more")
        assert _id(chat) == first


@pytest.mark.parametrize("way", [("ctrl+n",), ("ctrl+s", "there\n")], ids=["new", "picked"])
async def test_letters_behind_the_key_that_leaves_a_marked_message_are_text(
    open_chat: OpenChat, way: tuple[str, ...]
) -> None:
    await _stored("there")
    async with open_chat() as chat:
        await chat.ask("table")
        first = _id(chat)
        await chat.pilot.press("alt+up")
        await chat.until(lambda: chat.screen.cursor.marked)
        chat.press_at_once(*way, "edit")
        await chat.until(lambda: _id(chat) != first)
        await chat.until(lambda: chat.screen.composer.text == "edit")


@pytest.mark.parametrize("stop", ["ctrl+c", "escape"])
@pytest.mark.parametrize("way", ["ctrl+n", "ctrl+s", "ctrl+p"])
async def test_a_key_that_stops_is_not_overtaken_by_one_that_leads_away(
    open_chat: OpenChat, served: ProviderServer, stop: str, way: str
) -> None:
    served.script(Reply([Text("Endless"), Hang()]))
    async with open_chat(MODEL) as chat:
        await chat.send("talk")
        await chat.shows("Endless")
        left = chat.screen.conversation
        assert left
        chat.press_at_once("half a thought", stop, way)
        if way == "ctrl+n":
            await chat.until(lambda: chat.screen.conversation is not left)
        else:
            await chat.opened()
        await chat.until(lambda: not left.is_busy)
        assert "again to leave" not in chat.status


async def test_a_draft_is_cleared_before_the_session_is_left(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        first = _id(chat)
        chat.press_at_once("unwanted", "ctrl+c", "ctrl+n", "wanted")
        await chat.until(lambda: _id(chat) != first)
        await chat.until(lambda: chat.screen.composer.text == "wanted")
        chat.screen.desk.switch_to(Place(first))
        await chat.until(lambda: _id(chat) == first)
        assert chat.screen.composer.text == ""


@pytest.mark.parametrize(
    "way", [("/switch there\n",), ("ctrl+s", "there\n")], ids=["slash", "list"]
)
async def test_keys_behind_the_one_that_leads_away_act_on_the_session_that_comes(
    open_chat: OpenChat, way: tuple[str, ...]
) -> None:
    there = await _stored("there", "\n\n".join(f"line {number}." for number in range(200)))
    async with open_chat() as chat:
        await chat.ask("table")
        here, transcript = chat.screen.conversation, chat.screen.view.transcript
        assert here
        chat.press_at_once(*way, "pageup", "shift+tab")
        await chat.until(lambda: _id(chat) == there)
        now = chat.screen.conversation
        assert now
        await chat.until(lambda: now.policy.mode is ApprovalMode.EDITS)
        await chat.until(lambda: not transcript.viewport.follow)
        assert here.policy.mode is ApprovalMode.ASK


async def test_a_key_that_leads_away_is_not_overtaken_by_one_behind_it(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(Reply([Text("Endless"), Hang()]))
    async with open_chat(MODEL) as chat:
        await chat.send("talk")
        await chat.shows("Endless")
        busy = chat.screen.conversation
        chat.screen.desk.switch_to(None)
        await chat.until(lambda: chat.screen.conversation is not busy)
        left = chat.screen.conversation
        assert busy
        assert left
        chat.press_at_once("f2", "shift+tab")
        await chat.until(lambda: chat.screen.conversation is busy)
        await chat.until(lambda: busy.policy.mode is ApprovalMode.EDITS)
        assert left.policy.mode is ApprovalMode.ASK


async def test_what_is_typed_behind_a_command_that_leads_away_at_its_end_is_for_where_it_leads(
    open_chat: OpenChat,
) -> None:
    async def go(to: str, turns: int) -> None:
        for _ in range(turns):  # the later, the nearer to the moment at which the keys go on
            await asyncio.sleep(0)
        chat.screen.desk.switch_to(Place(to))

    there = await _stored("there")
    async with open_chat() as chat:
        await chat.ask("table")
        here, transcript = _id(chat), chat.screen.view.transcript
        for turns in range(12, 60, 2):
            transcript.focus()
            await chat.until(lambda: transcript.has_focus)
            work = partial(go, there if _id(chat) == here else here, turns)
            left = _id(chat)
            chat.app.type_ahead.follow(chat.screen.work_on(work, group="go"))
            chat.app.post_message(events.Key("home", None))
            chat.press_at_once("half")
            await chat.until(partial(_has_left, chat, left))
            await chat.until(lambda: chat.screen.composer.text == "half")
            chat.screen.composer.set_draft("")


def _has_left(chat: Chat, session_id: str) -> bool:
    return _id(chat) != session_id
