"""Print an answer as it arrives.

python -m tyler_tui.examples.basic_streaming "Tell me a story about space exploration"
"""

import os
import sys

from tyler_tui import Agent, EventType, Message, Thread
from tyler_tui.examples._running import run
from tyler_tui.sanitize import sanitize_chunk


async def main(prompt: str) -> None:
    agent = Agent(
        name="streaming-assistant",
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        purpose="To provide real-time responses",
    )
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))

    print("🤖 Assistant: ", end="", flush=True)
    async for event in agent.go(thread, stream=True):
        if event.type == EventType.LLM_STREAM_CHUNK:
            # What a model says may hold codes that a terminal obeys.
            print(sanitize_chunk(event.data["content_chunk"]), end="", flush=True)
        elif event.type == EventType.EXECUTION_ERROR:
            print(f"\n❌ {event.data['message']}\n{event.data['hint']}", end="")
    print()


if __name__ == "__main__":
    run(main(" ".join(sys.argv[1:]) or "Tell me a story about space exploration"))
