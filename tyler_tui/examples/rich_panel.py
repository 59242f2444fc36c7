"""Markdown that grows in a panel, with Rich.

python -m tyler_tui.examples.rich_panel "Explain quantum computing"
"""

import asyncio
import os
import sys

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from tyler_tui import Agent, EventType, Message, Thread
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tools import FILES_TOOLS


def panel(content: str) -> Panel:
    return Panel(Markdown(sanitize(content), hyperlinks=False), title="🤖 Assistant")


async def main(prompt: str, console: Console | None = None) -> None:
    console = console or Console()
    agent = Agent(
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        tools=FILES_TOOLS[:2],  # list and read
    )
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))

    content = ""
    # What is taller than the screen cannot be drawn over: only the end is live, and goes.
    with Live(console=console, refresh_per_second=10, transient=True) as live:
        async for event in agent.go(thread, stream=True):
            if event.type == EventType.LLM_STREAM_CHUNK:
                content += event.data["content_chunk"]
                live.update(panel("\n".join(content.splitlines()[-console.height // 2 :])))
            elif event.type == EventType.TOOL_SELECTED:
                # Text, not a string: square brackets in it are not for Rich to read.
                using = Text(f"Using: {event.data['tool_name']} {event.data['arguments']}")
                console.print(Panel(using, title="🔧 Tool", style="yellow"))
            elif event.type == EventType.EXECUTION_ERROR:
                console.print(Panel(Text(one_line(event.data["message"])), style="red"))
    console.print(panel(content))


if __name__ == "__main__":
    asyncio.run(main(" ".join(sys.argv[1:]) or "Explain quantum computing"))
