"""The tables, as migrations: entry n brings a database from version n to n + 1. Names and meanings
are those of `store/sqlite/schema.py`."""

SCHEMA = "tyler_chat"

# What is compared or sorted does so by its bytes, whatever the language of the database; what is
# searched without regard to case goes by that language.
_VERSION_1 = """
CREATE TABLE threads (
    rowid bigint GENERATED ALWAYS AS IDENTITY,
    id text COLLATE "C" PRIMARY KEY,
    name text,
    name_key text COLLATE "C",
    title text NOT NULL DEFAULT '',
    title_source text NOT NULL DEFAULT 'auto',
    head_id text COLLATE "C",
    model text,
    attributes text NOT NULL DEFAULT '{}',
    created_at text COLLATE "C" NOT NULL,
    updated_at text COLLATE "C" NOT NULL,
    deleted_at text COLLATE "C",
    pinned integer NOT NULL DEFAULT 0,
    owner text,
    message_count bigint NOT NULL DEFAULT 0,
    prompt_tokens bigint NOT NULL DEFAULT 0,
    completion_tokens bigint NOT NULL DEFAULT 0,
    total_tokens bigint NOT NULL DEFAULT 0,
    cached_tokens bigint NOT NULL DEFAULT 0,
    reasoning_tokens bigint NOT NULL DEFAULT 0,
    estimated bigint NOT NULL DEFAULT 0,
    cost_usd double precision NOT NULL DEFAULT 0,
    unpriced bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX threads_by_name ON threads(name_key) WHERE deleted_at IS NULL;
CREATE INDEX threads_by_time ON threads(updated_at DESC) WHERE deleted_at IS NULL;

CREATE TABLE messages (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    thread_id text COLLATE "C" NOT NULL REFERENCES threads(id) ON DELETE CASCADE,
    seq bigint NOT NULL,
    parent_id text COLLATE "C",
    role text NOT NULL,
    content text NOT NULL,
    reasoning text NOT NULL DEFAULT '',
    name text,
    tool_call_id text,
    tool_calls text,
    status text NOT NULL,
    owner text,
    timestamp text NOT NULL,
    usage text,
    metrics text NOT NULL DEFAULT '{}',
    has_attachments integer NOT NULL DEFAULT 0,
    UNIQUE (thread_id, seq)
);
CREATE INDEX messages_by_parent ON messages(thread_id, parent_id);
CREATE INDEX messages_streaming ON messages(thread_id) WHERE status = 'streaming';

CREATE TABLE attachments (
    message_id text COLLATE "C" NOT NULL REFERENCES messages(id) ON DELETE CASCADE,
    position integer NOT NULL,
    filename text NOT NULL,
    mime_type text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (message_id, position)
);
"""

MIGRATIONS: tuple[str, ...] = (_VERSION_1,)

TEXT_INDEX = "messages_text"
MAKE_TEXT_INDEX = """
CREATE INDEX messages_text ON messages USING gin (content {schema}.gin_trgm_ops)
WHERE status <> 'streaming'
"""
"""`schema` is where the extension pg_trgm lives."""
