"""Everything that a run tells, told: one stream feeds any kind of display.

    python -m tyler_tui.examples.all_events "What is in this folder?"

`tyler_tui.events.EventType` says what each event carries.
"""

import os
import sys

from tyler_tui import Agent, EventType, ExecutionEvent, Message, Thread
from tyler_tui.examples._running import run
from tyler_tui.sanitize import one_line, sanitize_chunk
from tyler_tui.tools import FILES_TOOLS

CHUNKS = (EventType.LLM_THINKING_CHUNK, EventType.LLM_STREAM_CHUNK)


def show(event: ExecutionEvent) -> None:
    data = event.data
    match event.type:
        case EventType.LLM_THINKING_CHUNK:
            print(sanitize_chunk(data["thinking_chunk"]), end="", flush=True)
        case EventType.LLM_STREAM_CHUNK:
            print(sanitize_chunk(data["content_chunk"]), end="", flush=True)
        case EventType.LLM_RESPONSE:
            print(f"📨 {data['finish_reason']}, {data['tokens'].get('total_tokens', '?')} tokens")
        case EventType.TOOL_SELECTED:
            print(f"🔧 Calling tool: {data['tool_name']} {one_line(str(data['arguments']), 80)}")
        case EventType.TOOL_PROGRESS:
            print(f"   … {one_line(str(data['message']), 80)}")
        case EventType.TOOL_RESULT:
            print(f"   → {one_line(data['result'], 80)} ({data['duration_ms']:.0f} ms)")
        case EventType.TOOL_ERROR:
            print(f"   ✗ {one_line(data['error'], 80)}")
        case EventType.MESSAGE_CREATED:
            message = data["message"]
            print(f"💬 {message.role} message: {one_line(message.content, 60)}")
        case EventType.RETRY:
            print(f"🔁 Trying again in {data['wait_s']:.1f} s: {data['reason']}")
        case EventType.STALLED:
            print(f"💤 Nothing for {data['silent_s']:.0f} s")
        case EventType.EXECUTION_COMPLETE:
            print(f"✅ Complete in {data['duration_ms']:.0f} ms, {data['total_tokens']} tokens")
        case EventType.EXECUTION_CANCELLED:
            print("⏹ Stopped; what had arrived is in the thread")
        case EventType.EXECUTION_ERROR:
            print(f"❌ {data['title']}: {data['message']}\n{data['hint']}")
        case other:
            print(f"· {other.value} {one_line(str(data), 80)}")


async def main(prompt: str) -> None:
    agent = Agent(
        name="narrator",
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        purpose="To show what happens in a run",
        tools=[tool for tool in FILES_TOOLS if tool.risk == "read"],
    )
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))
    before = None
    async for event in agent.go(thread, stream=True):
        if before in CHUNKS and event.type != before:
            print()
        show(event)
        before = event.type


if __name__ == "__main__":
    run(main(" ".join(sys.argv[1:]) or "What is in this folder?"))
