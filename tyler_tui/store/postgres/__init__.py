"""Threads in a PostgreSQL database, for teams and for people with several machines.

Everything stands in a schema of its own, `tyler_chat`. Whoever may use that database sees all
sessions in it.
"""

from tyler_tui.errors import UsageError
from tyler_tui.store.database import Database
from tyler_tui.store.seal import Seal


async def open_postgres(
    url: str, seal: Seal | None = None, *, must_be_there: bool = False
) -> Database:
    """Open the database at `url`, and make what it needs in it; or with `must_be_there` refuse one
    in which there are no sessions. Raises StoreError, and UsageError where psycopg is missing or
    the URL cannot be read."""
    try:
        import psycopg  # noqa: F401, PLC0415 - an extra
    except ImportError as error:
        raise UsageError(
            "Sessions in PostgreSQL need a package that is not installed.",
            hint="Install it with: pip install 'tyler-tui[postgres]'",
        ) from error
    from tyler_tui.store.postgres.database import PostgresDatabase  # noqa: PLC0415 - needs psycopg

    return await PostgresDatabase.open(url, seal, must_be_there=must_be_there)
