"""LiteLLMProvider: what a stream says arrives as it was said, however it comes over the wire."""

import gc
from typing import Any

import pytest

from tests.provider_server import (
    Disconnect,
    Finish,
    ProviderServer,
    Raw,
    Reply,
    Step,
    Text,
    UsageChunk,
    answer,
)
from tests.providers.asking import (
    CLIENTS,
    QUIET,
    ask,
    chunk,
    chunk_form,
    event,
    reasons_of,
    stream,
    text_of,
    thinking_of,
)
from tyler_tui.messages import Usage

pytestmark = QUIET

KEPT_AT_MOST = 100
"""Chunks of an answer under way that are still in memory."""
PROSE = "Grüße, 日本語 🎉👩‍👩‍👧 — a̐éö̲ and\n\n```python\nprint('|---|')\n```\n"


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    "framing",
    [
        {},
        {"split": 1},
        {"split": 2},
        {"split": 3, "chunked": True},
        {"split": 7, "newline": "\r\n", "comments": True},
        {"split": 1, "newline": "\r\n", "chunked": True},
        {"split": 61, "comments": True},
        {"done": False},
        {"chunked": True, "done": False},
    ],
    ids=str,
)
async def test_an_answer_arrives_whole_however_the_bytes_are_cut(
    provider_server: ProviderServer, model: str, framing: dict[str, Any]
) -> None:
    steps: list[Step] = [Text(PROSE, size=5), Finish(), UsageChunk(11, 7)]
    provider_server.script(Reply(steps, **framing))
    deltas = await ask(provider_server, model=model)
    assert text_of(deltas) == PROSE
    assert reasons_of(deltas) == ["stop"]
    assert [delta.usage for delta in deltas if delta.usage] == [Usage(11, 7, 18)]


async def test_lines_that_end_in_a_bare_carriage_return_are_read(
    provider_server: ProviderServer,
) -> None:
    provider_server.script(answer(PROSE, newline="\r"))
    assert text_of(await ask(provider_server)) == PROSE


async def test_pieces_arrive_one_by_one_and_not_glued(provider_server: ProviderServer) -> None:
    provider_server.script(Reply([Text("one two three", size=4), Finish()]))
    deltas = await ask(provider_server)
    assert [delta.text for delta in deltas if delta.text] == ["one ", "two ", "thre", "e"]


async def test_a_model_may_say_the_same_thing_hundreds_of_times(
    provider_server: ProviderServer,
) -> None:
    provider_server.script(Reply([Text("|---" * 300, size=4), Finish()]))
    assert text_of(await ask(provider_server)) == "|---" * 300


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("reason", ["length", "content_filter", "stop"])
async def test_the_finish_reason_is_the_servers_own(
    provider_server: ProviderServer, model: str, reason: str
) -> None:
    provider_server.script(Reply([Text("so far"), Finish(reason)]))
    assert reasons_of(await ask(provider_server, model=model)) == [reason]


async def test_a_finish_reason_may_come_with_the_last_text(provider_server: ProviderServer) -> None:
    provider_server.script(Reply([chunk("stop", role="assistant", content="all at once")]))
    deltas = await ask(provider_server)
    assert (text_of(deltas), reasons_of(deltas)) == ("all at once", ["stop"])


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("done", [True, False], ids=["with [DONE]", "without [DONE]"])
@pytest.mark.parametrize(
    ("steps", "usage"),
    [
        ([Text("so far")], None),
        ([Text("so far"), UsageChunk(11, 7)], Usage(11, 7, 18)),
        ([Text("so far"), Disconnect()], None),
    ],
    ids=["text", "text and usage", "a connection closed at an event"],
)
async def test_a_stream_without_a_finish_reason_gets_none_made_up(
    provider_server: ProviderServer, model: str, done: bool, steps: list[Step], usage: Usage | None
) -> None:
    provider_server.script(Reply(steps, done=done))
    deltas = await ask(provider_server, model=model)
    assert text_of(deltas) == "so far"
    assert reasons_of(deltas) == []
    assert next((delta.usage for delta in deltas if delta.usage), None) == usage


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    "body", [b"", b": nothing but a comment\n\n"], ids=["nothing", "a comment"]
)
async def test_an_empty_stream_is_no_answer(
    provider_server: ProviderServer, model: str, body: bytes
) -> None:
    provider_server.script(Reply([Raw(body)], done=False))
    deltas = await ask(provider_server, model=model)
    assert (text_of(deltas), reasons_of(deltas)) == ("", [])


