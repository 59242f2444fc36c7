"""`streaming_chunk_size`: text in fewer events, none lost, overtaken, or kept back for long."""

import asyncio

from tests.agent.scripted import (
    Pause,
    Script,
    ScriptedProvider,
    Step,
    agent_with,
    collect,
    ending,
    text_of,
    thread_with,
    words,
)
from tyler_tui import EventType, ExecutionEvent, ProviderError
from tyler_tui.providers import Delta


async def test_chunks_can_be_joined_and_none_is_lost_or_overtaken() -> None:
    script = [*words("a", "b", "c"), Delta(thinking="hm"), *words("d", "e"), *ending()]
    agent = agent_with(ScriptedProvider(script), streaming_chunk_size=2)
    events = await collect(agent.go(thread_with()))
    assert [
        event.data.get("content_chunk") or event.data["thinking_chunk"]
        for event in events
        if event.type in (EventType.LLM_STREAM_CHUNK, EventType.LLM_THINKING_CHUNK)
    ] == ["ab", "c", "hm", "de"]


async def test_pieces_that_wait_to_be_joined_are_shown_when_an_error_comes() -> None:
    thread = thread_with()
    script: Script = [*words("a", "b", "c"), ProviderError("Gone.", kind="network")]
    agent = agent_with(ScriptedProvider(script), streaming_chunk_size=10)
    events = await collect(agent.go(thread))
    assert text_of(events) == thread.messages[-1].content == "abc"


async def test_pieces_that_wait_to_be_joined_are_shown_in_time_though_the_model_is_slow() -> None:
    silence, end = Pause(), Pause()
    script: Script = [*words("a", "b"), silence, *words("c"), end, *words("d"), *ending()]
    stream = agent_with(ScriptedProvider(script), streaming_chunk_size=10).go(thread_with())
    shown = []
    async with asyncio.timeout(60):
        async for event in stream:
            if event.type is EventType.LLM_STREAM_CHUNK:
                shown.append(event.data["content_chunk"])
                # The model says no more until the text has been shown.
                (silence if len(shown) == 1 else end).go_on.set()
    assert shown == ["ab", "c", "d"]


async def test_joined_pieces_keep_their_order_though_the_reader_is_slow() -> None:
    letters = "".join(chr(97 + n % 26) for n in range(2_000))

    async def a_moment() -> None:
        await asyncio.sleep(0.0002)

    got: list[str] = []

    async def listen(event: ExecutionEvent) -> None:
        if event.type is EventType.LLM_STREAM_CHUNK:
            await asyncio.sleep(0.001)  # longer than the model takes for its next piece
            got.append(event.data["content_chunk"])

    script: list[Step] = [step for piece in words(*letters) for step in (piece, a_moment)]
    agent = agent_with(ScriptedProvider([*script, *ending()]), streaming_chunk_size=10_000)
    await agent.run(thread_with(), listen)
    assert "".join(got) == letters
    assert len(got) > 2


async def test_what_a_listener_raises_about_text_that_waited_ends_the_turn() -> None:
    pause = Pause()

    async def listen(event: ExecutionEvent) -> None:
        if event.type is EventType.LLM_STREAM_CHUNK:
            pause.go_on.set()
            raise OSError("no screen")

    agent = agent_with(ScriptedProvider([*words("a"), pause, *ending()]), streaming_chunk_size=9)
    result = await agent.run(thread_with(), listen)
    assert result.outcome is EventType.EXECUTION_ERROR
