"""Making a database ready: its schema, the format that this program knows, an index for search."""

from psycopg import AsyncConnection, errors
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier

from tyler_tui.errors import StoreError, StoreTooNewError
from tyler_tui.store.postgres.schema import MAKE_TEXT_INDEX, MIGRATIONS, SCHEMA, TEXT_INDEX

LOCK = 0x54594C52
"""The advisory lock under which a database is changed: "TYLR"."""
LONGEST_WAIT = "60s"
"""For another process that is migrating."""

# Asked of the catalogue: who may not use the schema gets an answer, too.
_STATE = """
SELECT n.oid IS NOT NULL AS is_there,
    EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relname = 'format') AS is_made,
    EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relname = %s) AS is_indexed,
    (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm')
        AS trigrams
FROM (VALUES (1)) AS one LEFT JOIN pg_namespace n ON n.nspname = %s
"""


async def prepare(connection: AsyncConnection[DictRow], place: str) -> None:
    """Create or migrate what `connection` leads to. Raises StoreTooNewError, StoreError, and the
    errors of psycopg; what is refused is left as it was."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreError(
            f"{place} has the encoding {encoding}, which cannot hold every text.",
            hint="Make one that can: createdb --encoding=UTF8 --template=template0 NAME",
        )
    state = await _state(connection)
    version = await _version(connection) if state["is_made"] else 0
    _refuse_newer(version, place)
    is_indexed = state["is_indexed"] or state["trigrams"] is None
    if version == len(MIGRATIONS) and is_indexed:
        return
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'")
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        await _migrate(connection, place)
        await _make_text_index(connection)


async def refuse_without_sessions(connection: AsyncConnection[DictRow], place: str) -> None:
    """Raises StoreError where `prepare` has never been."""
    if not (await _state(connection))["is_made"]:
        raise StoreError(f"There are no sessions in {place}.", hint="Is it another database?")


async def _state(connection: AsyncConnection[DictRow]) -> DictRow:
    cursor = await connection.execute(_STATE, (TEXT_INDEX, SCHEMA))
    [state] = await cursor.fetchall()
    return state


async def _version(connection: AsyncConnection[DictRow]) -> int:
    [row] = await (await connection.execute("SELECT version FROM format")).fetchall()
    return int(row["version"])


def _refuse_newer(version: int, place: str) -> None:
    if version > len(MIGRATIONS):
        raise StoreTooNewError(
            f"{place} has format {version}; this version knows {len(MIGRATIONS)}.",
            hint="Update tyler-chat, or set TYLER_CHAT_DB to another database.",
        )


async def _migrate(connection: AsyncConnection[DictRow], place: str) -> None:
    # Another process may have migrated while this one waited for the lock.
    state = await _state(connection)
    if not state["is_there"]:
        await connection.execute(f"CREATE SCHEMA {SCHEMA}")
    if not state["is_made"]:
        await connection.execute("CREATE TABLE format (version integer NOT NULL)")
        await connection.execute("INSERT INTO format VALUES (0)")
    version = await _version(connection)
    _refuse_newer(version, place)
    for migration in MIGRATIONS[version:]:
        await connection.execute(migration)
    await connection.execute("UPDATE format SET version = %s", (len(MIGRATIONS),))


async def _make_text_index(connection: AsyncConnection[DictRow]) -> None:
    """Where the extension may not be had, searching reads all messages."""
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('search_path', 'public', true)"
            )  # others in this database may need it, too
            await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            await connection.execute(f"SET LOCAL search_path = {SCHEMA}")
    except (errors.InsufficientPrivilege, errors.FeatureNotSupported, errors.UndefinedFile):
        return
    state = await _state(connection)
    if not state["is_indexed"]:
        make = SQL(MAKE_TEXT_INDEX).format(schema=Identifier(state["trigrams"]))
        await connection.execute(make)
