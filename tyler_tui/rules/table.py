"""Rules as they stand in TOML."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from tyler_tui.errors import ConfigError
from tyler_tui.paths import expanded
from tyler_tui.rules.rule import Effect, Rule
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import TomlFile

EFFECTS: tuple[Effect, ...] = ("allow", "ask", "deny")


class RuleTable(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[[rules]]: the last rule that fits a call counts. Of the lists of one table deny counts
    before ask, and ask before allow; a table counts before those above it."""

    allow: list[str] = []
    """These calls run unasked, in every mode."""
    ask: list[str] = []
    """These are asked about each time, in every mode."""
    deny: list[str] = []
    """These never run."""
    folder: str | None = None
    """Count only where the workspace is this folder, or lies in it."""

    def patterns(self) -> list[tuple[Effect, str]]:
        """In the order in which they are looked at."""
        return [(effect, text) for effect in EFFECTS for text in getattr(self, effect)]

    def rules(self) -> list[Rule]:
        """Raises ValueError for what is no rule."""
        return [Rule.parse(effect, text) for effect, text in self.patterns()]

    def counts_in(self, workspace: Path) -> bool:
        if self.folder is None:
            return True
        return workspace.is_relative_to(expanded(self.folder).resolve())


def rules_in(tables: Iterable[RuleTable], workspace: Path) -> list[Rule]:
    """The rules that count in `workspace`, which is resolved; the later ones go first."""
    return [rule for table in tables if table.counts_in(workspace) for rule in table.rules()]


def check_rules(tables: Sequence[RuleTable], file: TomlFile, section: str) -> None:
    """Raises ConfigError for the first pattern that is no rule."""
    for nth, table in enumerate(tables):
        for effect, text in table.patterns():
            try:
                Rule.parse(effect, text)
            except ValueError as error:
                place = file.place(section, effect, nth=nth, holding=text)
                raise ConfigError(
                    f"{place}: the rule `{one_line(text, 60)}` {error}.",
                    hint='For example: allow = ["files-write(src/**)"].',
                ) from error
