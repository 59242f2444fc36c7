"""Server-sent events say what the WebSocket says."""

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
)
from tests.web.clients import WAIT_S, Serving
from tests.web.conftest import Serve


async def test_an_answer_comes_as_events_and_the_stream_ends_with_it(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(
        Reply([Thinking("Hm."), Text("Hello,\n世界\r\n\n", size=4), Finish(), UsageChunk(7, 4)])
    )
    async with served.posted({"content": "hello", "session": "greeting"}) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        await stream.rest()
    assert stream.text == "Hello,\n世界\r\n\n"
    assert [message["content"] for message in stream.of("thinking")] == ["Hm."]
    assert stream.of("complete")[0]["total_tokens"] == 11
    assert stream.of("session")[0]["name"] == "greeting"
    assert stream.messages[-1]["type"] == "state"
    assert stream.messages[-1]["state"] == "idle"


async def test_a_silent_stream_says_that_it_lives(
    served: Serving, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tyler_tui.web.chat.HEARTBEAT_S", 0.05)
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    async with served.posted({"content": "hello"}) as stream:
        assert stream.response.headers["cache-control"] == "no-store"
        async with asyncio.timeout(WAIT_S):
            async for line in stream.response.aiter_lines():
                if line.startswith(": "):
                    break
            else:
                pytest.fail("the stream ended without a word")


async def test_a_session_goes_on_by_its_name_over_either_way(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(answer("one"), answer("two"))
    async with served.posted({"content": "first", "session": "both"}) as stream:
        await stream.rest()
    async with served.connected("?session=both") as client:
        await client.say("second")
        await client.until("complete")
    sent = provider_server.requests[1].body["messages"]
    assert [message["content"] for message in sent][-3:] == ["first", "one", "second"]


async def test_leaving_cancels_at_once_and_keeps_the_partial_answer(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    async with served.posted({"content": "Go on", "session": "left"}) as stream:
        await stream.until("content")
        began = time.monotonic()
    assert await provider_server.requests[0].wait_closed() - began < CLOSED_WITHIN_S
    async with served.connected("?session=left") as client:
        await client.send("history")
        history = (await client.until("history"))["messages"]
    assert [(m["content"], m["status"]) for m in history] == [
        ("Go on", "complete"),
        ("As far as this", "cancelled"),
    ]


async def test_deciding_and_cancelling_go_to_the_address_of_the_session(
    served: Serving, provider_server: ProviderServer, workspace: Path
) -> None:
    arguments = json.dumps({"path": "new.txt", "content": "x"})
    provider_server.script(
        Reply([Call(0, "call-1", "files-write", arguments), Finish("tool_calls")]),
        Reply([Text("Written, and"), Hang()]),
    )
    async with served.posted({"content": "Write it"}) as stream:
        approval = await stream.until("approval")
        address = f"/chat/{stream.of('session')[0]['id']}"
        decision = {"type": "decide", "id": approval["id"], "verdict": "allow_once"}
        assert (await served.post(address, decision)).status_code == 202
        await stream.until("content")
        assert (await served.post(address, {"type": "cancel"})).status_code == 202
        await stream.until("cancelled")
        await stream.rest()
    assert (workspace / "new.txt").exists()
    gone = await served.post(address, {"type": "cancel"})
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_a_busy_session_is_told_in_the_stream(
    served: Serving, provider_server: ProviderServer
) -> None:
    go_on = threading.Event()
    provider_server.script(answer("start"))
    async with served.posted({"content": "begin", "session": "shared"}) as stream:
        await stream.rest()
    provider_server.script(Reply([Text("long"), Pause(go_on), Finish()]))
    async with served.posted({"content": "first", "session": "shared"}) as stream:
        await stream.until("content")
        async with served.posted({"content": "second", "session": "shared"}) as other:
            await other.rest()
        assert other.of("error")[0]["code"] == "busy"
        go_on.set()
        await stream.rest()
    assert stream.of("complete")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"type": "cancel"}, 400, "bad_message"),
        ({"content": 1}, 400, "bad_message"),
        ({"content": "x" * (1 << 20)}, 413, "too_large"),
    ],
    ids=["no prompt", "no text", "too long"],
)
async def test_what_is_no_prompt_is_refused(
    served: Serving, form: object, status: int, code: str
) -> None:
    refused = await served.post("/chat", form)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_a_session_that_cannot_be_opened_is_told(serve: Serve) -> None:
    served = await serve(settings={"tools": ["no-such-tool"]})
    refused = await served.post("/chat", {"content": "hello"})
    assert (refused.status_code, refused.json()["code"]) == (400, "usage")


async def test_a_server_that_stops_ends_the_stream_with_what_was_kept(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    async with served.posted({"content": "Go on", "session": "stopped"}) as stream:
        await stream.until("content")
        served.server.stop()
        await stream.rest()
    assert stream.of("cancelled")
    await served.task
