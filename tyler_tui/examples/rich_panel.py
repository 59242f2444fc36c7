"""Markdown that grows in a panel, with Rich.

python -m tyler_tui.examples.rich_panel "Explain quantum computing"
"""

import os
import sys

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.markdown import Markdown
from rich.panel import Panel
from rich.segment import Segment
from rich.text import Text

from tyler_tui import Agent, EventType, Message, Thread
from tyler_tui.examples._running import run
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tools import FILES_TOOLS


def panel(content: str) -> Panel:
    return Panel(Markdown(sanitize(content), hyperlinks=False), title="🤖 Assistant")


class Growing:
    """The end of the panel, as much as fits: what has left the screen cannot be drawn over."""

    def __init__(self, content: str) -> None:
        self._content = content

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(panel(self._content), options)[2 - console.height :]:
            yield from line
            yield Segment.line()


async def main(prompt: str, console: Console | None = None) -> None:
    console = console or Console()
    agent = Agent(
        model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"),
        tools=[tool for tool in FILES_TOOLS if tool.risk == "read"],
    )
    thread = Thread()
    thread.add_message(Message(role="user", content=prompt))

    content = ""
    with Live(console=console, refresh_per_second=10, transient=True) as live:
        async for event in agent.go(thread, stream=True):
            if event.type == EventType.LLM_STREAM_CHUNK:
                content += event.data["content_chunk"]
                live.update(Growing(content))
            elif event.type == EventType.TOOL_SELECTED:
                # Text, not a string: square brackets in it are not for Rich to read.
                using = Text(f"Using: {event.data['tool_name']} {event.data['arguments']}")
                console.print(Panel(using, title="🔧 Tool", style="yellow"))
            elif event.type == EventType.EXECUTION_ERROR:
                console.print(Panel(Text(one_line(event.data["message"])), style="red"))
    console.print(panel(content))


if __name__ == "__main__":
    run(main(" ".join(sys.argv[1:]) or "Explain quantum computing"))
