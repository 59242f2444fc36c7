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

    DEFAULT_CSS = """
    McpServersScreen {
        & .how { text-style: bold; }
        & .what { padding: 0 1 1 2; }
    }
    """

    def __init__(self, servers: McpServers) -> None:
        super().__init__()
        self._servers = servers

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "MCP servers"
            scroll.border_subtitle = "Esc closes · /mcp NAME connects one again"
            for name in self._servers.names:
                for text, what in zip(self._texts(name), ("how", "what"), strict=True):
                    yield Static(text, classes=what, name=name, markup=False)

    def on_mount(self) -> None:
        self._stop = self._servers.watch(lambda _: self._show())

    def on_unmount(self) -> None:
        self._stop()

    def _show(self) -> None:
        for static in self.query(Static):
            how, what = self._texts(static.name or "")
            static.update(how if static.has_class("how") else what)

    def _texts(self, name: str) -> tuple[Content, Content]:
        """How it stands with the server of that name, and what it has."""
        first, *rest = told(self._servers, name)
        return Content(first), Content("\n".join(rest))
