"""LiteLLMProvider: tool calls, and the stream of a provider with a format of its own."""

from typing import Any

import pytest

from tests.provider_server import (
    Call,
    Finish,
    ProviderServer,
    Raw,
    Reply,
    Step,
    Thinking,
    UsageChunk,
)
from tests.providers.asking import (
    CLIENTS,
    QUIET,
    ask,
    calls_of,
    chunk,
    event,
    reasons_of,
    text_of,
    thinking_of,
)

pytestmark = QUIET


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("split", [0, 1], ids=["whole events", "byte by byte"])
async def test_interleaved_calls_are_told_apart(
    provider_server: ProviderServer, model: str, split: int
) -> None:
    steps: list[Step] = [
        Thinking("Two files."),
        Call(0, "call_a", "files-read", ""),
        Call(1, "call_b", "web-fetch", ""),
        Call(0, arguments='{"path": "ä'),
        Call(1, arguments='{"url": '),
        Call(0, arguments='.txt"}'),
        Call(1, arguments='"https://example.com/"}'),
        Finish("tool_calls"),
        UsageChunk(),
    ]
    provider_server.script(Reply(steps, split=split))
    deltas = await ask(provider_server, model=model)
    assert [(call.id, call.name, call.arguments, call.problem) for call in calls_of(deltas)] == [
        ("call_a", "files-read", {"path": "ä.txt"}, ""),
        ("call_b", "web-fetch", {"url": "https://example.com/"}, ""),
    ]
    assert reasons_of(deltas) == ["tool_calls"]


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    "fragments",
    [
        [Call(0, None, "one", '{"n": 1}'), Call(1, None, "two", '{"n": 2}')],
        [
            Call(0, "a", "one", '{"n":'),
            Call(0, "a", None, " 1}"),
            Call(1, "b", "two", '{"n":'),
            Call(1, "b", None, " 2}"),
        ],
        [Call(0, "a", "one", '{"n": 1}'), Call(0, "b", "two", '{"n": 2}')],
        [Call(None, "a", "one", '{"n": 1}'), Call(None, "b", "two", '{"n": 2}')],
        [Call(3, "a", "one", '{"n": 1}'), Call(9, "b", "two", '{"n": 2}')],
        [Call(0, "a", "one", '{"n": 1}'), Call(1, "a", "two", '{"n": 2}')],
    ],
    ids=["no ids", "ids each time", "one index", "no index", "gaps between", "one id twice"],
)
async def test_calls_are_whole_whatever_their_ids_and_indexes(
    provider_server: ProviderServer, model: str, fragments: list[Call]
) -> None:
    provider_server.script(Reply([*fragments, Finish("tool_calls")]))
    calls = calls_of(await ask(provider_server, model=model))
    assert [(call.name, call.arguments) for call in calls] == [("one", {"n": 1}), ("two", {"n": 2})]
    assert len({call.id for call in calls}) == 2
    assert all(call.id for call in calls)


@pytest.mark.parametrize(
    "function",
    [None, {}, {"name": None, "arguments": None}, {"arguments": ""}],
    ids=["null", "empty", "null fields", "no name"],
)
async def test_a_fragment_that_says_nothing_does_no_harm(
    provider_server: ProviderServer, function: dict[str, Any] | None
) -> None:
    hollow = chunk(tool_calls=[{"index": 0, "id": "a", "type": "function", "function": function}])
    rest = Call(0, "a", "one", '{"n": 1}')
    provider_server.script(Reply([hollow, rest, Finish("tool_calls")]))
    (call,) = calls_of(await ask(provider_server))
    assert (call.name, call.arguments) == ("one", {"n": 1})


async def test_arguments_that_come_as_an_object_are_read(provider_server: ProviderServer) -> None:
    function = {"name": "one", "arguments": {"n": 1}}
    whole = chunk(tool_calls=[{"index": 0, "id": "a", "type": "function", "function": function}])
    provider_server.script(Reply([whole, Finish("tool_calls")]))
    (call,) = calls_of(await ask(provider_server))
    assert (call.name, call.arguments) == ("one", {"n": 1})


async def test_the_stream_of_another_format_is_read_too(provider_server: ProviderServer) -> None:
    def said(type: str, **fields: Any) -> Raw:
        data = event({"type": type} | fields).data
        return Raw(f"event: {type}\n".encode() + data)

    def block(index: int, block: dict[str, Any], *pieces: dict[str, Any]) -> list[Step]:
        return [
            said("content_block_start", index=index, content_block=block),
            *(said("content_block_delta", index=index, delta=piece) for piece in pieces),
            said("content_block_stop", index=index),
        ]

    message = {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "claude",
        "usage": {"input_tokens": 20, "output_tokens": 1, "cache_read_input_tokens": 5},
    }
    steps: list[Step] = [
        said("message_start", message=message),
        *block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "Hm."},
        ),
        *block(1, {"type": "text", "text": ""}, {"type": "text_delta", "text": "Reading."}),
        *block(
            2,
            {"type": "tool_use", "id": "toolu_1", "name": "files-read", "input": {}},
            {"type": "input_json_delta", "partial_json": '{"path":'},
            {"type": "input_json_delta", "partial_json": ' "a"}'},
        ),
        said("message_delta", delta={"stop_reason": "tool_use"}, usage={"output_tokens": 15}),
        said("message_stop"),
    ]
    provider_server.script(Reply(steps, done=False))
    deltas = await ask(provider_server, model="anthropic/claude-sonnet-4-5")
    assert (thinking_of(deltas), text_of(deltas)) == ("Hm.", "Reading.")
    (call,) = calls_of(deltas)
    assert (call.id, call.name, call.arguments) == ("toolu_1", "files-read", {"path": "a"})
    assert reasons_of(deltas) == ["tool_calls"]
    usage = deltas[-1].usage
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (25, 15, 5)
