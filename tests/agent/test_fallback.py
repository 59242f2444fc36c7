"""Another model answers when one fails before its first token."""

import pytest

from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    of,
    one,
    says,
    text_of,
)
from tests.agent.scripted import thread_with as thread_with
from tests.provider_server import (
    Disconnect,
    ProviderServer,
    Reply,
    Text,
    answer,
    error,
)
from tyler_tui import Agent, EventType, Message
from tyler_tui.errors import ProviderError


def look() -> str:
    """Look."""
    return "seen"


@pytest.fixture
def agent(provider_server: ProviderServer) -> Agent:
    return Agent(
        model_name="openai/first",
        fallback=["openai/second", "openai/third"],
        api_base=provider_server.base_url,
        api_key="sk-loopback",
        retries=0,
    )


def asked(server: ProviderServer) -> list[str]:
    return [request.body["model"] for request in server.requests]


@pytest.mark.parametrize(
    "failure",
    [error(503, "busy"), error(429, "slow down"), error(401, "no such key"), error(403, "not you"),
     error(429, "You exceeded your current quota", "insufficient_quota")],
    ids=["overloaded", "rate limit", "authentication", "permission", "quota"],
)  # fmt: skip
async def test_the_next_model_answers_and_says_so(
    agent: Agent, provider_server: ProviderServer, failure: Reply
) -> None:
    provider_server.script(failure, answer("hello from the second"))
    thread = thread_with()
    events = await collect(agent.go(thread))
    assert text_of(events) == "hello from the second"
    retry = one(events, EventType.RETRY)
    assert (retry["model"], retry["attempt"], retry["wait_s"]) == ("openai/second", 1, 0.0)
    assert retry["reason"]
    assert thread.messages[-1].metrics["model"] == "openai/second"
    assert [e.data["model"] for e in of(events, EventType.LLM_REQUEST)] == [
        "openai/first",
        "openai/second",
    ]
    assert asked(provider_server) == ["first", "second"]


async def test_a_failure_that_may_pass_is_tried_again_first(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(*[error(503, "busy", retry_after="0")] * 2, answer("ok"))
    events = await collect(agent.replace(retries=1).go(thread_with()))
    assert asked(provider_server) == ["first", "first", "second"]
    assert ["model" in event.data for event in of(events, EventType.RETRY)] == [False, True]


async def test_when_all_fail_the_last_failure_is_the_one_that_is_told(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(error(503, "busy"), error(401, "no"), error(500, "broken"))
    events = await collect(agent.go(thread_with()))
    assert asked(provider_server) == ["first", "second", "third"]
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "server"
    assert [event.data["attempt"] for event in of(events, EventType.RETRY)] == [1, 2]


async def test_a_request_that_is_wrong_is_wrong_for_all(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(error(400, "temperature must be a colour"))
    events = await collect(agent.go(thread_with()))
    assert asked(provider_server) == ["first"]
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "bad_request"


async def test_once_something_has_arrived_nobody_says_it_twice(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("half an"), Disconnect()]))
    events = await collect(agent.go(thread_with()))
    assert asked(provider_server) == ["first"]
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "truncated"


async def test_it_answers_for_the_rest_of_the_turn_and_the_next_turn_begins_anew() -> None:
    busy = ProviderError("Busy.", kind="overloaded", retryable=True)
    provider = ScriptedProvider([busy], calls(("look", "{}")), says("seen"), says("again"))
    agent = agent_with(provider, fallback="other", tools=[look])
    thread = thread_with()
    await collect(agent.go(thread))
    thread.add_message(Message("user", "more"))
    await collect(agent.go(thread))
    models = [request.model for request in provider.requests]
    assert models == ["scripted", "other", "other", "scripted"]


async def test_another_providers_model_gets_neither_key_nor_address(
    agent: Agent, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ProviderServer() as elsewhere:
        monkeypatch.setenv("HOSTED_VLLM_API_BASE", elsewhere.base_url)
        provider_server.script(error(503, "busy"))
        elsewhere.script(answer("from elsewhere"))
        other = agent.replace(fallback=["hosted_vllm/mine"], extra_headers={"X-Secret": "hush"})
        assert (await other.go(thread_with())).content == "from elsewhere"
        (request,) = elsewhere.requests
        assert "sk-loopback" not in str(request.headers)
        assert "hush" not in str(request.headers)
    assert provider_server.requests[0].headers["x-secret"] == "hush"


async def test_the_cost_is_that_of_the_model_that_answered() -> None:
    busy = ProviderError("Busy.", kind="overloaded", retryable=True)
    dear, cheap = ScriptedProvider([busy], price=9.0), ScriptedProvider(says("ok"), price=0.1)
    agent = Agent(
        model_name="dear",
        fallback=["cheap"],
        find_provider=lambda model: dear if model == "dear" else cheap,
        retries=0,
    )
    result = await agent.go(thread_with())
    assert result.cost_usd == pytest.approx(1.5)
