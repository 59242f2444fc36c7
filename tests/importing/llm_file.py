"""`logs.db` as llm 0.36 makes it: the tables are those that `llm.migrations.migrate` leaves, taken
from a database that it made, and the rows those that `llm.logs.LogStore.log` wrote there."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
_TABLES = """
CREATE TABLE "_llm_migrations" ("name" TEXT PRIMARY KEY, "applied_at" TEXT);
CREATE TABLE "conversations" ("id" TEXT PRIMARY KEY, "name" TEXT, "model" TEXT);
CREATE TABLE "attachments" (
   "id" TEXT PRIMARY KEY, "type" TEXT, "path" TEXT, "url" TEXT, "content" BLOB
);
CREATE TABLE "prompt_attachments" (
   "response_id" TEXT REFERENCES "responses"("id"),
   "attachment_id" TEXT REFERENCES "attachments"("id"),
   "order" INTEGER,
   PRIMARY KEY ("response_id", "attachment_id")
);
CREATE TABLE "responses" (
   "id" TEXT PRIMARY KEY, "model" TEXT, "prompt" TEXT, "system" TEXT, "prompt_json" TEXT,
   "options_json" TEXT, "response" TEXT, "response_json" TEXT,
   "conversation_id" TEXT REFERENCES "conversations"("id"), "duration_ms" INTEGER,
   "datetime_utc" TEXT, "input_tokens" INTEGER, "output_tokens" INTEGER, "token_details" TEXT,
   "schema_id" TEXT, "resolved_model" TEXT, "reasoning" TEXT
);
CREATE TABLE "fragments" (
   "id" INTEGER PRIMARY KEY, "hash" TEXT, "content" TEXT, "datetime_utc" TEXT, "source" TEXT
);
CREATE TABLE "prompt_fragments" (
   "response_id" TEXT, "fragment_id" INTEGER, "order" INTEGER,
   PRIMARY KEY ("response_id", "fragment_id", "order")
);
CREATE TABLE "system_fragments" (
   "response_id" TEXT, "fragment_id" INTEGER, "order" INTEGER,
   PRIMARY KEY ("response_id", "fragment_id", "order")
);
CREATE TABLE "tool_calls" (
   "id" INTEGER PRIMARY KEY, "response_id" TEXT, "tool_id" INTEGER, "name" TEXT,
   "arguments" TEXT, "tool_call_id" TEXT
);
CREATE TABLE "tool_results" (
   "id" INTEGER PRIMARY KEY, "response_id" TEXT, "tool_id" INTEGER, "name" TEXT, "output" TEXT,
   "tool_call_id" TEXT, "instance_id" INTEGER, "exception" TEXT
);
CREATE TABLE "messages" (
   "hash" TEXT PRIMARY KEY, "parent_hash" TEXT REFERENCES "messages"("hash"), "role" TEXT,
   "provider_metadata" TEXT
);
CREATE TABLE "parts" (
   "id" INTEGER PRIMARY KEY, "message_hash" TEXT REFERENCES "messages"("hash"),
   "position" INTEGER, "type" TEXT, "tool_name" TEXT, "text" TEXT, "payload" TEXT
);
CREATE TABLE "threads" (
   "id" TEXT PRIMARY KEY, "name" TEXT, "tip_message_hash" TEXT REFERENCES "messages"("hash"),
   "forked_from" TEXT REFERENCES "threads"("id"), "datetime_utc" TEXT
);
CREATE TABLE "turns" (
   "id" TEXT PRIMARY KEY, "thread_id" TEXT REFERENCES "threads"("id"),
   "parent_message_hash" TEXT, "tip_message_hash" TEXT, "model" TEXT, "resolved_model" TEXT,
   "options_json" TEXT, "schema_id" TEXT, "input_tokens" INTEGER, "output_tokens" INTEGER,
   "token_details" TEXT, "duration_ms" INTEGER, "datetime_utc" TEXT, "response_json" TEXT
);
CREATE VIRTUAL TABLE "responses_fts" USING FTS5 ("prompt", "response", content="responses");
"""


def make(path: Path) -> Path:
    """Two threads of the new tables that share their beginning, one with tools, and a conversation
    of the old tables."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(_TABLES)
        _write_threads(database)
        _write_responses(database)
        database.commit()
    return path


