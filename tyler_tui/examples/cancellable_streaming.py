"""Three ways to stop an answer. Each closes the connection to the model at once, so that nothing
more is generated or paid for, and leaves what has arrived in the thread.

    python -m tyler_tui.examples.cancellable_streaming [flag|task|ctrl-c]
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress

from tyler_tui import Agent, EventStream, EventType, Message, Thread
from tyler_tui.examples._running import run
from tyler_tui.sanitize import sanitize_chunk

STOP_AFTER_S = 1.0


async def show(stream: EventStream, stop: asyncio.Event) -> None:
    async for event in stream:
        if stop.is_set():
            print("\n\n⚠️ Generation cancelled by user")
            break  # leaving the loop is all that it takes
        if event.type == EventType.LLM_STREAM_CHUNK:
            print(sanitize_chunk(event.data["content_chunk"]), end="", flush=True)
        elif event.type == EventType.EXECUTION_CANCELLED:
            print("\n\n⚠️ Stream interrupted")
        elif event.type == EventType.EXECUTION_ERROR:
            print(f"\n❌ {event.data['message']}\n{event.data['hint']}")


async def stop_by_flag(stream: EventStream) -> None:
    """For loops that look now and then; a model that is silent is stopped with its next word."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(STOP_AFTER_S, stop.set)
    await show(stream, stop)


async def stop_by_cancelling_the_task(stream: EventStream) -> None:
    """For whoever runs the loop as a task: a server whose client has left, a time-out."""
    task = asyncio.create_task(show(stream, asyncio.Event()))
    await asyncio.wait([task], timeout=STOP_AFTER_S)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    print("\n\n⚠️ Stream interrupted")


async def stop_by_ctrl_c(stream: EventStream) -> None:
    """`cancel` may be called from anywhere in the loop; the stream ends with an event for it."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stream.cancel)
    await show(stream, asyncio.Event())


WAYS = {"flag": stop_by_flag, "task": stop_by_cancelling_the_task, "ctrl-c": stop_by_ctrl_c}


async def main(way: str) -> None:
    agent = Agent(model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"))
    thread = Thread()
    thread.add_message(Message(role="user", content="Tell me a very long story"))
    async with agent.go(thread, stream=True) as stream:  # the block ends when all has stopped
        await WAYS[way](stream)
    kept = thread.messages[-1]
    print(f"\nKept in the thread: {len(kept.content)} characters, {kept.status.value}.")


if __name__ == "__main__":
    run(main(sys.argv[1] if len(sys.argv) > 1 else "ctrl-c"))
