"""Counting with tokenizers: offline, off the event loop, marked as an estimate."""

import asyncio
import socket
import time
from typing import Any

import pytest

from tyler_tui.messages import Attachment, Message, ToolCall, Usage
from tyler_tui.providers import Provider, Request, ToolSpec, provider_for

PROMPT = "hello world, how are you today?"  # 8 tokens by OpenAI's tokenizers
TOOL = ToolSpec("weather", "The weather.", {"type": "object", "properties": {}})


async def count(model: str, answer: Message, **request: Any) -> Usage:
    asked = Request(model=model, messages=[Message("user", PROMPT)], **request)
    provider: Provider = provider_for(model)
    return await provider.count_usage(asked, answer)


@pytest.mark.parametrize(
    "model",
    ["gpt-4o", "openai/some-local-model", "anthropic/claude-sonnet-4-5", "groq/llama-3.3-70b",
     "command-r", "ollama/llama3"],
)  # fmt: skip
async def test_text_is_counted_for_any_model_without_the_network(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[object] = []

    def reach(*address: object) -> None:
        reached.append(address)
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", reach)
    monkeypatch.setattr(socket, "getaddrinfo", reach)
    usage = await count(model, Message("assistant", PROMPT))
    assert usage.estimated
    assert 8 <= usage.completion_tokens <= 16
    assert 8 <= usage.prompt_tokens <= 24
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert reached == []


async def test_all_that_is_sent_and_said_counts() -> None:
    plain = await count("gpt-4o", Message("assistant", "Yes."))
    system = await count("gpt-4o", Message("assistant", "Yes."), system=PROMPT)
    tools = await count("gpt-4o", Message("assistant", "Yes."), tools=[TOOL])
    thought = await count("gpt-4o", Message("assistant", "Yes.", reasoning_content=PROMPT))
    call = ToolCall("c", "weather", {"city": "Rome"})
    called = await count("gpt-4o", Message("assistant", "Yes.", tool_calls=[call]))
    assert system.prompt_tokens >= plain.prompt_tokens + 8
    assert tools.prompt_tokens > plain.prompt_tokens
    assert thought.completion_tokens == plain.completion_tokens + 8
    assert called.completion_tokens > plain.completion_tokens


async def test_a_picture_is_counted_without_being_fetched() -> None:
    picture = Attachment("a.png", b"\x89PNG\r\n\x1a\n", "image/png")
    asked = Request(model="gpt-4o", messages=[Message("user", PROMPT, attachments=[picture])])
    usage = await provider_for("gpt-4o").count_usage(asked, Message("assistant", "Yes."))
    assert usage.prompt_tokens > 50


async def test_the_event_loop_runs_on_while_a_long_text_is_counted() -> None:
    await count("gpt-4o", Message("assistant", ""))  # loads
    longest = 0.0
    counting = asyncio.ensure_future(count("gpt-4o", Message("assistant", PROMPT * 20_000)))
    while not counting.done():
        before = time.monotonic()
        await asyncio.sleep(0)
        longest = max(longest, time.monotonic() - before)
    assert (await counting).completion_tokens > 100_000
    assert longest < 0.5


async def test_the_demo_counts_by_itself() -> None:
    usage = await count("demo", Message("assistant", "Some words."))
    assert usage.estimated
    assert usage.completion_tokens > 0
