"""What may stand behind a command that takes an argument, where that is known."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tyler_tui.commands import by_slash
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tui.completion.choice import Choice, Offer
from tyler_tui.tui.completion.ranking import Ranking

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

FRESH_SECONDS = 5.0
"""For so long a list is not asked for again."""
MOST_SHOWN = 50
MOST_SESSIONS = 1_000


@dataclass(frozen=True, slots=True)
class Value:
    """An argument: what is typed, what it is shown as, and a word on it."""

    text: str
    label: str
    help: str = ""


class Values:
    """The arguments of one command; see `Source`."""

    def __init__(
        self,
        title: str,
        get: Callable[[], Awaitable[Sequence[Value]]],
        *,
        others_too: bool = False,
    ) -> None:
        """`get` lists them; it may raise TylerError. With `others_too` something else may be meant,
        which Enter leaves as it was typed."""
        self._title = title
        self._get = get
        self._others_too = others_too
        self._values: Sequence[Value] = ()
        self._ranking: Ranking | None = None
        self._got_at = -FRESH_SECONDS

    def offer(self, query: str) -> Offer:
        if self._ranking is None:
            return Offer(is_whole=True, note="…", title=self._title)
        choices = [
            Choice(
                text=self._values[hit.index].text,
                label=self._values[hit.index].label,
                marked=hit.marked,
                help=self._values[hit.index].help,
                runs=True,
            )
            for hit in self._ranking.best(query, MOST_SHOWN)
        ]
        is_known = any(query.casefold() == value.text.casefold() for value in self._values)
        return Offer(choices, self._others_too or not query or is_known, title=self._title)

    async def all(self) -> Sequence[Value]:
        """Everything that is known to fit there. Raises TylerError."""
        await self.load("")
        return self._values

    async def load(self, query: str) -> bool:
        if time.monotonic() - self._got_at < FRESH_SECONDS:
            return False
        self._got_at = time.monotonic()
        values = [
            value
            for value in await self._get()
            if value.text and sanitize(value.text) == value.text
        ]
        if self._ranking is not None and values == self._values:
            return False
        self._values, self._ranking = values, Ranking([value.label for value in values])
        return True


class Arguments:
    """The arguments of all commands, by the id of the command."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self.sources = {
            "session.switch": Values("Sessions", self._sessions),
            "model.pick": Values("Models", self._models, others_too=True),
            "agent.pick": Values("Agents", self._agents),
            "app.theme": Values("Themes", self._themes),
        }

    def source(self, word: str) -> Values | None:
        """What completes the argument of the command with that slash name."""
        command = by_slash(word)
        return self.sources.get(command.id) if command is not None else None

    async def _sessions(self) -> list[Value]:
        stored = await self._chat.backend.stored()
        return [
            Value(
                summary.name or summary.id[:8],
                one_line(summary.name or summary.title, 60) or summary.id[:8],
                one_line(summary.title, 200) if summary.name else "",
            )
            for summary in await stored.list_threads(MOST_SESSIONS)
        ]

    async def _models(self) -> list[Value]:
        listed = await self._chat.backend.models_at_hand()
        return [Value(model.name, one_line(model.name, 80), model.label) for model in listed]

    async def _agents(self) -> list[Value]:
        agents = self._chat.backend.agents()
        return [
            Value(name, name, one_line(agent.description, 200)) for name, agent in agents.items()
        ]

    async def _themes(self) -> list[Value]:
        themes = sorted(self._chat.app.available_themes.items())
        named = [Value(name, name, "dark" if theme.dark else "light") for name, theme in themes]
        return [Value("auto", "auto", "as the terminal is"), *named]
