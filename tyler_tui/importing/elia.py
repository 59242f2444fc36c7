"""elia's database: `elia.sqlite` in its data folder.

Tables `chat` and `message`, as `elia_chat/database/models.py` of elia 1.10 declares them. Times
are UTC and do not say so.
"""

from collections.abc import Iterator

from tyler_tui.importing.database import Database, Row
from tyler_tui.importing.draft import Draft, moment, text
from tyler_tui.importing.found import Damaged, Found

KIND = "elia"


def recognised(database: Database) -> bool:
    return database.has("chat", "id", "model", "started_at") and database.has(
        "message", "chat_id", "role", "content"
    )


def conversations(database: Database) -> Iterator[Found | Damaged]:
    def read(chat: Row) -> Found:
        rows = database.rows_of("message", "chat_id", chat["id"])
        opening = next((text(row["content"]) for row in rows if row["role"] == "user"), "")
        # Chats are numbered from 1 in each file: the number alone names none.
        draft = Draft(KIND, f"{chat['id']} {chat['started_at']} {opening}", text(chat["title"]))
        ids: dict[object, str] = {}
        last = None
        for row in rows:
            # elia 1.10 knows parents but sets none: its messages follow each other.
            parent = ids.get(row.get("parent_id"), last)
            model = text(row.get("model")) or text(chat["model"])
            last = draft.add(
                row["role"],
                text(row["content"]),
                key=row["id"],
                parent=parent,
                when=moment(row.get("timestamp")),
                metrics={"model": model} if row["role"] == "assistant" else None,
            )
            ids[row["id"]] = last
        return draft.found(created=moment(chat["started_at"]))

    return database.conversations("chat", read, lambda chat: chat.get("title"))