def _write_threads(database: sqlite3.Connection) -> None:
    def message(
        hash: str, parent: str | None, role: str, *parts: tuple[str, str | None, object]
    ) -> None:
        database.execute("INSERT INTO messages VALUES (?, ?, ?, NULL)", (hash, parent, role))
        for position, (kind, text, payload) in enumerate(parts):
            database.execute(
                "INSERT INTO parts (message_hash, position, type, text, payload) "
                "VALUES (?, ?, ?, ?, ?)",
                (hash, position, kind, text, json.dumps(payload) if payload else None),
            )

    def turn(id: str, thread: str, parent: str, tip: str, time: str, tokens: int | None) -> None:
        database.execute(
            "INSERT INTO turns (id, thread_id, parent_message_hash, tip_message_hash, model, "
            "resolved_model, input_tokens, output_tokens, duration_ms, datetime_utc) "
            "VALUES (?, ?, ?, ?, 'gpt-4o', 'gpt-4o-2024-08-06', ?, ?, 1200, ?)",
            (id, thread, parent, tip, tokens, tokens, time),
        )

    database.execute("INSERT INTO attachments VALUES ('a1', 'image/png', NULL, NULL, ?)", (PNG,))
    database.execute(
        "INSERT INTO attachments VALUES ('a2', 'text/plain', '/etc/passwd', NULL, NULL)"
    )
    database.execute("INSERT INTO fragments VALUES (1, 'h', 'THE NOVEL', NULL, NULL)")
    message("b2:s", None, "system", ("text", "Be brief", None))
    message(
        "b2:u1",
        "b2:s",
        "user",
        ("text", "What is this?", None),
        ("attachment", None, {"attachment": {"id": "a1"}}),
        ("attachment", None, {"attachment": {"id": "a2"}}),
    )
    message(
        "b2:a1",
        "b2:u1",
        "assistant",
        ("reasoning", "Looks like one.", None),
        ("text", "A picture.", None),
    )
    message(
        "b2:u2",
        "b2:a1",
        "user",
        ("text", None, {"text_ref": [{"fragment": 1}, {"literal": "\nSum it up"}]}),
    )
    message("b2:a2", "b2:u2", "assistant", ("text", "It is long.", None))
    message("b2:u3", "b2:a1", "user", ("text", "Another way", None))
    message("b2:a3", "b2:u3", "assistant", ("text", "As you like.", None))
    message("b2:t1", None, "user", ("text", "sum?", None))
    call = {"name": "add", "arguments": {"a": 1, "b": 2}, "tool_call_id": "c1"}
    message("b2:t2", "b2:t1", "assistant", ("tool_call", None, call))
    result = {"name": "add", "output": "3", "tool_call_id": "c1"}
    message("b2:t3", "b2:t2", "tool", ("tool_result", None, result))
    message("b2:t4", "b2:t3", "assistant", ("text", "It is 3", None))
    database.executemany(
        "INSERT INTO threads VALUES (?, ?, ?, NULL, '2026-11-26 10:00:00+00:00')",
        [("01a", "What is this?", "b2:a2"), ("01b", "sum?", "b2:t4")],
    )
    turn("t1", "01a", "b2:u1", "b2:a1", "2026-10-01T10:00:00.000001+00:00", 7)
    turn("t2", "01a", "b2:u3", "b2:a3", "2026-10-01T10:01:00+00:00", None)
    turn("t3", "01a", "b2:u2", "b2:a2", "2026-10-01T10:02:00+00:00", None)
    turn("t4", "01b", "b2:t1", "b2:t2", "2026-10-02T10:00:00+00:00", None)
    turn("t5", "01b", "b2:t3", "b2:t4", "2026-10-02T10:00:01+00:00", None)


def _write_responses(database: sqlite3.Connection) -> None:
    database.executemany(
        "INSERT INTO conversations VALUES (?, ?, 'gpt-4o-mini')",
        [("01old", "Older talk"), ("01a", "What is this?")],
    )
    add = (
        "INSERT INTO responses (id, model, prompt, system, response, conversation_id, duration_ms, "
        "datetime_utc, input_tokens, output_tokens, reasoning) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    model = "gpt-4o-mini"
    database.executemany(
        add,
        [
            (
                "r1",
                model,
                "Weather?",
                "Be kind",
                "",
                "01old",
                900,
                "2024-03-01T08:00:00",
                5,
                6,
                None,
            ),
            (
                "r2",
                model,
                "",
                "Be kind",
                "Sunny.",
                "01old",
                800,
                "2024-03-01T08:00:02",
                7,
                8,
                "Hm.",
            ),
            # Its conversation went on in the new tables, which hold all of it.
            (
                "r3",
                model,
                "What is this?",
                None,
                "A picture.",
                "01a",
                1,
                "2024-01-01T08:00:00",
                1,
                1,
                None,
            ),
        ],
    )
    database.execute(
        "INSERT INTO tool_calls VALUES (1, 'r1', 1, 'weather', '{\"city\": \"Rome\"}', 'call-1')"
    )
    database.execute(
        "INSERT INTO tool_results VALUES (1, 'r2', 1, 'weather', 'sun', 'call-1', NULL, NULL)"
    )
    database.execute("INSERT INTO prompt_attachments VALUES ('r1', 'a1', 0)")
    database.execute("INSERT INTO prompt_fragments VALUES ('r1', 1, 0)")
