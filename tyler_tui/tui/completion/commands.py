"""The commands behind `/`."""

from collections.abc import Mapping

from tyler_tui.commands import COMMANDS, Command, by_slash, key_label
from tyler_tui.tui.completion.choice import Choice, Offer
from tyler_tui.tui.completion.ranking import Hit, Ranking

TITLE = "Commands"


class CommandNames:
    """Finds commands by their names and aliases; see `Source`."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        self._keys = keys
        self._names = [(word, command) for command in COMMANDS for word in command.slash]
        self._ranking: Ranking | None = None

    def offer(self, query: str) -> Offer:
        if not query:
            firsts = [command for command in COMMANDS if command.slash]
            return Offer([self._choice(command.slash[0], command) for command in firsts],
                         title=TITLE)  # fmt: skip
        if self._ranking is None:
            self._ranking = Ranking([word for word, _ in self._names])
        choices: dict[str, Choice] = {}
        for hit in self._ranking.best(query.lower(), len(self._names)):
            word, command = self._names[hit.index]
            choices.setdefault(command.id, self._choice(word, command, hit))
        return Offer(list(choices.values()), by_slash(query) is not None, title=TITLE)

    def _choice(self, word: str, command: Command, hit: Hit | None = None) -> Choice:
        more = f"/{word} " if command.takes_argument else ""
        return Choice(
            text=more or f"/{word}",
            label=f"/{word}",
            marked=tuple(position + 1 for position in hit.marked) if hit is not None else (),
            key=self._key(command),
            help=command.help,
            goes_on=more,
            runs=not command.takes_argument,
        )

    def _key(self, command: Command) -> str:
        if command.on_marked:  # here it would be a letter
            return ""
        keys = self._keys.get(command.id) or ",".join(command.keys)
        return key_label(keys.partition(",")[0].strip())

    async def load(self, query: str) -> bool:
        return False
