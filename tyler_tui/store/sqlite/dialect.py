"""What SQLite says in its own way."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from tyler_tui.store.database import Matching, like
from tyler_tui.store.sqlite.searchable import searchable

MIN_INDEXED = 3


class SqliteDialect:
    """See `Dialect`."""

    listed = "(SELECT value FROM json_each(?))"

    def list_value(self, values: Collection[str]) -> Any:
        return json.dumps(list(values))

    def holds(self, column: str, pattern: str = "?") -> str:
        return f"{searchable(column)} LIKE {pattern} ESCAPE '\\'"

    def same(self, one: str, other: str) -> str:
        return f"{one} IS {other}"

    def matching(self, words: Sequence[str]) -> Matching:
        """The trigram index finds any substring of three characters or more; shorter words, as most
        Chinese ones are, are looked for in the table itself."""
        indexed = [word for word in words if len(word) >= MIN_INDEXED]
        short = [word for word in words if len(word) < MIN_INDEXED]
        found = Matching("messages m JOIN threads t ON t.id = m.thread_id", [], [], "m.number")
        if indexed:
            found = Matching(
                "messages_text JOIN messages m ON m.number = messages_text.rowid "
                "JOIN threads t ON t.id = m.thread_id",
                ["messages_text MATCH ?"],
                [" ".join('"' + word.replace('"', '""') + '"' for word in indexed)],
                "messages_text.rowid",
            )
        for word in short:
            found.conditions.append(self.holds("m.content"))
            found.values.append(like(word))
        return found
