"""Running a call: sync and async functions, time-outs, failures, and what the model reads."""

import asyncio
import contextvars
import enum
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import Tool, ToolContext, tool
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.messages import ToolCall


async def run(function: Callable[..., Any] | Tool | dict[str, Any], /, **arguments: Any) -> str:
    """What the model reads of a call."""
    box = Toolbox([function])
    (made,) = box

    async def report(progress: float | None, total: float | None, message: str) -> None:
        reported.append((progress, total, message))

    context = ToolContext("call_1", made.name, Path("/tmp"), report)
    return await box.run(ToolCall("call_1", made.name, arguments), context)


reported: list[tuple[float | None, float | None, str]] = []


async def test_an_async_function_runs_on_the_loop() -> None:
    async def where() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    assert await run(where) == threading.current_thread().name


async def test_a_sync_function_runs_in_a_thread_and_does_not_hold_up_the_loop() -> None:
    loop, held = asyncio.get_running_loop(), threading.Event()

    def wait() -> str:
        loop.call_soon_threadsafe(held.set)  # only a loop that is free can do this
        return f"{held.wait(60)} {threading.current_thread() is threading.main_thread()}"

    assert await run(wait) == "True False"


async def test_a_sync_function_sees_the_context_variables_of_the_turn() -> None:
    variable = contextvars.ContextVar("variable", default="outside")
    variable.set("inside")

    def read() -> str:
        return variable.get()

    assert await run(read) == "inside"


async def test_a_sync_function_that_returns_an_awaitable_is_awaited() -> None:
    async def later() -> str:
        return "later"

    assert await run(tool(name="soon")(lambda: later())) == "later"


async def test_a_tool_gets_its_context_and_can_report() -> None:
    async def work(context: ToolContext) -> str:
        await context.report(1, 2, "half")
        return f"{context.tool_name} {context.tool_call_id} {context.workspace}"

    reported.clear()
    assert await run(work) == "work call_1 /tmp"
    assert reported == [(1, 2, "half")]


async def test_the_dict_form_of_tyler_gets_its_context_too() -> None:
    def work(ctx, city: str) -> str:  # type: ignore[no-untyped-def]
        return f"{ctx.tool_name} {city}"

    function = {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    definition = {"type": "function", "function": function}
    assert await run({"definition": definition, "implementation": work}, city="Oslo") == (
        "weather Oslo"
    )


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Span:
    start: int

    def __post_init__(self) -> None:
        if self.start < 0:
            raise ValueError("a span starts at 0 or later")


async def test_arguments_arrive_as_what_the_hints_say() -> None:
    def paint(colour: Colour, span: Span, words: set[str]) -> str:
        return f"{colour.name} {span.start} {sorted(words)}"

    result = await run(paint, colour="red", span={"start": 3}, words=["b", "a", "a"])
    assert result == "RED 3 ['a', 'b']"


async def test_arguments_that_a_class_refuses_are_told_back_as_bad_arguments() -> None:
    def cut(span: Span) -> str:
        return "cut"

    with pytest.raises(ToolArgumentsError, match=r"a span starts at 0 or later\. Send the call"):
        await run(cut, span={"start": -1})


async def test_bad_arguments_never_reach_the_function() -> None:
    ran: list[int] = []

    def count(number: int) -> None:
        ran.append(number)

    with pytest.raises(ToolArgumentsError, match="`number` must be an integer, not a string"):
        await run(count, number="3")
    assert ran == []


@pytest.mark.parametrize("is_async", [True, False])
async def test_a_tool_that_takes_too_long_is_given_up(is_async: bool) -> None:
    release = threading.Event()
    stopped: list[bool] = []

    async def slow_async() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(True)

    def slow_sync() -> None:
        release.wait(60)

    slow = tool(name="slow", timeout_s=0.05)(slow_async if is_async else slow_sync)
    try:
        with pytest.raises(ToolError, match=r"^slow took longer than 0\.05 s$"):
            await run(slow)
    finally:
        release.set()
    assert stopped == [True] * is_async


async def test_a_time_out_of_the_tool_itself_is_told_as_its_own() -> None:
    async def fetch() -> None:
        raise TimeoutError("no answer from the server")

    with pytest.raises(ToolError, match=r"^TimeoutError: no answer from the server$"):
        await run(fetch)


async def test_tools_that_hang_take_no_place_from_others() -> None:
    release = threading.Event()
    hang = tool(name="hang", timeout_s=0.05)(lambda: release.wait(30))
    try:
        results = await asyncio.gather(*(run(hang) for _ in range(40)), return_exceptions=True)
        assert all(isinstance(result, ToolError) for result in results)
        async with asyncio.timeout(60):
            assert await run(tool(name="quick")(lambda: "quick")) == "quick"
            assert await asyncio.to_thread(lambda: "free") == "free"
    finally:
        release.set()


def test_a_tool_that_hangs_does_not_keep_the_program_from_ending() -> None:
    program = (
        "import asyncio, threading\n"
        "from tyler_tui.agent.calling import call\n"
        "async def main():\n"
        "    task = asyncio.create_task(call(threading.Event().wait, {}))\n"
        "    await asyncio.sleep(0)\n"
        "asyncio.run(main())\n"
        "print('ended')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ended\n", "")


class OddError(Exception):
    def __str__(self) -> str:
        return ""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("no such city"), "ValueError: no such city"),
        (KeyError("city"), "KeyError: 'city'"),
        (OddError("hidden"), "OddError"),
        (ToolError("In my own words."), "In my own words."),
        (SystemExit(3), "SystemExit: 3"),
        (StopIteration("done"), "RuntimeError: coroutine raised StopIteration"),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (asyncio.CancelledError(), "The tool's own work was cancelled"),
        (ExceptionGroup("several", [ValueError("a")]), "ExceptionGroup: several (1 sub-exception)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
@pytest.mark.parametrize("is_async", [True, False])
async def test_whatever_a_tool_raises_becomes_words_for_the_model(
    error: BaseException, words: str, is_async: bool
) -> None:
    async def fail_async() -> None:
        raise error

    def fail_sync() -> None:
        raise error

    with pytest.raises(ToolError) as caught:
        await run(fail_async if is_async else fail_sync)
    assert caught.value.message == words


async def test_a_cancelled_turn_cancels_its_tool() -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    task = asyncio.create_task(run(wait))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped.is_set()


async def test_a_cancelled_turn_does_not_wait_for_a_thread() -> None:
    started, release, ended = asyncio.Event(), threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        loop.call_soon_threadsafe(started.set)
        release.wait(60)
        ended.set()

    task = asyncio.create_task(run(wait))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not ended.is_set()
    release.set()
    assert await asyncio.to_thread(ended.wait, 10), "the thread goes on to its end"
