"""Tokens while they stream: the provider's own figures where it gives them, else an estimate.

python -m tyler_tui.examples.token_counting "Tell me a story"
"""

import os
import sys

from tyler_tui import Agent, EventType, Message, Thread, counted
from tyler_tui.examples._running import run
from tyler_tui.sanitize import sanitize_chunk


async def main(prompt: str) -> None:
    agent = Agent(model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"))
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))

    events = counted(agent.go(thread, stream=True))
    async for event in events:
        if event.type == EventType.LLM_STREAM_CHUNK:
            print(sanitize_chunk(event.data["content_chunk"]), end="", flush=True)
        elif event.type == EventType.EXECUTION_ERROR:
            print(f"\n❌ {event.data['message']}\n{event.data['hint']}")

    usage = events.usage
    word = "About" if usage.estimated else "Exactly"
    print(
        f"\n\n📊 {word} {usage.total_tokens} tokens: {usage.prompt_tokens} for the prompt, "
        f"{usage.completion_tokens} for the answer."
    )


if __name__ == "__main__":
    run(main(" ".join(sys.argv[1:]) or "Tell me a story"))
