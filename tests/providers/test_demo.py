"""The demo model: scripted, deterministic, real tools, errors on demand."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tyler_tui import Agent, EventType, Message, ProviderError, Thread
from tyler_tui.agent.turn import AgentResult
from tyler_tui.events import ExecutionEvent
from tyler_tui.providers import Delta, Request, provider_for
from tyler_tui.tools import FILES_TOOLS

SPECS = [tool.spec for tool in FILES_TOOLS]


async def answer(prompt: str, *, model: str = "demo:fast", tools: bool = False) -> list[Delta]:
    request = Request(
        model=model,
        messages=[Message("user", "hello"), Message("assistant", "Hi."), Message("user", prompt)],
        tools=SPECS if tools else (),
    )
    return [delta async for delta in provider_for(model).stream(request)]


def text_of(deltas: Sequence[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


async def turn(
    thread: Thread, prompt: str, workspace: Path, *, model: str = "demo:fast"
) -> tuple[AgentResult, list[ExecutionEvent]]:
    thread.add_message(Message("user", prompt))
    events: list[ExecutionEvent] = []

    async def listen(event: ExecutionEvent) -> None:
        events.append(event)

    agent = Agent(model_name=model, tools=FILES_TOOLS, workspace=workspace, retries=0)
    return await agent.run(thread, listen), events


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("# Marmalade\n\nA project about oranges.\n")
    (tmp_path / "oranges.py").write_text("print('orange')\n")
    return tmp_path


PROMPTS = ["hello", "table", "code", "list", "cjk", "long", "what can you do?", "漢字で", "🙂", "?"]


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_the_same_prompt_gets_the_same_answer(prompt: str) -> None:
    first, second = await answer(prompt), await answer(prompt)
    assert text_of(first) == text_of(second)
    assert [d.usage for d in first if d.usage] == [d.usage for d in second if d.usage]


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_every_answer_ends_with_a_reason_and_with_exact_usage(prompt: str) -> None:
    deltas = await answer(prompt)
    assert [d.finish_reason for d in deltas if d.finish_reason] == ["stop"]
    (usage,) = [d.usage for d in deltas if d.usage is not None]
    assert not usage.estimated
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


async def test_the_demo_thinks_before_it_speaks() -> None:
    deltas = await answer("hello")
    kinds = ["thinking" if d.thinking else "text" for d in deltas if d.thinking or d.text]
    assert kinds[0] == "thinking"
    assert "text" in kinds
    assert "thinking" not in kinds[kinds.index("text") :]


async def test_the_demo_says_that_it_is_a_demo(workspace: Path) -> None:
    result, _ = await turn(Thread(), "hello", workspace)
    assert "demo" in result.content.casefold()


@pytest.mark.parametrize(
    ("prompt", "mark"),
    [("show me a table", "|"), ("some code please", "```"), ("a list", "- "), ("cjk", "，")],
)
async def test_a_word_in_the_prompt_asks_for_its_kind_of_text(prompt: str, mark: str) -> None:
    assert mark in text_of(await answer(prompt)).replace("、", "，").replace("。", "，")


async def test_long_is_long() -> None:
    (usage,) = [d.usage for d in await answer("long") if d.usage is not None]
    assert usage.completion_tokens >= 2000


async def test_an_answer_comes_in_many_small_pieces() -> None:
    pieces = [d.text for d in await answer("hello") if d.text]
    assert len(pieces) > 20
    assert max(map(len, pieces)) < 200


async def test_a_first_prompt_reads_the_workspace_and_answers_from_what_is_there(
    workspace: Path,
) -> None:
    result, events = await turn(Thread(), "hello", workspace)
    ran = [event.data["tool_name"] for event in events if event.type is EventType.TOOL_EXECUTING]
    assert sorted(ran) == ["files-list", "files-read"]
    assert not [event for event in events if event.type is EventType.TOOL_ERROR]
    assert result.success
    assert "README.md" in result.content
    assert "Marmalade" in result.content or "oranges" in result.content


async def test_the_file_that_is_read_is_one_that_the_listing_named(workspace: Path) -> None:
    _, events = await turn(Thread(), "hello", workspace)
    listing = next(e for e in events if e.type is EventType.TOOL_RESULT)
    calls = [e.data for e in events if e.type is EventType.TOOL_SELECTED]
    read = next(call for call in calls if call["tool_name"] == "files-read")
    assert read["arguments"]["path"] in listing.data["result"]


async def test_an_empty_workspace_is_no_trouble(tmp_path: Path) -> None:
    result, _ = await turn(Thread(), "hello", tmp_path)
    assert result.success
    assert result.content


async def test_without_tools_nothing_is_called() -> None:
    request = Request(model="demo:fast", messages=[Message("user", "please write a file")])
    deltas = [delta async for delta in provider_for("demo").stream(request)]
    assert not any(delta.calls for delta in deltas)
    assert text_of(deltas)


async def test_with_tool_choice_none_nothing_is_called() -> None:
    request = Request(
        model="demo:fast",
        messages=[Message("user", "please write a file")],
        tools=SPECS,
        tool_choice="none",
    )
    deltas = [delta async for delta in provider_for("demo").stream(request)]
    assert not any(delta.calls for delta in deltas)
    assert text_of(deltas)


@pytest.mark.parametrize("word", ["write", "save"])
async def test_a_prompt_to_write_writes_a_real_file(workspace: Path, word: str) -> None:
    before = set(workspace.rglob("*"))
    thread = Thread()
    await turn(thread, "hello", workspace)
    result, events = await turn(thread, f"please {word} a note", workspace)
    wrote = [e for e in events if e.type is EventType.TOOL_RESULT]
    assert [event.data["tool_name"] for event in wrote] == ["files-write"]
    assert set(workspace.rglob("*")) - before
    assert result.success
    assert result.content


async def test_the_second_prompt_gets_another_answer_than_the_first(workspace: Path) -> None:
    thread = Thread()
    first, _ = await turn(thread, "hello", workspace)
    second, _ = await turn(thread, "show a table", workspace)
    assert first.content != second.content


async def test_it_costs_nothing_and_says_so(workspace: Path) -> None:
    result, _ = await turn(Thread(), "hello", workspace)
    assert result.cost_usd == 0.0
    assert provider_for("demo").info("demo").context_window == 128_000


@pytest.mark.parametrize(
    ("prompt", "status", "retryable"), [("fail 401", 401, False), ("fail 429", 429, True)]
)
async def test_it_fails_on_demand_before_the_first_word(
    prompt: str, status: int, retryable: bool
) -> None:
    with pytest.raises(ProviderError) as caught:
        await answer(prompt)
    assert caught.value.status == status
    assert caught.value.retryable is retryable
    assert caught.value.hint


async def test_it_fails_midway_on_demand_and_what_came_is_kept(workspace: Path) -> None:
    thread = Thread()
    await turn(thread, "hello", workspace)
    result, events = await turn(thread, "fail midway", workspace)
    assert events[-1].type is EventType.EXECUTION_ERROR
    assert result.content.strip()
    assert thread.messages[-1].content == result.content


async def test_the_rate_is_kept() -> None:
    began = time.monotonic()
    request = Request(model="demo:200", messages=[Message("user", "a"), Message("assistant", "b"),
                                                  Message("user", "table")])  # fmt: skip
    deltas = [delta async for delta in provider_for("demo:200").stream(request)]
    (usage,) = [d.usage for d in deltas if d.usage is not None]
    seconds = time.monotonic() - began
    assert usage.completion_tokens / seconds < 400


async def test_closing_the_stream_stops_it_at_once() -> None:
    request = Request(model="demo:1", messages=[Message("user", "long")])
    stream = provider_for("demo:1").stream(request)
    await anext(stream)
    began = time.monotonic()
    await stream.aclose()
    assert time.monotonic() - began < 0.3
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_cancelling_the_reader_stops_it_at_once() -> None:
    first = asyncio.Event()

    async def read() -> None:
        request = Request(model="demo:1", messages=[Message("user", "long")])
        async for _ in provider_for("demo:1").stream(request):
            first.set()

    task = asyncio.create_task(read())
    await first.wait()
    began = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 0.3


@pytest.mark.parametrize("model", ["demo:quick", "demo:-3", "demo:nan", "demo:fast:er"])
async def test_a_rate_that_is_none_is_an_error_that_names_it(model: str) -> None:
    with pytest.raises(ProviderError) as caught:
        async with asyncio.timeout(5):
            await answer("hello", model=model)
    assert model in caught.value.message
    assert "demo:fast" in caught.value.hint


@pytest.mark.parametrize(
    "prompt",
    ["What is a suitable name?", "How do I profile a process?", "Do you trust me?",
     "Describe a keyboard", "How are my sessions saved?", "Is it unstable?", "A terror"],
)  # fmt: skip
async def test_a_topic_s_letters_inside_another_word_do_not_call_it_up(prompt: str) -> None:
    assert text_of(await answer(prompt)) == text_of(await answer("hello"))
