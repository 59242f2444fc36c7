"""One turn against a faulty provider, as the program runs it, and what must hold of every one.

The agent is built from settings, asks the scripted server over real HTTP, and saves to a real
store. The criteria are in `judge`, one function each.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.faults.fault import READERS, Fault
from tests.faults.strict_provider import complaints
from tests.provider_server import ProviderServer, answer
from tyler_tui import paths
from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.build import Options, make_agent, open_conversation
from tyler_tui.conversation import Conversation
from tyler_tui.errors import ProviderError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, MessageStatus
from tyler_tui.sanitize import sanitize
from tyler_tui.store import ThreadStore

KEY = "sk-canary-0123456789abcdef"
PROMPT = "the prompt"
NEXT = "the next prompt"
GRACE_S = 30.0
"""How much later than its time-outs a turn may end: other programs run on this machine too."""


@dataclass
class Turn:
    """What was seen of one turn, and a user who allows nothing."""

    conversation: Conversation
    events: list[ExecutionEvent] = field(default_factory=list)
    seconds: float = 0.0

    async def __call__(self, event: ExecutionEvent) -> None:
        self.events.append(event)
        if event.type is EventType.APPROVAL_REQUESTED:
            id = event.data["tool_call_id"]
            deny = Decision(Verdict.DENY)
            asyncio.get_running_loop().call_soon(self.conversation.decide, id, deny)

    def of(self, type: EventType) -> list[dict[str, Any]]:
        return [event.data for event in self.events if event.type is type]

    @property
    def shown(self) -> str:
        """The text that a front end has shown."""
        return "".join(data["content_chunk"] for data in self.of(EventType.LLM_STREAM_CHUNK))


async def judge(
    fault: Fault,
    reader: str,
    server: ProviderServer,
    workspace: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Have the turn run, and assert all that must hold."""
    fault = fault.read_by(reader)
    complained: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complained.append(context))
    settings = fault.settings_for(reader)
    agent = make_agent(
        Options(workspace=workspace), settings, READERS[reader][1], server.base_url
    ).replace(api_key=KEY)
    await agent.resolved_provider.prepare()
    capfd.readouterr()  # the import of a library may warn
    async with await ThreadStore.create(paths.database_file()) as store:
        conversation = await open_conversation(store, agent, settings, None)
        server.script(*fault.replies[: fault.requests])
        turn = await _run(conversation, PROMPT)
        await _ended_in_time(fault, turn)
        _ended_as_it_must(fault, turn)
        _kept_what_was_shown(fault, conversation, turn)
        _made_nothing_up(fault, conversation)
        _asked_as_often_as_it_said(fault, server)
        await _closed_the_connections(server)
        await _goes_on(conversation, server)
        await _is_stored(store, conversation)
    _told_no_key(conversation, turn, server)
    assert capfd.readouterr() == ("", ""), "something was printed"
    assert complained == []


async def _run(conversation: Conversation, prompt: str) -> Turn:
    turn = Turn(conversation)
    unsubscribe = conversation.subscribe(turn)
    began = time.monotonic()
    async with asyncio.timeout(150):
        await conversation.ask(prompt)
    turn.seconds = time.monotonic() - began
    unsubscribe()
    return turn


async def _ended_in_time(fault: Fault, turn: Turn) -> None:
    limits = fault.timeouts
    assert turn.seconds < max(limits.first_token, limits.idle, limits.answer) + GRACE_S


def _ended_as_it_must(fault: Fault, turn: Turn) -> None:
    errors = turn.of(EventType.EXECUTION_ERROR)
    assert [error["kind"] for error in errors] == ([fault.error] if fault.error else []), errors
    assert [event.type.is_terminal for event in turn.events].count(True) == 1
    assert turn.events[-1].type.is_terminal
    for error in errors:
        _is_fit_to_be_shown(error)
        assert fault.says in f"{error['message']} {error['hint']}"
        assert error["retry_after_s"] == pytest.approx(fault.retry_after_s, abs=2)
        assert error["title"] == ProviderError.KINDS[error["kind"]]
    for data in turn.of(EventType.STALLED):
        assert data["silent_s"] > 0


def _is_fit_to_be_shown(error: dict[str, Any]) -> None:
    for words in (error["message"], error["hint"]):
        assert words.strip(), "a card says what happened and what to do"
        assert sanitize(words) == words
        assert "\n" not in words
        assert len(words) < 500
        for unfit in ("litellm", "traceback", "<html", "<p>", "object at 0x", "error:"):
            assert unfit not in words.lower()


def _kept_what_was_shown(fault: Fault, conversation: Conversation, turn: Turn) -> None:
    thread = conversation.thread
    assert [m.content for m in thread.messages if m.role == "user"] == [PROMPT]
    answers = [m for m in thread.messages if m.role == "assistant"]
    kept = "".join(message.content for message in answers)
    assert kept == turn.shown
    assert kept == fault.text if fault.text is not None else kept
    assert "".join(message.reasoning_content for message in answers) == fault.thinking
    results = [m.content for m in thread.messages if m.role == "tool"]
    assert len(results) == len(fault.results), results
    for result, wanted in zip(results, fault.results, strict=True):
        assert wanted in result
    if not answers:
        assert fault.error
        return
    assert answers[-1].status in _statuses(fault)


def _statuses(fault: Fault) -> Sequence[MessageStatus]:
    if fault.error:
        return (MessageStatus.TRUNCATED, MessageStatus.ERROR, MessageStatus.COMPLETE)
    return (MessageStatus.TRUNCATED if fault.cut else MessageStatus.COMPLETE,)


def _made_nothing_up(fault: Fault, conversation: Conversation) -> None:
    answers = [m for m in conversation.thread.messages if m.role == "assistant"]
    for message in answers:
        assert message.usage is not None
        assert message.metrics["cost_usd"] is None, "the price of this model is not known"
    if answers:
        last = answers[-1].usage
        assert last is not None
        assert last.estimated if fault.usage is None else last == fault.usage


def _asked_as_often_as_it_said(fault: Fault, server: ProviderServer) -> None:
    assert len(server.requests) == len(fault.replies[: fault.requests])


async def _closed_the_connections(server: ProviderServer) -> None:
    for request in server.requests:
        over = await asyncio.to_thread(request.over.wait, GRACE_S)
        assert over, "the client did not close the connection"


async def _goes_on(conversation: Conversation, server: ProviderServer) -> None:
    """The next turn works, and what is sent for it no provider refuses."""
    server.script(answer("All is well."))
    turn = await _run(conversation, NEXT)
    assert turn.shown == "All is well.", turn.events[-1]
    assert turn.events[-1].type is EventType.EXECUTION_COMPLETE
    for request in server.requests:
        assert complaints(request.body) == []


async def _is_stored(store: ThreadStore, conversation: Conversation) -> None:
    def essence(messages: Sequence[Message]) -> list[tuple[Any, ...]]:
        return [(m.id, m.role, m.content, m.status, m.tool_calls) for m in messages]

    stored = await store.get_thread(conversation.thread.id)
    assert essence(stored.messages) == essence(conversation.thread.messages)
    with closing(sqlite3.connect(paths.database_file())) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _told_no_key(conversation: Conversation, turn: Turn, server: ProviderServer) -> None:
    assert KEY in server.requests[0].headers["authorization"]
    told = json.dumps([event.to_dict() for event in turn.events])
    assert KEY not in told
    for file in paths.database_file().parent.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()
