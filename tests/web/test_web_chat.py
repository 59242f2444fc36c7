"""A WebSocket client sees answers, thinking and tools, decides, cancels, and comes back."""

import asyncio
import json
import threading
import time
from pathlib import Path

import pytest

from tests.provider_server import (
    CLOSED_WITHIN_S,
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
    error,
)
from tests.web.clients import Serving
from tests.web.conftest import Serve
from tyler_tui import MessageStatus
from tyler_tui.web import channel

KEY = "sk-" + "a1b2c3d4" * 5


def call(name: str, **arguments: object) -> Reply:
    return Reply([Call(0, "call-1", name, json.dumps(arguments)), Finish("tool_calls")])


async def contents(served: Serving, name: str) -> list[str]:
    summary = await served.store.find(name)
    return [message.content for message in (await served.store.get_thread(summary.id)).messages]


async def test_an_answer_comes_in_pieces_and_is_complete(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("Hello, 世界 🎉!", size=3), Finish(), UsageChunk(7, 4)]))
    async with served.connected() as client:
        await client.say("hello")
        complete = await client.until("complete")
        await client.until("state", state="idle")
    assert client.text == "Hello, 世界 🎉!"
    assert len(client.of("content")) == 4
    # As a client of Tyler's streaming guide reads it.
    assert [m["data"]["content_chunk"] for m in client.of("content")] == [
        m["content"] for m in client.of("content")
    ]
    assert complete["total_tokens"] == 11
    assert complete["usage"]["prompt_tokens"] == 7
    assert client.messages[0]["type"] == "session"
    assert client.messages[0]["model"] == "openai/local-model"
    assert [state["state"] for state in client.of("state")] == [
        "idle",
        "answering",
        "answering",
        "idle",
    ]


async def test_thinking_is_told_apart_from_the_answer(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Thinking("Hm, "), Thinking("yes."), Text("Yes."), Finish()]))
    async with served.connected() as client:
        await client.say("Is it so?")
        await client.until("complete")
    assert "".join(message["content"] for message in client.of("thinking")) == "Hm, yes."
    assert client.text == "Yes."


async def test_a_tool_that_reads_runs_unasked(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(call("files-read", path="README.md"), answer("It is a project."))
    async with served.connected() as client:
        await client.say("What is here?")
        complete = await client.until("complete")
    (tool,) = client.of("tool")
    assert (tool["name"], tool["arguments"]) == ("files-read", {"path": "README.md"})
    assert "README.md" in tool["content"]
    (result,) = client.of("tool_result")
    assert (result["id"], result["failed"], result["denied"]) == (tool["id"], False, False)
    assert "# A project" in result["content"]
    assert client.text == "It is a project."
    assert complete["tools_used"] == ["files-read"]
    assert not client.of("approval")


async def test_what_asks_in_the_program_asks_the_client(
    served: Serving, provider_server: ProviderServer, workspace: Path
) -> None:
    provider_server.script(call("files-write", path="new.txt", content="It is\n"), answer("Done."))
    async with served.connected() as client:
        await client.say("Write it")
        approval = await client.until("approval")
        assert approval["name"] == "files-write"
        assert approval["arguments"]["content"] == "It is\n"
        assert "+It is" in approval["preview"]
        assert approval["session"] == "all calls of files-write"
        assert approval["always"].startswith("files-write")
        await client.until("state", state="asking")
        assert not (workspace / "new.txt").exists()
        await client.send("decide", id=approval["id"], verdict="allow_once")
        await client.until("tool_result", failed=False, denied=False)
        await client.until("complete")
    assert (workspace / "new.txt").read_text() == "It is\n"


async def test_a_denial_and_its_word_reach_the_model(
    served: Serving, provider_server: ProviderServer, workspace: Path
) -> None:
    provider_server.script(call("files-write", path="new.txt", content="x"), answer("Then not."))
    async with served.connected() as client:
        await client.say("Write it")
        approval = await client.until("approval")
        await client.send("decide", id="another", verdict="allow_once")
        assert (await client.until("error"))["code"] == "not_found"
        await client.send("decide", id=approval["id"], verdict="deny", message="Not there.")
        await client.until("tool_result", denied=True)
        await client.until("complete")
    assert not (workspace / "new.txt").exists()
    assert "Not there." in json.dumps(provider_server.requests[-1].body)


async def test_a_question_that_nobody_answers_is_denied(
    serve: Serve, provider_server: ProviderServer, workspace: Path
) -> None:
    served = await serve(approval_timeout_s=0.2)
    provider_server.script(call("files-write", path="new.txt", content="x"), answer("Then not."))
    async with served.connected() as client:
        await client.say("Write it")
        assert (await client.until("approval"))["timeout_s"] == 0.2
        await client.until("tool_result", denied=True)
        await client.until("complete")
    assert not (workspace / "new.txt").exists()


async def test_the_approval_mode_is_that_of_the_settings(
    serve: Serve, provider_server: ProviderServer, workspace: Path
) -> None:
    served = await serve(settings={"approval": "edits"})
    provider_server.script(call("files-write", path="new.txt", content="x"), answer("Done."))
    async with served.connected() as client:
        await client.say("Write it")
        await client.until("complete")
    assert not client.of("approval")
    assert (workspace / "new.txt").exists()


async def test_a_cancel_reaches_the_provider_at_once_and_the_partial_answer_is_kept(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("As far as "), Text("this"), Hang()]))
    async with served.connected("?session=cut") as client:
        await client.say("Go on")
        await client.until("content", content="this")
        began = time.monotonic()
        await client.send("cancel")
        assert await provider_server.requests[0].wait_closed() - began < CLOSED_WITHIN_S
        await client.until("cancelled")
        await client.until("state", state="idle")
        provider_server.script(answer("Fine."))
        await client.say("And now?")
        await client.until("complete")
    assert await contents(served, "cut") == ["Go on", "As far as this", "And now?", "Fine."]


