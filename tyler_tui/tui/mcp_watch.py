"""What the chat shows of the MCP servers, and says when one is lost."""

import time
from typing import TYPE_CHECKING

from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.tools.mcp import McpServers, ServerStatus
    from tyler_tui.tui.screens.chat import ChatScreen


NOTICE_S = 10.0
"""How long the notice of a failed server stands."""


class McpWatch:
    """Follows the servers of the chat, where there are any."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._lost: set[str] = set()
        self._failed: set[str] = set()
        self._noticed = -NOTICE_S

    def follow(self) -> None:
        """Show how it stands with them from now on."""
        servers = self._chat.backend.mcp
        if servers is not None:
            servers.watch(lambda status: self._changed(servers, status))
            self._chat.view.panel.show_servers(servers.statuses)

    def _changed(self, servers: "McpServers", status: "ServerStatus") -> None:
        from tyler_tui.tools.mcp import ServerState  # noqa: PLC0415 - not for the first paint

        chat = self._chat
        if not chat.is_attached or not chat.is_running:
            return
        chat.view.panel.show_servers(servers.statuses)
        name = one_line(status.name, 40)
        match status.state:
            case ServerState.FAILED:
                self._lost.discard(status.name)
                self._tell_failed(name, "\n".join(filter(None, [f"{status.reason}.", status.hint])))
            case ServerState.CONNECTING if status.reason:
                self._lost.add(status.name)
                chat.status.say(f"the MCP server {name} was lost · connecting {status.reason}")
            case ServerState.READY if status.name in self._lost:
                self._lost.discard(status.name)
                chat.status.say(f"the MCP server {name} is back")
            case _:
                pass

    def _tell_failed(self, name: str, text: str) -> None:
        """A notice for the first one: those of several would cover a small screen, so while it
        stands the others are only counted."""
        chat, now = self._chat, time.monotonic()
        if now - self._noticed < NOTICE_S:
            self._failed.add(name)
            others = len(self._failed) > 1
            who = f"{len(self._failed)} MCP servers" if others else f"the MCP server {name}"
            chat.status.say(f"{who} failed{'' if others else ' again'} · /mcp tells why")
            return
        self._failed, self._noticed = {name}, now
        chat.notify(
            text, title=f"MCP server {name}", severity="warning", markup=False, timeout=NOTICE_S
        )
