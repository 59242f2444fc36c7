"""oterm's database: `store.db` in its data folder.

Tables `chat` and `message`, as `oterm/store/store.py` of oterm 0.12 and of 0.26 creates them. They
hold no times: that of the file stands in for them. Pictures are base64 in a list of JSON. `author`
is "user" or "assistant", in old files also "tool" or "system".
"""

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import suppress

from tyler_tui.importing.database import Database, Row
from tyler_tui.importing.draft import Draft, items, text
from tyler_tui.importing.files import file
from tyler_tui.importing.found import Damaged, Found
from tyler_tui.messages import Attachment

KIND = "oterm"


def recognised(database: Database) -> bool:
    return database.has("chat", "id", "model", "system") and database.has(
        "message", "chat_id", "author", "text"
    )


def conversations(database: Database) -> Iterator[Found | Damaged]:
    def read(chat: Row) -> Found:
        rows = database.rows_of("message", "chat_id", chat["id"])
        opening = next((text(row["text"]) for row in rows if row["author"] == "user"), "")
        # Chats are numbered from 1 in each file: the number alone names none.
        draft = Draft(KIND, f"{chat['id']} {chat['model']} {opening}", text(chat["name"]))
        model = "/".join(part for part in (text(chat.get("provider")), text(chat["model"])) if part)
        last = None
        if system := text(chat["system"]):
            last = draft.add("system", system, key="system", parent=None, when=database.modified)
        for row in rows:
            answer = row["author"] == "assistant"
            last = draft.add(
                # A result of a tool stands there without the call that asked for it.
                "assistant" if row["author"] == "tool" else row["author"],
                text(row["text"]),
                key=row["id"],
                parent=last,
                when=database.modified,
                attachments=_pictures(draft, row),
                metrics={"model": model} if answer else None,
            )
        return draft.found()

    return database.conversations("chat", read, lambda chat: chat.get("name"))


def _pictures(draft: Draft, row: Row) -> list[Attachment]:
    listed: list[object] = []
    with suppress(ValueError, RecursionError):
        listed = items(json.loads(text(row.get("images")) or "[]"))
    found = []
    for number, encoded in enumerate(listed, 1):
        try:
            content = base64.b64decode(text(encoded), validate=True)
        except (ValueError, binascii.Error):
            content = b""
        if (picture := file(f"picture-{row['id']}-{number}", content)) is None:
            draft.remarks.append("a picture that cannot be read was left out")
        else:
            found.append(picture)
    return found