async def test_leaving_cancels_and_keeps_the_partial_answer(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    async with served.connected("?session=left") as client:
        await client.say("Go on")
        await client.until("content")
        began = time.monotonic()
    async with served.connected("?session=left") as client:
        assert await provider_server.requests[0].wait_closed() - began < CLOSED_WITHIN_S
        await client.send("history")
        history = (await client.until("history"))["messages"]
        assert [message["content"] for message in history] == ["Go on", "As far as this"]
        assert history[-1]["status"] == MessageStatus.CANCELLED.value


async def test_a_connection_that_breaks_is_a_client_that_left(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    async with served.connected() as client:
        await client.say("Go on")
        await client.until("content")
        began = time.monotonic()
        client.connection.transport.abort()
        assert await provider_server.requests[0].wait_closed() - began < CLOSED_WITHIN_S


async def test_messages_wait_their_turn_and_come_back_from_a_cancelled_answer(
    served: Serving, provider_server: ProviderServer
) -> None:
    go_on = threading.Event()
    provider_server.script(
        Reply([Text("one"), Pause(go_on), Finish()]), Reply([Text("two"), Hang()])
    )
    async with served.connected() as client:
        await client.say("first")
        await client.until("content")
        await client.say("second")
        waiting = await client.until("state", state="answering")
        assert [each["content"] for each in waiting["queue"]] == ["second"]
        go_on.set()
        await client.until("content", content="two")
        await client.say("third")
        await client.until("state", state="answering")
        await client.send("cancel")
        cancelled = await client.until("cancelled")
        assert [each["content"] for each in cancelled["returned"]] == ["third"]
        assert (await client.until("state", state="idle"))["queue"] == []
    assert len(provider_server.requests) == 2


async def test_what_waits_when_the_server_ends_comes_back(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("one"), Hang()]))
    async with served.connected() as client:
        await client.say("first")
        await client.until("content")
        for text in ("second", "third"):
            await client.say(text)
        while len((await client.until("state"))["queue"]) < 2:
            pass
        stopping = asyncio.create_task(served.stop())
        cancelled = await client.until("cancelled")
        assert [each["content"] for each in cancelled["returned"]] == ["second", "third"]
        await client.closed()
        await stopping
    assert len(provider_server.requests) == 1


async def test_there_is_an_end_to_how_many_prompts_wait(
    served: Serving, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "QUEUE_LIMIT", 2)
    provider_server.script(Reply([Text("one"), Hang()]))
    async with served.connected() as client:
        await client.say("first")
        await client.until("content")
        for text in ("second", "third", "fourth"):
            await client.say(text)
        refused = await client.until("error")
        assert (refused["code"], refused["ends_answer"]) == ("too_large", False)
        await client.send("cancel")
        cancelled = await client.until("cancelled")
        assert [each["content"] for each in cancelled["returned"]] == ["second", "third"]


