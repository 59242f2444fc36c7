"""Full-text search over messages and tool output.

The trigram index finds any substring of three characters or more; shorter words, as most Chinese
ones are, are looked for in the table itself. Nothing in a query has a meaning but its words.
"""

import re
from datetime import datetime
from typing import Any

from tyler_tui.store.database import Database, Row, like
from tyler_tui.store.summaries import SearchHit

SNIPPET_CHARACTERS = 120
MIN_INDEXED = 3


async def search(
    database: Database, text: str, limit: int, thread_id: str | None
) -> list[SearchHit]:
    """Messages that hold every word of `text`, newest first."""
    words = text.replace("\0", " ").split()
    if not words or limit <= 0:
        return []
    indexed = [word for word in words if len(word) >= MIN_INDEXED]
    tables = "messages m JOIN threads t ON t.id = m.thread_id"
    conditions = ["t.deleted_at IS NULL"]
    values: list[Any] = []
    order = "m.number"
    if indexed:
        order = "messages_text.rowid"
        tables = (
            "messages_text JOIN messages m ON m.number = messages_text.rowid "
            "JOIN threads t ON t.id = m.thread_id"
        )
        conditions.append("messages_text MATCH ?")
        values.append(" ".join('"' + word.replace('"', '""') + '"' for word in indexed))
    for word in words:
        if len(word) < MIN_INDEXED:
            conditions.append("m.content LIKE ? ESCAPE '\\'")
            values.append(like(word))
    if thread_id is not None:
        conditions.append("m.thread_id = ?")
        values.append(thread_id)
    rows = await database.read(
        f"SELECT m.id, m.thread_id, m.role, m.timestamp, m.content, t.name, t.title FROM {tables} "
        f"WHERE {' AND '.join(conditions)} ORDER BY {order} DESC LIMIT ?",
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
        timestamp=datetime.fromisoformat(row["timestamp"]),
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
