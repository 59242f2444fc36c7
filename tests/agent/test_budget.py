"""What a thread may cost, and when nothing is sent any more."""

import pytest

from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    names,
    of,
    one,
    says,
    thread_with,
)
from tests.provider_server import ProviderServer
from tyler_tui import Agent, Attachment, EventType, ExecutionEvent, Message, Thread
from tyler_tui.agent.estimate import input_tokens
from tyler_tui.messages import Usage
from tyler_tui.providers import Delta, Request, ToolSpec

ANSWER = says("ok")
"""Costs 15 tokens; see `USAGE`."""


def look() -> str:
    """Look."""
    return "seen"


def limit(events: list[ExecutionEvent]) -> dict[str, object]:
    failed = one(events, EventType.EXECUTION_ERROR)
    assert failed["error_type"] == "LimitReachedError"
    assert failed["exit_code"] == 3
    assert not failed["retryable"]
    assert failed["hint"]
    return failed


async def test_once_it_is_spent_no_request_goes_out() -> None:
    provider = ScriptedProvider(ANSWER, ANSWER, ANSWER, price=0.1)
    agent, thread = agent_with(provider, budget_usd=1.5, system_prompt=""), thread_with()
    await agent.go(thread)
    assert thread.cost_usd == pytest.approx(1.5)
    thread.add_message(Message("user", "more"))
    events = await collect(agent.go(thread))
    assert limit(events)["message"] == "The budget is spent: $1.50 of $1.50."
    assert not of(events, EventType.LLM_REQUEST)
    assert len(provider.requests) == 1
    assert [message.role for message in thread.messages] == ["user", "assistant", "user"]
    more = agent.replace(budget_usd=9.0)
    assert (await more.go(thread)).content == "ok"


async def test_it_stops_between_a_tool_and_the_next_request_and_keeps_all() -> None:
    asks = calls(("look", "{}"))[:-1]
    dear = Delta(usage=Usage(80, 20, 100), finish_reason="tool_calls")
    provider = ScriptedProvider([*asks, dear], ANSWER, price=0.1)
    agent = agent_with(provider, tools=[look], budget_usd=10, system_prompt="")
    thread = thread_with("x")
    events = await collect(agent.go(thread))
    limit(events)
    assert len(provider.requests) == 1
    assert names(events).count("TOOL_RESULT") == 1
    assert [message.role for message in thread.messages] == ["user", "assistant", "tool"]


async def test_an_input_that_alone_would_pass_it_is_not_sent() -> None:
    provider = ScriptedProvider(ANSWER, price=0.1)
    agent = agent_with(provider, budget_usd=1.5, system_prompt="")
    failed = limit(await collect(agent.go(thread_with("a long prompt of many letters"))))
    assert "does not allow this prompt" in str(failed["message"])
    assert "≈$3.3" in str(failed["message"])  # 29 letters, a token each, and what goes with them
    assert not provider.requests


async def test_within_it_all_is_as_ever() -> None:
    provider = ScriptedProvider(ANSWER, price=0.1)
    result = await agent_with(provider, budget_usd=100).go(thread_with())
    assert result.success


@pytest.mark.parametrize("budget", [0, -1, float("nan")])
def test_a_budget_of_nothing_is_no_budget(budget: float) -> None:
    with pytest.raises(ValueError, match="budget_usd"):
        Agent(budget_usd=budget)


async def test_without_a_price_no_budget_can_be_kept_and_nothing_is_sent(
    provider_server: ProviderServer,
) -> None:
    agent = Agent(
        model_name="openai/gpt-4o", api_base=provider_server.base_url, api_key="x", budget_usd=5
    )
    failed = one(await collect(agent.go(thread_with())), EventType.EXECUTION_ERROR)
    assert failed["message"] == (
        "The price of openai/gpt-4o is unknown, so the budget of $5.00 cannot be kept."
    )
    assert failed["exit_code"] == 2
    assert not provider_server.requests


async def test_a_name_of_openais_at_another_address_has_no_price(
    provider_server: ProviderServer,
) -> None:
    agent = Agent(model_name="gpt-4o", api_base=provider_server.base_url, api_key="x")
    thread = thread_with()
    result = await agent.go(thread)
    assert (result.cost_usd, thread.cost_usd) == (None, None)
    assert agent.model_info.context_window is None


async def test_an_answer_without_a_price_leaves_no_sum_to_keep_to() -> None:
    thread = thread_with()
    await agent_with(ScriptedProvider(ANSWER)).go(thread)
    thread.add_message(Message("user", "more"))
    agent = agent_with(ScriptedProvider(ANSWER, price=0.1), budget_usd=5)
    failed = one(await collect(agent.go(thread)), EventType.EXECUTION_ERROR)
    assert failed["message"].startswith("What this session cost so far is unknown")


# The estimate


def _request(*messages: Message, system: str = "", tools: tuple[ToolSpec, ...] = ()) -> Request:
    return Request("scripted", messages, system, tools)


def test_all_that_is_sent_is_counted() -> None:
    provider = ScriptedProvider()
    plain = [Message("user", "word")]
    base = input_tokens(provider, _request(*plain), plain)
    spec = ToolSpec("look", "Look at it closely.", {"type": "object"})
    text = [Message("user", "word", attachments=[Attachment("a.txt", b"x" * 500, "text/plain")])]
    image = [Message("user", "word", attachments=[Attachment("a.png", b"x" * 9, "image/png")])]
    assert base == len("word") + 4
    assert input_tokens(provider, _request(*plain, system="be kind"), plain) == base + 7
    assert input_tokens(provider, _request(*plain, tools=(spec,)), plain) > base + 30
    assert input_tokens(provider, _request(*text), text) == base + 500
    assert input_tokens(provider, _request(*image), image) == base + 1000


def test_what_the_provider_told_goes_before_what_can_be_counted() -> None:
    provider, thread = ScriptedProvider(), Thread()
    thread.add_message(Message("user", "w" * 9_000))
    thread.add_message(Message("assistant", "ok", usage=Usage(700, 50, 750, reasoning_tokens=30)))
    thread.add_message(Message("user", "word"))
    request = _request(*thread.messages, system="s" * 5_000)
    assert input_tokens(provider, request, thread.messages) == 750 - 30 + 8
    estimated = Usage(700, 50, 750, estimated=True)
    thread.messages[1].usage = estimated
    assert input_tokens(provider, request, thread.messages) > 14_000
