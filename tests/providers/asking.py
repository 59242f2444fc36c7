"""Asking the provider behind the real LiteLLM, over real HTTP on loopback."""

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest

from tests.provider_server import ProviderServer, Raw
from tyler_tui.agent.assembly import CallAssembler
from tyler_tui.errors import ProviderError
from tyler_tui.messages import Message, ToolCall
from tyler_tui.providers import Delta, Request
from tyler_tui.providers.litellm import litellm_provider
from tyler_tui.providers.openai_format import openai_provider
from tyler_tui.sanitize import sanitize

KEY = "sk-marked-0123456789abcdef"

QUIET = pytest.mark.filterwarnings(
    "ignore:Accessing the 'model_:DeprecationWarning",  # LiteLLM's own business with pydantic
    "ignore:Item 'index' on TypedDict class:UserWarning",
    "ignore:Pydantic serializer warnings:UserWarning",
)

WEB_PAGE = b"<!DOCTYPE html>\n<html><head><title>Bad</title></head><body>" + b"<p>x</p>" * 900

DIRECT = "direct"
CLIENTS = [f"{DIRECT} openai/local-model", "openai/local-model", "deepseek/deepseek-chat"]
"""The chat-completions format is read by our own reader, by the OpenAI SDK under LiteLLM, and by
LiteLLM's own client for the other providers; each fails in ways of its own."""


def request(server: ProviderServer, **changes: Any) -> Request:
    usual: dict[str, Any] = {
        "model": "openai/local-model",
        "messages": [Message("user", "hello")],
        "api_base": server.base_url,
        "api_key": KEY,
    }
    return Request(**(usual | changes))


def stream(server: ProviderServer, **changes: Any) -> AsyncGenerator[Delta, None]:
    """Through LiteLLM, unless the model's name begins with DIRECT."""
    reader, _, model = str(changes.get("model", "")).rpartition(" ")
    if reader == DIRECT:
        return openai_provider().stream(request(server, **(changes | {"model": model})))
    return litellm_provider().stream(request(server, **changes))


async def ask(server: ProviderServer, **changes: Any) -> list[Delta]:
    """The whole answer."""
    return [delta async for delta in stream(server, **changes)]


async def fail(server: ProviderServer, **changes: Any) -> tuple[list[Delta], ProviderError]:
    """What arrived, and the error that it ended with."""
    arrived: list[Delta] = []
    try:
        async for delta in stream(server, **changes):
            arrived.append(delta)
    except ProviderError as error:
        return arrived, error
    raise AssertionError(f"no error, but {arrived}")


def text_of(deltas: Sequence[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


def thinking_of(deltas: Sequence[Delta]) -> str:
    return "".join(delta.thinking for delta in deltas)


def reasons_of(deltas: Sequence[Delta]) -> list[str]:
    return [delta.finish_reason for delta in deltas if delta.finish_reason]


def calls_of(deltas: Sequence[Delta]) -> list[ToolCall]:
    assembler = CallAssembler()
    for delta in deltas:
        for fragment in delta.calls:
            assembler.add(fragment)
    return assembler.calls()


def event(form: Any) -> Raw:
    """One event of the stream, with any JSON."""
    return Raw(f"data: {json.dumps(form)}\n\n".encode())


def chunk(finish_reason: str | None = None, *, index: int = 0, **delta: Any) -> Raw:
    """A chunk with any delta."""
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason}
    return event(chunk_form(choices=[choice]))


def chunk_form(**fields: Any) -> dict[str, Any]:
    usual = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "local-model"}
    return usual | fields


def assert_fit_to_be_shown(problem: ProviderError) -> None:
    for words in (problem.message, problem.hint):
        assert words.strip()
        assert sanitize(words) == words
        assert "\n" not in words
        assert "litellm" not in words.lower()
        assert "Traceback" not in words
        assert "<" not in words
        assert KEY not in words
        assert KEY[:12] not in words
    assert len(problem.message) < 500
