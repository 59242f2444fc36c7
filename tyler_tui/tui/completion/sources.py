"""Which source completes what. It takes libraries that the start does without."""

from typing import TYPE_CHECKING

from tyler_tui.tui.completion.arguments import Arguments
from tyler_tui.tui.completion.choice import Source
from tyler_tui.tui.completion.commands import CommandNames
from tyler_tui.tui.completion.paths import Paths
from tyler_tui.tui.completion.tokens import Kind, Token

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


class Sources:
    """The sources of one chat."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._commands: Source = CommandNames(chat.launch.keys)
        self._arguments = Arguments(chat)
        self._paths: Source = Paths(chat.launch.workspace)
        if (mcp := chat.backend.mcp) is not None:
            from tyler_tui.tui.completion import served  # noqa: PLC0415 - most have no servers

            self._commands = served.WithServed(self._commands, lambda: served.prompts(mcp))
            self._paths = served.WithServed(self._paths, lambda: served.resources(mcp))

    def source_of(self, token: Token) -> Source | None:
        """What completes `token`; None when nothing does."""
        match token.kind:
            case Kind.COMMAND:
                return self._commands
            case Kind.ARGUMENT:
                return self._arguments.source(token.command)
            case Kind.PATH:
                return self._paths
