"""All that is known of the MCP servers."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tyler_tui.tools.mcp import McpServers
from tyler_tui.tools.mcp.telling import told
from tyler_tui.tui.screens.page import PageScreen


class McpServersScreen(PageScreen):
    """What it shows is always as it is now."""

    def __init__(self, servers: McpServers) -> None:
        super().__init__()
        self._servers = servers

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "MCP servers"
            scroll.border_subtitle = "Esc closes · /mcp NAME connects one again"
            yield Static(self._text(), markup=False)

    def on_mount(self) -> None:
        self._stop = self._servers.watch(lambda _: self._show())

    def on_unmount(self) -> None:
        self._stop()

    def _show(self) -> None:
        for static in self.query(Static):
            static.update(self._text())

    def _text(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        for name in self._servers.names:
            first, *rest = told(self._servers, name)
            parts += [(first, "bold"), "\n", *(f"  {line}\n" for line in rest), "\n"]
        return Content.assemble(*parts).rstrip()
