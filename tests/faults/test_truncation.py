"""A recorded stream that ends after any of its bytes: what arrived is kept, and nothing more."""

import asyncio

import pytest

from tests.faults.fault import DIRECT, OPENAI_CLIENT, OWN_CLIENT, READERS
from tests.faults.strict_provider import complaints
from tests.provider_server import ProviderServer, Raw, Received, Reply, answer
from tests.providers.asking import QUIET
from tyler_tui import Agent, EventType, MessageStatus, Thread
from tyler_tui.config import Settings
from tyler_tui.messages import Message
from tyler_tui.model_choice import provider_finder

pytestmark = QUIET

WORDS = ("Grüße, ", "日本 🎉")
STREAM = (
    'data: {"choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"Hm é"}}]}\n\n'
    'data: {"choices":[{"index":0,"delta":{"content":"Grüße, "}}]}\n\n'
    ": ping\n\n"
    'data: {"choices":[{"index":0,"delta":{"content":"日本 🎉"}}]}\r\n\r\n'
    'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function",'
    '"function":{"name":"act","arguments":"{\\"n\\": "}}]}}]}\n\n'
    'data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":'
    '{"arguments":"1}"}}]}}]}\n\n'
    'data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}\n\n'
    'data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}\n\n'
    "data: [DONE]\n\n"
).encode()
FINISHED = STREAM.index(b'"tool_calls"}]}') + len(b'"tool_calls"}]}')
"""Behind this byte the answer is whole."""
AT_ONCE = 16
STEPS = {DIRECT: 1, OPENAI_CLIENT: 23, OWN_CLIENT: 23}
"""LiteLLM takes its time, and its decoders are not ours: a few places will do."""


@pytest.mark.parametrize("reader", READERS)
async def test_a_stream_may_end_after_any_byte(
    provider_server: ProviderServer, reader: str
) -> None:
    setting, model = READERS[reader]
    agent = Agent(
        model_name=model,
        api_base=provider_server.base_url,
        api_key="sk-loopback",
        find_provider=provider_finder(Settings(reader=setting)),  # type: ignore[arg-type]
        tools=[act],
        max_tool_iterations=1,
        retries=0,
    )
    await agent.resolved_provider.prepare()
    provider_server.fallback = _cut
    cuts = range(0, len(STREAM) + 1, STEPS[reader])
    places = asyncio.Semaphore(AT_ONCE)

    async def cut_at(size: int) -> None:
        async with places:
            await _judge(agent, size)

    await asyncio.gather(*(cut_at(size) for size in cuts))
    for request in provider_server.requests:
        assert complaints(request.body) == []


def act(n: int) -> str:
    """Act."""
    return str(2 * n)


def _cut(received: Received) -> Reply:
    """The stream, up to the byte that the prompt names; behind the tool a few words."""
    last = received.body["messages"][-1]
    if last["role"] == "tool":
        return answer("Done.")
    return Reply([Raw(STREAM[: int(last["content"].split()[-1])])], done=False)


async def _judge(agent: Agent, size: int) -> None:
    thread = Thread()
    thread.add_message(Message("user", str(size)))
    events = [event async for event in agent.go(thread)]
    answers = [message for message in thread.messages if message.role == "assistant"]
    results = [message.content for message in thread.messages if message.role == "tool"]
    text = "".join(message.content for message in answers)
    chunks = (event for event in events if event.type is EventType.LLM_STREAM_CHUNK)
    assert text == "".join(event.data["content_chunk"] for event in chunks)
    if size < FINISHED:
        assert text in (_words_until(size), _words_until(size, "\n\n", "\r\n\r\n"))
        assert events[-1].data["kind"] in ("truncated", "protocol")
        assert all(message.status is not MessageStatus.COMPLETE for message in answers)
        assert all(message.tool_calls is None for message in answers)
        assert results == []
    else:
        assert text == "".join(WORDS) + "Done."
        assert results == ["2"]
        assert events[-1].type is EventType.EXECUTION_COMPLETE
    # What is sent next, whatever came of it
    await agent.go(_with_another_prompt(thread))


def _words_until(size: int, *ends: str) -> str:
    """The words whose events have come by then, and the blank lines behind them too: a reader may
    wait for those or not."""
    sent = STREAM[:size]
    return "".join(
        word
        for word in WORDS
        if any(f'"{word}"}}}}]}}{end}'.encode() in sent for end in ends or [""])
    )


def _with_another_prompt(thread: Thread) -> Thread:
    thread.add_message(Message("user", str(len(STREAM))))
    return thread
