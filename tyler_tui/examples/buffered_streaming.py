"""Text in larger pieces, for smoother output or fewer messages over a network.

python -m tyler_tui.examples.buffered_streaming "Tell me a long story"
"""

import os
import sys

from tyler_tui import Agent, EventType, Message, Thread, buffered
from tyler_tui.examples._running import run
from tyler_tui.sanitize import sanitize_chunk


async def main(prompt: str) -> None:
    agent = Agent(
        name="smooth-streamer",
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        purpose="To tell things at length",
    )
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))

    pieces = 0
    # Twenty pieces at a time, but none is kept back for longer than a fifth of a second.
    async for event in buffered(agent.go(thread, stream=True), chunks=20, seconds=0.2):
        if event.type == EventType.LLM_STREAM_CHUNK:
            pieces += 1
            print(sanitize_chunk(event.data["content_chunk"]), end="", flush=True)
        elif event.type == EventType.EXECUTION_COMPLETE:
            print(f"\n\n✅ In {pieces} pieces.")
        elif event.type == EventType.EXECUTION_ERROR:
            print(f"\n❌ {event.data['message']}\n{event.data['hint']}")


if __name__ == "__main__":
    run(main(" ".join(sys.argv[1:]) or "Tell me a long story"))
