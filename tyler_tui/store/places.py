"""Where a store can live: what a URL or a path means, and opening it."""

from pathlib import Path

from tyler_tui.errors import UsageError
from tyler_tui.paths import data_folder, expanded, seal_file
from tyler_tui.sanitize import one_line
from tyler_tui.store.database import Database
from tyler_tui.store.seal import Seal
from tyler_tui.store.sqlite.database import MEMORY, SqliteDatabase

_SQLITE_SCHEMES = ("sqlite+aiosqlite://", "sqlite://")
_POSTGRES_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg")


def place_of(url: str | Path | None) -> str:
    """What `open_database` takes: the URL of a server, an absolute path, since the working folder
    may change, or MEMORY. Raises UsageError for another kind of URL."""
    if url is None or str(url) == MEMORY:
        return MEMORY
    if isinstance(url, Path):
        return str(expanded(url).absolute())
    for scheme in _SQLITE_SCHEMES:
        if url.startswith(scheme):
            rest = url.removeprefix(scheme).removeprefix("/")
            return str(Path(rest).absolute()) if rest and rest != MEMORY else MEMORY
    if is_server(url):
        return url
    scheme, separator, _ = url.partition("://")
    if separator:
        raise UsageError(
            f"No store for {one_line(scheme, 40)!r} URLs.",
            hint="Use sqlite+aiosqlite:///FILE, postgresql://USER@HOST/DATABASE, a plain path, "
            "or :memory:.",
        )
    return str(expanded(url).absolute())


def is_server(place: str) -> bool:
    """Whether the place is the URL of a server, and no path."""
    scheme, separator, _ = place.partition("://")
    return bool(separator) and scheme in _POSTGRES_SCHEMES


def seal_for(place: str | Path) -> Seal | None:
    """What the program seals the choices of sessions with, wherever others may have written: on a
    server, and in a file that is not of our own data folder. Raises UsageError as `place_of` does.
    """
    found = place_of(place)
    is_own = not is_server(found) and Path(found).parent == data_folder().absolute()
    return None if found == MEMORY or is_own else Seal.kept_in(seal_file())


async def open_database(place: str, seal: Seal | None = None) -> Database:
    """Open or create the database at a place that `place_of` gave; `seal` is for what
    others write. Raises StoreError, and UsageError where what it takes is not installed."""
    if not is_server(place):
        return await SqliteDatabase.open(place, seal)
    from tyler_tui.store.postgres import open_postgres  # noqa: PLC0415 - an extra, seldom used

    return await open_postgres(place, seal)