@pytest.mark.parametrize("model", CLIENTS)
async def test_a_connection_lost_behind_the_finish_reason_takes_nothing_from_the_answer(
    provider_server: ProviderServer, model: str
) -> None:
    provider_server.script(Reply([Text("all"), Finish(), Disconnect(reset=True)], chunked=True))
    deltas = await ask(provider_server, model=model)
    assert (text_of(deltas), reasons_of(deltas)) == ("all", ["stop"])


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    "deltas",
    [
        [{"role": "assistant", "refusal": "I will"}, {"refusal": " not do that."}],
        [
            {"role": "assistant", "content": [{"type": "text", "text": "I will"}]},
            {"content": [{"type": "text", "text": " not"}, {"type": "text", "text": " do that."}]},
        ],
        [
            {"content": "I will", "role": "assistant"},
            {"content": None},
            {"content": " not do that."},
        ],
        [
            {"content": "I will", "role": "assistant"},
            {"content": " not do that.", "role": "assistant"},
        ],
    ],
    ids=["a refusal", "text in parts", "null between", "the role each time"],
)
async def test_text_is_found_wherever_a_server_puts_it(
    provider_server: ProviderServer, model: str, deltas: list[dict[str, Any]]
) -> None:
    provider_server.script(Reply([*(chunk(**delta) for delta in deltas), Finish()]))
    assert text_of(await ask(provider_server, model=model)) == "I will not do that."


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_is_kept_apart_from_the_answer(
    provider_server: ProviderServer, model: str, field: str
) -> None:
    deltas_sent: list[dict[str, Any]] = [{field: "Let me"}, {field: " think."}]
    thoughts = [chunk(**delta) for delta in deltas_sent]
    provider_server.script(Reply([*thoughts, Text("Yes."), Finish()]))
    deltas = await ask(provider_server, model=model)
    assert (thinking_of(deltas), text_of(deltas)) == ("Let me think.", "Yes.")
    assert {delta.thinking_type for delta in deltas if delta.thinking} == {"reasoning"}


@pytest.mark.parametrize("model", CLIENTS)
async def test_lone_surrogates_become_replacement_characters(
    provider_server: ProviderServer, model: str
) -> None:
    thought = chunk(role="assistant", reasoning_content="h\udc00m")
    provider_server.script(Reply([thought, chunk(content="a\ud800b"), Finish()]))
    deltas = await ask(provider_server, model=model)
    assert (thinking_of(deltas), text_of(deltas)) == ("h\ufffdm", "a\ufffdb")


async def test_only_the_first_choice_is_read(provider_server: ProviderServer) -> None:
    both = [
        {"index": index, "delta": {"content": text}, "finish_reason": None}
        for index, text in enumerate(["mine", "another"])
    ]
    provider_server.script(
        Reply([event(chunk_form(choices=both)), chunk(index=1, content="another"), Finish()])
    )
    assert text_of(await ask(provider_server)) == "mine"


@pytest.mark.parametrize("choices", [[], None], ids=["empty", "null"])
async def test_a_chunk_without_choices_says_nothing(
    provider_server: ProviderServer, choices: list[Any] | None
) -> None:
    provider_server.script(
        Reply([event(chunk_form(choices=choices)), Text("after it"), Finish(), UsageChunk(1, 2)])
    )
    deltas = await ask(provider_server)
    assert text_of(deltas) == "after it"
    assert deltas[-1].usage == Usage(1, 2, 3)


# Usage


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (
            {
                "prompt_tokens": 30,
                "completion_tokens": 12,
                "total_tokens": 42,
                "prompt_tokens_details": {"cached_tokens": 8},
                "completion_tokens_details": {"reasoning_tokens": 7},
            },
            Usage(30, 12, 42, cached_tokens=8, reasoning_tokens=7),
        ),
        ({"prompt_tokens": 3, "completion_tokens": 4}, Usage(3, 4, 7)),
        ({"prompt_tokens": -3, "completion_tokens": 4, "total_tokens": -1}, Usage(0, 4, 4)),
    ],
    ids=["with details", "without a total", "negative"],
)
async def test_usage_is_read_from_the_chunk_behind_the_last(
    provider_server: ProviderServer, model: str, sent: dict[str, Any], read: Usage
) -> None:
    last = event(chunk_form(choices=[], usage=sent))
    provider_server.script(Reply([Text("x"), Finish(), last]))
    deltas = await ask(provider_server, model=model)
    assert [delta.usage for delta in deltas if delta.usage] == [read]


async def test_running_totals_in_every_chunk_count_once(provider_server: ProviderServer) -> None:
    def with_usage(count: int, content: str, finish_reason: str | None) -> Raw:
        choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
        usage = {"prompt_tokens": 9, "completion_tokens": count, "total_tokens": 9 + count}
        return event(chunk_form(choices=[choice], usage=usage))

    provider_server.script(Reply([with_usage(1, "a", None), with_usage(2, "b", "stop")]))
    deltas = await ask(provider_server)
    assert text_of(deltas) == "ab"
    assert [delta.usage for delta in deltas if delta.usage] == [Usage(9, 2, 11)]


@pytest.mark.parametrize("model", CLIENTS)
async def test_no_usage_is_made_up_where_the_server_sends_none(
    provider_server: ProviderServer, model: str
) -> None:
    provider_server.script(Reply([Text("words and more words"), Finish()]))
    assert all(delta.usage is None for delta in await ask(provider_server, model=model))


@pytest.mark.parametrize("model", CLIENTS)
async def test_what_has_been_read_of_an_answer_takes_no_memory(
    provider_server: ProviderServer, model: str
) -> None:
    steps: list[Step] = [Text("word " * 400, size=5), Finish(), UsageChunk(11, 7)]
    provider_server.script(Reply(steps))
    kept = 0
    deltas = []
    async for delta in stream(provider_server, model=model):
        deltas.append(delta)
        if len(deltas) == 350:
            kept = sum(type(found).__name__ == "ModelResponseStream" for found in gc.get_objects())
    assert kept <= KEPT_AT_MOST
    assert text_of(deltas) == "word " * 400
    assert [delta.usage for delta in deltas if delta.usage] == [Usage(11, 7, 18)]
