"""Databases of elia, oterm and Tyler, made by the statements with which those make them."""

import base64
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from tests.importing.llm_file import PNG

ELIA = """
CREATE TABLE system_prompt (
    id INTEGER NOT NULL, title VARCHAR NOT NULL, prompt VARCHAR NOT NULL,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id)
);
CREATE TABLE chat (
    id INTEGER NOT NULL, model VARCHAR NOT NULL, title VARCHAR,
    started_at DATETIME DEFAULT CURRENT_TIMESTAMP, archived BOOLEAN NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE message (
    id INTEGER NOT NULL, chat_id INTEGER, role VARCHAR NOT NULL, content VARCHAR NOT NULL,
    timestamp DATETIME DEFAULT CURRENT_TIMESTAMP, meta JSON, parent_id INTEGER, model VARCHAR,
    PRIMARY KEY (id), FOREIGN KEY(chat_id) REFERENCES chat (id),
    FOREIGN KEY(parent_id) REFERENCES message (id)
);
"""
"""What `SQLModel.metadata.create_all` makes of `elia_chat.database.models` in elia 1.10."""

OTERM = """
CREATE TABLE IF NOT EXISTS "chat" (
    "id" INTEGER, "name" TEXT, "model" TEXT NOT NULL, "system" TEXT,
    "provider" TEXT DEFAULT "ollama", "parameters" TEXT DEFAULT "{}", "tools" TEXT DEFAULT "[]",
    "thinking" BOOLEAN DEFAULT 0, PRIMARY KEY("id" AUTOINCREMENT)
);
CREATE TABLE IF NOT EXISTS "message" (
    "id" INTEGER, "chat_id" INTEGER NOT NULL, "author" TEXT NOT NULL, "text" TEXT NOT NULL,
    "images" TEXT DEFAULT "[]", PRIMARY KEY("id" AUTOINCREMENT),
    FOREIGN KEY("chat_id") REFERENCES "chat"("id") ON DELETE CASCADE
);
"""
"""What `oterm.store.store.Store` of oterm 0.26 makes."""

OTERM_OLD = """
CREATE TABLE IF NOT EXISTS "chat" (
    "id" INTEGER, "name" TEXT, "model" TEXT NOT NULL, "system" TEXT, "format" TEXT,
    "parameters" TEXT DEFAULT "{}", "keep_alive" INTEGER DEFAULT 5, "tools" TEXT DEFAULT "[]",
    "type" TEXT DEFAULT "chat", PRIMARY KEY("id" AUTOINCREMENT)
);
CREATE TABLE IF NOT EXISTS "message" (
    "id" INTEGER, "chat_id" INTEGER NOT NULL, "author" TEXT NOT NULL, "text" TEXT NOT NULL,
    "images" TEXT DEFAULT "[]", PRIMARY KEY("id" AUTOINCREMENT)
    FOREIGN KEY("chat_id") REFERENCES "chat"("id") ON DELETE CASCADE
);
"""
"""What that of oterm 0.12 makes."""

TYLER = """
CREATE TABLE threads (
    id VARCHAR NOT NULL, title VARCHAR, attributes JSON NOT NULL, platforms JSON,
    created_at DATETIME, updated_at DATETIME, PRIMARY KEY (id)
);
CREATE TABLE messages (
    id VARCHAR NOT NULL, thread_id VARCHAR NOT NULL, sequence INTEGER NOT NULL, turn INTEGER,
    role VARCHAR NOT NULL, content TEXT, reasoning_content TEXT, name VARCHAR,
    tool_call_id VARCHAR, tool_calls JSON, attributes JSON NOT NULL, timestamp DATETIME,
    source JSON, platforms JSON, attachments JSON, metrics JSON NOT NULL, reactions JSON,
    PRIMARY KEY (id), FOREIGN KEY(thread_id) REFERENCES threads (id) ON DELETE CASCADE
);
"""
"""What `Base.metadata.create_all` makes of `narrator.database.models` in narrator 6.4."""


def elia(path: Path) -> Path:
    chats = [
        (1, "gpt-4o", "Kites", "2024-05-01 10:00:00.000000", 0),
        (2, "gpt-4o", None, "2024-05-02 10:00:00.000000", 1),
    ]
    messages = [
        (1, 1, "system", "Be good", "2024-05-01 10:00:00.000000", "{}", None, "gpt-4o"),
        (2, 1, "user", "How high?", "2024-05-01 10:00:01.000000", "{}", None, "gpt-4o"),
        (3, 1, "assistant", "Very.", "2024-05-01 10:00:05.000000", "{}", None, "claude-3-5-sonnet"),
        (4, 2, "user", "Hello\nthere", "2024-05-02 10:00:00.000000", "{}", None, "gpt-4o"),
    ]
    return _made(path, ELIA, {"chat": chats, "message": messages})


def oterm(path: Path) -> Path:
    picture = json.dumps([base64.b64encode(PNG).decode(), "not base64!"])
    return _made(
        path,
        OTERM,
        {
            "chat": [(1, "Kitchen", "llama3.2", "Be brief", "ollama", "{}", "[]", 0)],
            "message": [
                (1, 1, "user", "What is it?", picture),
                (2, 1, "assistant", "A pan.", "[]"),
            ],
        },
    )


def old_oterm(path: Path) -> Path:
    return _made(
        path,
        OTERM_OLD,
        {
            "chat": [(1, "Garden", "mistral", None, "", "{}", 5, "[]", "chat")],
            "message": [(1, 1, "user", "Roses?", "[]"), (2, 1, "assistant", "Yes.", "[]")],
        },
    )


def tyler(path: Path, *, storage_path: str = "") -> Path:
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "web-fetch_page", "arguments": '{"url": "https://example.org"}'},
    }
    metrics = {
        "model": "gpt-4.1",
        "timing": {"latency": 1500.0},
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }
    files = [
        {"filename": "note.txt", "content": base64.b64encode(b"hello").decode()},
        {"filename": "stored.txt", "content": None, "storage_path": storage_path},
    ]

    def message(number: int, role: str, content: str | None, **more: object) -> tuple[object, ...]:
        def of(name: str) -> object:
            value = more.get(name)
            return json.dumps(value) if isinstance(value, list | dict) else value

        return (
            f"m{number}",
            "t1",
            number,
            1,
            role,
            content,
            of("reasoning"),
            of("name"),
            of("tool_call_id"),
            of("tool_calls"),
            "{}",
            f"2025-11-01 09:00:0{number}.000000",
            None,
            "{}",
            of("attachments"),
            json.dumps(more.get("metrics", {})),
            "{}",
        )

    messages = [
        message(1, "user", "Fetch it", attachments=files),
        message(2, "assistant", "", tool_calls=[call], reasoning="A page.", metrics=metrics),
        message(3, "tool", "<html>", name="web-fetch_page", tool_call_id="call_1"),
        message(4, "assistant", "Done.", metrics=metrics),
    ]
    threads = [
        ("t1", "Pages", "{}", "{}", "2025-11-01 09:00:00.000000", "2025-11-01 09:00:09.000000")
    ]
    return _made(path, TYLER, {"threads": threads, "messages": messages})


def _made(path: Path, tables: str, rows: dict[str, Iterable[Sequence[object]]]) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(tables)
        for table, values in rows.items():
            for row in values:
                marks = ", ".join("?" * len(row))
                database.execute(f"INSERT INTO {table} VALUES ({marks})", row)
        database.commit()
    return path
