"""How a database on a server is: looked at without changing it."""

from dataclasses import dataclass
from typing import Any

from tyler_tui.store.postgres.address import Address
from tyler_tui.store.postgres.connection import Line
from tyler_tui.store.postgres.failures import translating

_LOOK = """
SELECT (SELECT count(*) FROM threads WHERE deleted_at IS NULL) AS sessions,
    (SELECT count(*) FROM threads WHERE deleted_at IS NOT NULL) AS deleted,
    (SELECT count(*) FROM messages) AS messages,
    (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
        WHERE relnamespace = 'tyler_chat'::regnamespace AND relkind = 'r')::bigint AS size,
    to_regclass('messages_text') IS NOT NULL AS is_indexed,
    current_setting('server_version') AS version,
    inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr() AS is_local
"""


@dataclass(frozen=True, slots=True)
class Health:
    """`size` is in bytes, with all indexes; `place` shows no password."""

    place: str
    version: str
    sessions: int
    deleted: int
    messages: int
    size: int
    is_indexed: bool
    is_encrypted: bool
    is_local: bool
    """Whether the server runs on this machine."""


async def health_of(url: str) -> Health:
    """Looks at a database that has been opened before. Raises StoreError, UsageError."""
    address = Address.of(url)
    line = Line(address)
    try:
        with translating(address):
            connection = await line.connection()
            [row] = await (await connection.execute(_LOOK)).fetchall()
            found: dict[str, Any] = dict(row)
            return Health(place=address.shown, is_encrypted=connection.pgconn.ssl_in_use, **found)
    finally:
        await line.close()
