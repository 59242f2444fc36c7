"""Tools at work: the built-in ones, a function of your own, and a question before anything changes.

python -m tyler_tui.examples.streaming_with_tools "Write a note about today"
"""

import asyncio
import os
import sys
from datetime import date

from tyler_tui import (
    Agent,
    ApprovalRequest,
    Decision,
    EventType,
    Message,
    Thread,
    Verdict,
)
from tyler_tui.examples._running import run
from tyler_tui.sanitize import one_line, sanitize, sanitize_chunk
from tyler_tui.tools import FILES_TOOLS, WEB_TOOLS


def weekday(year: int, month: int, day: int) -> str:
    """Which day of the week a date is."""  # the model reads this, and the types
    return f"{date(year, month, day):%A}"


async def approve(request: ApprovalRequest) -> Decision:
    """Asked before a tool runs that does more than read."""
    print(f"\n\n✋ {sanitize(request.summary)}\n{sanitize(request.preview)}")
    try:
        answer = await asyncio.to_thread(input, "Allow this? [y/N] ")
    except EOFError:
        answer = ""
    yes = answer.strip().lower() == "y"
    return Decision(Verdict.ALLOW_ONCE if yes else Verdict.DENY)


async def main(prompt: str) -> None:
    agent = Agent(
        name="research-assistant",
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        purpose="To research and create reports",
        tools=[*WEB_TOOLS, *FILES_TOOLS, weekday],
        approve=approve,
    )
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))

    async for event in agent.go(thread, stream=True):
        data = event.data
        if event.type == EventType.LLM_STREAM_CHUNK:
            print(sanitize_chunk(data["content_chunk"]), end="", flush=True)
        elif event.type == EventType.TOOL_SELECTED:
            print(f"\n\n🔧 Using {data['tool_name']}...", flush=True)
        elif event.type == EventType.TOOL_PROGRESS:
            print(f"   {one_line(str(data['message']), 100)}")
        elif event.type == EventType.TOOL_RESULT:
            print(f"   Result: {one_line(data['result'], 100)}\n\n🤖 ", end="", flush=True)
        elif event.type == EventType.TOOL_ERROR:
            print(f"   Failed: {one_line(data['error'], 100)}\n\n🤖 ", end="", flush=True)
        elif event.type == EventType.EXECUTION_ERROR:
            print(f"\n❌ {data['message']}\n{data['hint']}", end="")
    print()


if __name__ == "__main__":
    run(main(" ".join(sys.argv[1:]) or "Write a note about today"))
