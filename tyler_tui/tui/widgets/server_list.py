"""How it stands with the MCP servers: a line each, at the head of the tool panel."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from tyler_tui.sanitize import one_line
from tyler_tui.tools.mcp import ServerState, ServerStatus

MOST_LINES = 6
MARKS = {
    ServerState.READY: ("●", "$success"),
    ServerState.CONNECTING: ("◌", "$warning"),
    ServerState.FAILED: ("✗", "$error"),
    ServerState.OFF: ("○", "$muted"),
}


class ServerList(Static):
    """Not there while there are no servers. A click asks for all that is known of them."""

    DEFAULT_CSS = """
    ServerList { display: none; height: auto; padding: 0 1 0 2; text-wrap: nowrap;
                 text-overflow: ellipsis; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, statuses: Sequence[ServerStatus]) -> None:
        self.display = bool(statuses)
        lines = [_line(status) for status in statuses[:MOST_LINES]]
        if len(statuses) > MOST_LINES:
            lines.append(Content(f"  and {len(statuses) - MOST_LINES} more: /mcp"))
        self.update(Content("\n").join(lines))

    async def on_click(self) -> None:
        await self.run_action("screen.command('mcp.servers')")


def _line(status: ServerStatus) -> Content:
    mark, colour = MARKS[status.state]
    return Content.assemble(
        (mark, colour), " ", (one_line(status.name, 40), "$foreground"),
        f"  {one_line(status.line, 200)}",
    )  # fmt: skip