async def test_a_session_is_opened_by_name_in_the_query_or_in_the_first_message(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(answer("one"), answer("two"), answer("three"))
    async with served.connected() as client:
        await client.say("first", session="plans", model="openai/other-model")
        await client.until("complete")
        session = client.of("session")[-1]
        assert (session["name"], session["title"]) == ("plans", "first")
    async with served.connected("?session=Plans") as client:
        assert (await client.until("session"))["id"] == session["id"]
        await client.say("second")
        await client.until("complete")
    async with served.connected(f"?session={session['id']}") as client:
        await client.send("history", limit=2)
        history = (await client.until("history"))["messages"]
        assert [message["content"] for message in history] == ["second", "two"]
        await client.send("history", before=history[0]["id"])
        history = (await client.until("history"))["messages"]
        assert [message["content"] for message in history] == ["first", "one"]
    # A session goes on with its own model.
    assert [r.body["model"] for r in provider_server.requests] == ["other-model"] * 2


async def test_clients_that_start_a_session_of_one_name_start_one_session(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(answer("one"), answer("two"))
    async with (
        served.connected("?session=new") as one,
        served.connected("?session=%20NEW%20") as other,
    ):
        await other.until("state")
        await one.say("first")
        await one.until("complete")
        await one.until("state", state="idle")
        await other.say("second")
        await other.until("complete")
    assert await contents(served, "new") == ["first", "one", "second", "two"]


async def test_a_session_that_is_being_answered_is_busy_for_others(
    served: Serving, provider_server: ProviderServer
) -> None:
    go_on = threading.Event()
    provider_server.script(answer("start"))
    async with served.connected("?session=shared") as one:
        await one.say("begin")
        await one.until("complete")
        provider_server.script(Reply([Text("long"), Pause(go_on), Finish()]))
        await one.say("first")
        await one.until("content", content="long")
        async with served.connected("?session=shared") as other:
            await other.say("second")
            busy = await other.until("error")
            assert (busy["code"], busy["ends_answer"]) == ("busy", True)
            assert [each["content"] for each in busy["returned"]] == ["second"]
            go_on.set()
            await one.until("complete")
            provider_server.script(answer("after"))
            await other.say("second")
            await other.until("complete")
    assert await contents(served, "shared") == [
        "begin",
        "start",
        "first",
        "long",
        "second",
        "after",
    ]


async def test_failures_are_told_and_hold_no_key(
    serve: Serve, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    served = await serve()
    provider_server.script(error(401, f"Incorrect API key provided: {KEY}", "invalid_api_key"))
    async with served.connected() as client:
        await client.say("hello")
        failure = await client.until("error")
    assert provider_server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert (failure["code"], failure["ends_answer"]) == ("authentication", True)
    assert KEY not in json.dumps(client.messages)


NO_MESSAGES: list[tuple[str | bytes, str]] = [
    ("not json", "malformed"),
    ("[1, 2]", "Expected"),
    ("{}", "content"),
    ('{"type": "dance"}', "dance"),
    ('{"type": "decide", "id": "1", "verdict": "maybe"}', "maybe"),
    ('{"content": 3}', "content"),
    ("[" * 100_000, ""),
    (b"\xff\xfe", ""),
    ('{"content": " \\n"}', "no text"),
]


async def test_what_is_no_message_is_refused_and_nothing_else_happens(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(answer("Fine."))
    async with served.connected() as client:
        for sent, wanted in NO_MESSAGES:
            await client.connection.send(sent)
            refused = await client.until("error")
            assert (refused["code"], refused["ends_answer"]) == ("bad_message", False)
            assert wanted.lower() in refused["content"].lower()
        await client.say("hello")
        await client.until("complete")
    assert len(provider_server.requests) == 1


async def test_a_message_that_is_too_long_ends_the_connection(served: Serving) -> None:
    async with served.connected() as client:
        await client.say("x" * (1 << 20))
        assert await client.closed() == 1009


async def test_a_session_that_cannot_be_opened_is_told_before_the_connection_ends(
    serve: Serve,
) -> None:
    served = await serve(settings={"tools": ["no-such-tool"]})
    async with served.connected("?session=any") as client:
        refused = await client.until("error")
        assert refused["code"] == "usage"
        assert "no-such-tool" in refused["content"]
        assert await client.closed() == 1008


async def test_a_server_that_stops_keeps_what_runs_and_says_so(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    async with served.connected("?session=stopped") as client, served.connected() as idle:
        await client.say("Go on")
        await client.until("content")
        stopping = asyncio.create_task(served.stop())
        await client.until("cancelled")
        assert await client.closed() == 1001
        assert await idle.closed() in (1001, 1012)
        await stopping
    assert await contents(served, "stopped") == ["Go on", "As far as this"]
