"""The database of the Tyler agent framework: `narrator/database/models.py` of narrator 6.4; that of
4.2 lacks `reasoning_content`.

A file that goes with a message is there as base64, or only by its place in narrator's own folder,
from where it is taken when it is on this machine.
"""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tyler_tui.importing.database import Database, Row
from tyler_tui.importing.documents import LONGEST_FILE
from tyler_tui.importing.draft import Draft, count, items, moment, table, text
from tyler_tui.importing.files import file
from tyler_tui.importing.found import Damaged, Found
from tyler_tui.messages import Attachment, ToolCall, Usage

KIND = "tyler"


def recognised(database: Database) -> bool:
    return database.has("threads", "id", "attributes", "updated_at") and database.has(
        "messages", "thread_id", "sequence", "role", "content", "metrics"
    )


def conversations(database: Database) -> Iterator[Found | Damaged]:
    def read(thread: Row) -> Found:
        draft = Draft(KIND, str(thread["id"]), text(thread["title"]))
        rows = database.rows_of("messages", "thread_id", thread["id"])
        rows.sort(key=lambda row: (row["role"] != "system", count(row["sequence"])))
        last = None
        for row in rows:
            metrics = table(_json(row["metrics"]))
            usage = table(metrics.get("usage"))
            latency = table(metrics.get("timing")).get("latency")
            last = draft.add(
                row["role"],
                text(row["content"]),
                key=row["id"],
                parent=last,
                when=moment(row["timestamp"]),
                calls=[
                    ToolCall.from_dict(call) for call in map(table, items(_json(row["tool_calls"])))
                ],
                answers=text(row["tool_call_id"]) or None,
                name=text(row["name"]) or None,
                reasoning=text(row.get("reasoning_content")),
                attachments=_files(draft, row),
                metrics={
                    "model": text(metrics.get("model")),
                    "latency_ms": latency if isinstance(latency, int | float) else 0,
                },
                usage=Usage(
                    count(usage.get("prompt_tokens")),
                    count(usage.get("completion_tokens")),
                    count(usage.get("total_tokens")),
                )
                if usage
                else None,
            )
        return draft.found(
            created=moment(thread["created_at"]), updated=moment(thread["updated_at"])
        )

    return database.conversations("threads", read, lambda thread: thread.get("title"))


def _files(draft: Draft, row: Row) -> list[Attachment]:
    found = []
    for listed in map(table, items(_json(row.get("attachments")))):
        name = text(listed.get("filename")) or "file"
        content = _stored(text(listed.get("storage_path"))) or _decoded(text(listed.get("content")))
        attachment = file(name, content)
        if attachment is not None:
            found.append(attachment)
        else:
            draft.remarks.append(f"{name}: not on this machine, or neither text nor a picture")
    return found


def _stored(place: str) -> bytes:
    """The file that narrator keeps at `place`, below its folder; b"" when there is none."""
    if not place:
        return b""
    given = os.environ.get("NARRATOR_FILE_STORAGE_PATH")
    with suppress(OSError, RuntimeError, ValueError):
        folder = (Path(given) if given else Path.home() / ".narrator" / "files").resolve()
        path = (folder / place).resolve()
        if path.is_relative_to(folder) and path.stat().st_size <= LONGEST_FILE:
            return path.read_bytes()
    return b""


def _decoded(content: str) -> bytes:
    with suppress(ValueError):
        return base64.b64decode(content.partition(";base64,")[2] or content, validate=True)
    return content.encode("utf-8", "replace")


def _json(value: object) -> Any:
    with suppress(ValueError, RecursionError):
        return json.loads(text(value) or "null")
    return None
