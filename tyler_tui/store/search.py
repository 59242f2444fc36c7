"""Full-text search over messages and tool output.

Words are any substrings; nothing in a query has a meaning but its words. What a database finds them
with is told by its dialect.
"""

import re

from tyler_tui.store.columns import moment
from tyler_tui.store.database import Database, Row
from tyler_tui.store.summaries import SearchHit

SNIPPET_CHARACTERS = 120


async def search(
    database: Database, text: str, limit: int, thread_id: str | None
) -> list[SearchHit]:
    """Messages that hold every word of `text`, newest first."""
    words = text.replace("\0", " ").split()
    if not words or limit <= 0:
        return []
    found = database.dialect.matching(words)
    conditions, values = ["t.deleted_at IS NULL", *found.conditions], [*found.values]
    if thread_id is not None:
        conditions.append("m.thread_id = ?")
        values.append(thread_id)
    rows = await database.read(
        "SELECT m.id, m.thread_id, m.role, m.timestamp, m.content, t.name, t.title "
        f"FROM {found.tables} WHERE {' AND '.join(conditions)} ORDER BY {found.order} DESC LIMIT ?",
        (*values, limit),
    )
    return [_hit(row, words[0]) for row in rows]


def _hit(row: Row, word: str) -> SearchHit:
    snippet, start, end = snippet_of(row["content"], word)
    return SearchHit(
        thread_id=row["thread_id"],
        thread_name=row["name"],
        title=row["title"],
        message_id=row["id"],
        role=row["role"],
        timestamp=moment(row["timestamp"]),
        snippet=snippet,
        start=start,
        end=end,
    )


def snippet_of(content: str, word: str) -> tuple[str, int, int]:
    """Some text round the first match of `word`, on one line, and where the match stands in it."""
    match = re.search(re.escape(word), content, re.IGNORECASE)
    at, length = (match.start(), len(match[0])) if match else (0, 0)
    start = max(0, at - SNIPPET_CHARACTERS // 3)
    end = min(len(content), start + SNIPPET_CHARACTERS)
    lead = "…" if start else ""
    before = lead + re.sub(r"\s+", " ", content[start:at])
    found = re.sub(r"\s+", " ", content[at : at + length])
    after = re.sub(r"\s+", " ", content[at + length : end]) + ("…" if end < len(content) else "")
    return before + found + after, len(before), len(before) + len(found)
