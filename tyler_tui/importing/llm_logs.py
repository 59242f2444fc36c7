"""The log of `llm`: `logs.db` in its data folder.

Two generations of tables, as `llm/migrations.py` of llm 0.36 makes them. Until 0.30 or so a row of
`responses` held a prompt and its answer. Since then `messages` form a tree that all threads share,
each with its `parts`; a row of `threads` points at the last message of one, and `turns` tell which
model made which messages, and when. A thread that goes on with an older conversation has its id,
and holds all of it.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import Any

from tyler_tui.importing.database import Database, Row
from tyler_tui.importing.draft import Draft, count, items, moment, table, text
from tyler_tui.importing.found import Damaged, DamagedError, Found
from tyler_tui.importing.llm_responses import KIND, attachment, of_responses
from tyler_tui.messages import Attachment, ToolCall, Usage, parse_arguments


def recognised(database: Database) -> bool:
    return database.has("responses", "conversation_id", "prompt", "response") or database.has(
        "threads", "tip_message_hash"
    )


def conversations(database: Database) -> Iterator[Found | Damaged]:
    def label(row: Row) -> object:
        return row.get("name")

    def older(conversation: Row) -> Found | None:
        if database.rows("threads", "WHERE id = ?", (conversation["id"],)):
            return None
        return of_responses(database, conversation)

    newer = database.conversations("threads", lambda row: _of_tree(database, row), label)
    return chain(newer, _without_none(database, older, label))


def _of_tree(database: Database, thread: Row) -> Found:
    """A thread: the branches that its turns end, the one that it points at in front."""
    draft = Draft(KIND, str(thread["id"]), text(thread["name"]))
    turns = database.rows_of("turns", "thread_id", thread["id"])
    turns.sort(key=lambda turn: (text(turn["datetime_utc"]), str(turn["id"])))
    ids: dict[str, str] = {}
    times: list[datetime] = []
    for turn in turns:
        when = moment(turn["datetime_utc"])
        times += [when] if when else []
        asked = _chain(database, turn["parent_message_hash"], ids)
        answered = [message for message in _chain(database, turn["tip_message_hash"], ids)
                    if message not in asked]  # fmt: skip
        usage = Usage(count(turn["input_tokens"]), count(turn["output_tokens"]),
                      count(turn["input_tokens"]) + count(turn["output_tokens"]))  # fmt: skip
        made = {
            "model": text(turn.get("resolved_model")) or text(turn["model"]),
            "latency_ms": count(turn["duration_ms"]),
        }
        for message in asked:
            _add(draft, database, message, ids, when)
        for message in answered:
            last = message is answered[-1]
            _add(draft, database, message, ids, when, made, usage if last else None)
    tip = text(thread["tip_message_hash"])
    for message in _chain(database, tip or None, ids):  # what no turn tells of
        _add(draft, database, message, ids, None)
    return draft.found(head=ids.get(tip), created=min(times, default=None))


def _chain(database: Database, tip: str | None, known: dict[str, str]) -> list[Row]:
    """The messages from the last known one to `tip`, oldest first."""
    found: list[Row] = []
    seen: set[str] = set()
    while tip is not None and tip not in known:
        rows = database.rows("messages", "WHERE hash = ?", (tip,))
        if not rows or tip in seen:
            raise DamagedError("a message of it is missing")
        seen.add(tip)
        found.append(rows[0])
        tip = rows[0]["parent_hash"]
    return found[::-1]


def _add(
    draft: Draft,
    database: Database,
    message: Row,
    ids: dict[str, str],
    when: datetime | None,
    made: dict[str, Any] | None = None,
    usage: Usage | None = None,
) -> None:
    """Add one message of the tree; results of tools, which are parts there, as messages."""
    said: list[str] = []
    thought: list[str] = []
    calls: list[ToolCall] = []
    files: list[Attachment] = []
    results: list[tuple[str, str, str, bool]] = []
    for number, part in enumerate(_parts(database, message["hash"])):
        key = text(part.get("tool_call_id"))
        match part["type"]:
            case "text":
                said.append(text(part.get("text")))
            case "reasoning":
                thought.append(text(part.get("text")))
            case "tool_call":
                arguments, problem = parse_arguments(part.get("arguments"))
                key = key or f"{message['hash']}-{number}"
                calls.append(ToolCall(key, text(part.get("name")), arguments, problem))
            case "tool_result":
                failed = bool(part.get("exception"))
                output = text(part.get("output"))
                results.append((key or f"{message['hash']}-{number}", text(part.get("name")),
                                output, failed))  # fmt: skip
            case "attachment":
                files += attachment(draft, database, table(part.get("attachment")).get("id"))
            case _:
                pass
    parent = ids.get(message["parent_hash"] or "")
    hash = message["hash"]
    role = message["role"]
    if results:
        for number, (call, name, output, failed) in enumerate(results):
            parent = draft.add(
                "tool", output, key=f"{hash} {number}", parent=parent, when=when, answers=call,
                name=name, metrics={"failed": failed},
            )  # fmt: skip
    if not results or said or files:
        parent = draft.add(
            "user" if role == "tool" else role,
            "".join(said),
            key=hash,
            parent=parent,
            when=when,
            calls=calls,
            reasoning="".join(thought),
            attachments=files,
            metrics=made if role == "assistant" else None,
            usage=usage if role == "assistant" else None,
        )
    if parent is not None:
        ids[hash] = parent


def _parts(database: Database, hash: str) -> Iterator[dict[str, Any]]:
    for row in database.rows("parts", "WHERE message_hash = ? ORDER BY position", (hash,)):
        part = {}
        with suppress(ValueError):
            part = table(json.loads(row["payload"] or "{}"))
        if row["text"] is not None:
            part["text"] = row["text"]
        elif "text_ref" in part:
            part["text"] = "".join(_pieces(database, items(part["text_ref"])))
        yield {**part, "type": row["type"]}


def _pieces(database: Database, references: list[Any]) -> Iterator[str]:
    for piece in map(table, references):
        if "literal" in piece:
            yield text(piece["literal"])
        for row in database.rows("fragments", "WHERE id = ?", (piece.get("fragment"),)):
            yield text(row["content"])


def _without_none(database: Database, read: Any, label: Any) -> Iterator[Found | Damaged]:
    for found in database.conversations("conversations", read, label):
        if found is not None:
            yield found
