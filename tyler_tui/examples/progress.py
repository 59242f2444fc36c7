"""Show how far a long task is; print its answer when it is whole.

python -m tyler_tui.examples.progress "Read the files here and write an overview"
"""

import os
import sys

from tyler_tui import Agent, Collected, EventType, Message, Thread, buffered
from tyler_tui.examples._running import run
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tools import FILES_TOOLS


async def main(prompt: str) -> None:
    agent = Agent(
        name="analyst",
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        purpose="To read files and report on them",
        tools=[tool for tool in FILES_TOOLS if tool.risk == "read"],
    )
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))

    result = Collected()
    doing = "thinking"
    # Text joined for a fifth of a second: nobody reads a status line faster.
    async for event in buffered(agent.go(thread, stream=True), seconds=0.2):
        result.add(event)
        if event.type == EventType.TOOL_SELECTED:
            doing = event.data["tool_name"]
        elif event.type == EventType.TOOL_PROGRESS:
            doing = str(event.data["message"])
        elif event.type == EventType.LLM_STREAM_CHUNK:
            doing = f"{len(result.content)} characters"
        status = f"⏳ Processing... ({len(result.tool_calls)} tools used, {one_line(doing, 40)})"
        print(f"\r{status:<79}", end="", flush=True)

    print("\r" + " " * 79, end="\r")
    print("✅ Complete!" if result.success else f"❌ {result.error or 'Stopped.'}")
    print(f"\n🤖 {sanitize(result.content)}")


if __name__ == "__main__":
    run(main(" ".join(sys.argv[1:]) or "Read the files here and write an overview"))
