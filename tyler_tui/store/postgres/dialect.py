"""What PostgreSQL says in its own way."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from tyler_tui.store.database import Matching, like

MIN_INDEXED = 3
_PLACEHOLDER = re.compile(r"\?|(?<![:\w]):([a-z_]+)")


@lru_cache(maxsize=256)
def translated(sql: str) -> str:
    """SQL with the placeholders of psycopg."""
    return _PLACEHOLDER.sub(lambda found: f"%({found[1]})s" if found[1] else "%s", sql)


class PostgresDialect:
    """See `Dialect`."""

    listed = "(SELECT unnest(CAST(? AS text[])))"

    def list_value(self, values: Collection[str]) -> Any:
        return list(values)

    def holds(self, column: str, pattern: str = "?") -> str:
        return f"{column} ILIKE {pattern} ESCAPE '\\'"

    def same(self, one: str, other: str) -> str:
        """IS NOT DISTINCT FROM uses no index."""
        return f"({one} = {other} OR ({one} IS NULL AND {other} IS NULL))"

    def matching(self, words: Sequence[str]) -> Matching:
        """The trigram index, where there is one, finds words of three characters or more, in
        messages that are over; the planner knows when to scan instead."""
        conditions = [self.holds("m.content") for _ in words]
        if any(len(word) >= MIN_INDEXED for word in words):
            conditions.append("m.status <> 'streaming'")
        return Matching(
            "messages m JOIN threads t ON t.id = m.thread_id",
            conditions,
            [like(word) for word in words],
            "m.number",
        )
