"""Time-outs and failures as events: a loop that needs no `try`, and always gets a last word.

    python -m tyler_tui.examples.error_handling "fail with a limit"

It exits with 0, with 1 after a failure, and with 75 after one that may be over at the next try.
"""

import os
import sys

from tyler_tui import Agent, EventType, Message, Thread, guarded
from tyler_tui.examples._running import run
from tyler_tui.sanitize import sanitize_chunk


async def main(prompt: str, *, total_s: float = 300, idle_s: float = 90) -> int:
    agent = Agent(
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        retries=1,  # of a request that failed before its first word
    )
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))

    async for event in guarded(agent.go(thread, stream=True), total_s=total_s, idle_s=idle_s):
        data = event.data
        if event.type == EventType.LLM_STREAM_CHUNK:
            print(sanitize_chunk(data["content_chunk"]), end="", flush=True)
        elif event.type == EventType.RETRY:
            print(f"🔁 {data['reason']} Trying again in {data['wait_s']:.1f} s.")
        elif event.type == EventType.EXECUTION_ERROR:
            print(f"\n❌ {data['title']}: {data['message']}")
            if data["hint"]:
                print(f"   {data['hint']}")
            return 75 if data["retryable"] else 1
    print()
    return 0


if __name__ == "__main__":
    run(main(" ".join(sys.argv[1:]) or "fail with a limit"))
