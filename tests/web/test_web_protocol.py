"""What goes over the wire is what the schema says."""

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from tests.provider_server import (
    Call,
    Finish,
    Hang,
    ProviderServer,
    Reply,
    Text,
    Thinking,
    answer,
    error,
)
from tests.web.clients import Serving
from tests.web.conftest import Serve
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.web import protocol as said
from tyler_tui.web.translation import translate


def validator(direction: str, schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator({**schema, "$ref": f"#/$defs/{direction}"})


async def test_every_message_of_a_conversation_is_what_the_schema_says(
    serve: Serve, provider_server: ProviderServer, workspace: Path
) -> None:
    served: Serving = await serve()
    client_says = validator("ClientMessage", (await served.get("/protocol.json")).json())
    server_says = validator("ServerMessage", (await served.get("/protocol.json")).json())
    write = json.dumps({"path": "a.txt", "content": "x"})
    provider_server.script(
        Reply([Thinking("Hm."), Text("Yes."), Call(0, "1", "files-write", write), Finish()]),
        answer("Done."),
        Reply([Call(0, "2", "files-read", '{"path": "no-such-file"}'), Finish("tool_calls")]),
        Reply([Text("cut"), Hang()]),
        error(429, "Too many"),
    )  # fmt: skip
    sent: list[dict[str, Any]] = []
    async with served.connected() as client:

        async def send(**form: Any) -> None:
            sent.append(form)
            await client.connection.send(json.dumps(form))

        await send(type="message", content="Write", session="checked", model="openai/local-model")
        approval = await client.until("approval")
        await send(type="decide", id=approval["id"], verdict="allow_session")
        await client.until("complete")
        await send(type="message", content="Go on")
        await client.until("content", content="cut")
        await send(type="message", content="And then")
        await client.until("state", state="answering")
        await send(type="cancel")
        await client.until("cancelled")
        await send(type="message", content="Again")
        await client.until("error")
        await send(type="history", limit=3)
        await client.until("history")
    for form in sent:
        client_says.validate(form)
    for form in client.messages:
        server_says.validate(form)
    assert {message["type"] for message in client.messages} == {
        str(each.__struct_config__.tag) for each in get_args(said.ServerMessage)
    } - {"notice", "tool_progress"}


def _event(type: EventType, **data: Any) -> ExecutionEvent:
    return ExecutionEvent.now(type, **data)


@pytest.mark.parametrize(
    ("event", "type"),
    [
        (_event(EventType.RETRY, attempt=1, wait_s=0.5, reason="busy"), "notice"),
        (_event(EventType.STALLED, silent_s=10.0), "notice"),
        (_event(EventType.COMPACTED, messages=3, tokens_before=9, tokens_after=3), "notice"),
        (_event(EventType.ITERATION_LIMIT, iterations_used=3), "notice"),
        (
            _event(
                EventType.TOOL_PROGRESS,
                tool_call_id="1", tool_name="x", progress=1, total=None, message="half",
            ),
            "tool_progress",
        ),
        (_event(EventType.LLM_STREAM_CHUNK, content_chunk="half a letter \ud83d"), "content"),
        (
            _event(
                EventType.TOOL_SELECTED,
                tool_call_id="1", tool_name="x",
                arguments={"big": 2**80, "no number": float("nan"), "half": "\udc00"},
            ),
            "tool",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value.type.value,
)  # fmt: skip
def test_what_comes_seldom_or_is_odd_is_what_the_schema_says(
    event: ExecutionEvent, type: str
) -> None:
    message = translate(event, approval_timeout_s=1.0)
    assert message is not None
    text = said.encode(message)
    assert "\n" not in text
    form = json.loads(text.encode("utf-8"), parse_constant=pytest.fail)
    assert form["type"] == type
    validator("ServerMessage", said.schema()).validate(form)
