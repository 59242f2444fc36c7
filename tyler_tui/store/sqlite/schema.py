"""The tables, as migrations: entry n brings a database from version n to n + 1."""

from tyler_tui.store.sqlite.searchable import searchable

APPLICATION_ID = 0x54594C52
"""Marks a file as ours: "TYLR"."""

# The text index holds the messages that are not `streaming`: it does not follow each checkpoint.
_VERSION_1 = """
CREATE TABLE threads (
    id TEXT PRIMARY KEY,
    name TEXT,
    name_key TEXT,
    title TEXT NOT NULL DEFAULT '',
    title_source TEXT NOT NULL DEFAULT 'auto',
    head_id TEXT,
    model TEXT,
    attributes TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    pinned INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    message_count INTEGER NOT NULL DEFAULT 0,
    prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0,
    total_tokens INTEGER NOT NULL DEFAULT 0,
    cached_tokens INTEGER NOT NULL DEFAULT 0,
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    estimated INTEGER NOT NULL DEFAULT 0,
    cost_usd REAL NOT NULL DEFAULT 0,
    unpriced INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX threads_by_name ON threads(name_key) WHERE deleted_at IS NULL;
CREATE INDEX threads_by_time ON threads(updated_at DESC) WHERE deleted_at IS NULL;

CREATE TABLE messages (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread_id TEXT NOT NULL REFERENCES threads(id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    parent_id TEXT,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    reasoning TEXT NOT NULL DEFAULT '',
    name TEXT,
    tool_call_id TEXT,
    tool_calls TEXT,
    status TEXT NOT NULL,
    owner TEXT,
    timestamp TEXT NOT NULL,
    usage TEXT,
    metrics TEXT NOT NULL DEFAULT '{}',
    has_attachments INTEGER NOT NULL DEFAULT 0,
    UNIQUE (thread_id, seq)
);
CREATE INDEX messages_by_parent ON messages(thread_id, parent_id);
CREATE INDEX messages_streaming ON messages(thread_id) WHERE status = 'streaming';

CREATE TABLE attachments (
    message_id TEXT NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    filename TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (message_id, position)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE messages_text USING fts5(
    content, content = 'messages', content_rowid = 'number', tokenize = 'trigram'
);
CREATE TRIGGER messages_text_insert AFTER INSERT ON messages WHEN new.status <> 'streaming' BEGIN
    INSERT INTO messages_text(rowid, content) VALUES (new.number, new.content);
END;
CREATE TRIGGER messages_text_update AFTER UPDATE OF content, status ON messages
WHEN old.content <> new.content OR (old.status = 'streaming') <> (new.status = 'streaming') BEGIN
    INSERT INTO messages_text(messages_text, rowid, content)
    SELECT 'delete', old.number, old.content WHERE old.status <> 'streaming';
    INSERT INTO messages_text(rowid, content)
    SELECT new.number, new.content WHERE new.status <> 'streaming';
END;
CREATE TRIGGER messages_text_delete BEFORE DELETE ON messages WHEN old.status <> 'streaming' BEGIN
    INSERT INTO messages_text(messages_text, rowid, content)
    VALUES ('delete', old.number, old.content);
END;
"""

# What stands behind a NUL is searched too.
_VERSION_2 = f"""
DROP TRIGGER messages_text_insert;
DROP TRIGGER messages_text_update;
DROP TRIGGER messages_text_delete;

INSERT INTO messages_text(messages_text, rowid, content)
SELECT 'delete', number, content FROM messages
WHERE status <> 'streaming' AND instr(content, char(0));
INSERT INTO messages_text(rowid, content)
SELECT number, {searchable("content")} FROM messages
WHERE status <> 'streaming' AND instr(content, char(0));

CREATE TRIGGER messages_text_insert AFTER INSERT ON messages WHEN new.status <> 'streaming' BEGIN
    INSERT INTO messages_text(rowid, content) VALUES (new.number, {searchable("new.content")});
END;
CREATE TRIGGER messages_text_update AFTER UPDATE OF content, status ON messages
WHEN old.content <> new.content OR (old.status = 'streaming') <> (new.status = 'streaming') BEGIN
    INSERT INTO messages_text(messages_text, rowid, content)
    SELECT 'delete', old.number, {searchable("old.content")} WHERE old.status <> 'streaming';
    INSERT INTO messages_text(rowid, content)
    SELECT new.number, {searchable("new.content")} WHERE new.status <> 'streaming';
END;
CREATE TRIGGER messages_text_delete BEFORE DELETE ON messages WHEN old.status <> 'streaming' BEGIN
    INSERT INTO messages_text(messages_text, rowid, content)
    VALUES ('delete', old.number, {searchable("old.content")});
END;
"""

MIGRATIONS: tuple[str, ...] = (_VERSION_1, _VERSION_2)
