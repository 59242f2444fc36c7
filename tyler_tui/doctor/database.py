"""The database of the sessions: whether it is whole, how large it is, and how quick."""

import asyncio
import os
import shutil
import time
from pathlib import Path

from tyler_tui.config import Settings
from tyler_tui.doctor.config import look_at_rights
from tyler_tui.doctor.finding import Notes
from tyler_tui.errors import StoreError, TylerError
from tyler_tui.figures import duration_text, size_text
from tyler_tui.sessions_place import sessions_place

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
LITTLE_ROOM = 200 * MEGABYTE
LONG_LOG = 64 * MEGABYTE
SLOW_OPEN_MS, SLOW_SEARCH_MS = 500, 1_000


def look(notes: Notes, settings: Settings | None) -> None:
    """With settings that cannot be used, the database is looked at that counts without them."""
    place = sessions_place(settings.database if settings else os.environ.get("TYLER_CHAT_DB"))
    if isinstance(place, Path):
        _look_at_file(notes, place.absolute())
    else:
        _look_at_server(notes, place)


def _look_at_file(notes: Notes, path: Path) -> None:
    _look_at_room(notes, path)
    if not path.exists():
        notes.ok("sessions", f"none yet; {path} is made with the first one")
        return
    look_at_rights(notes, path, "database")  # before it is opened, which puts them right
    try:
        _look_inside(notes, path)
    except StoreError as error:
        notes.fail("database", error.message, error.hint)


def _look_at_room(notes: Notes, path: Path) -> None:
    folder = next(place for place in path.parents if place.exists())
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM:
        notes.warn("disk", f"{size_text(free)} free", f"Make room where {folder} is.")
    else:
        notes.ok("disk", f"{free / GIGABYTE:,.1f} GB free")


def _look_inside(notes: Notes, path: Path) -> None:
    from tyler_tui.store.sqlite.health import (  # noqa: PLC0415 - only where there is one
        FROZEN,
        health_of,
    )

    opened_ms, searched_ms = asyncio.run(_timed(path))
    health = health_of(path)
    if health.complaints:
        notes.fail(
            "database",
            f"{path} is damaged: {health.complaints[0]}",
            "Keep a copy, set TYLER_CHAT_DB to another file, and try `sqlite3 FILE .recover` on "
            "the copy.",
        )
    else:
        notes.ok("database", f"{path} is whole")
    notes.ok(
        "sessions",
        f"{health.sessions:,}, and {health.deleted:,} in the trash · {health.messages:,} messages "
        f"· {size_text(health.size)}",
    )
    log = f"{health.mode}, {size_text(health.log_size)}"
    if health.log_size > LONG_LOG:
        notes.warn("log", log, "Close all that use the sessions; the last one folds it in.")
    elif health.mode == FROZEN:
        frozen = "nothing is saved: the file system is read-only"
        notes.warn("log", frozen, "Set TYLER_CHAT_DB to a copy elsewhere.")
    elif health.mode != "wal":
        notes.warn("log", log, "Is the file on a network drive? Set TYLER_CHAT_DB to a local one.")
    else:
        notes.ok("log", log)
    slow = "Is the file on a slow or a network drive?"
    _tell_time(notes, "time to open", opened_ms, SLOW_OPEN_MS, slow)
    _tell_time(notes, "time to search", searched_ms, SLOW_SEARCH_MS, slow)


def _look_at_server(notes: Notes, url: str) -> None:
    try:
        opened_ms, searched_ms = asyncio.run(_timed(url))
        from tyler_tui.store.postgres.health import health_of  # noqa: PLC0415 - an extra

        health = asyncio.run(health_of(url))
    except TylerError as error:
        notes.fail("database", error.message, error.hint)
        return
    notes.ok("database", f"{health.place}, PostgreSQL {health.version}")
    notes.ok(
        "sessions",
        f"{health.sessions:,}, and {health.deleted:,} in the trash · {health.messages:,} messages "
        f"· {size_text(health.size)}",
    )
    if health.is_encrypted or health.is_local:
        notes.ok("connection", "encrypted" if health.is_encrypted else "inside this machine")
    else:
        notes.warn(
            "connection", "not encrypted", "Add ?sslmode=verify-full to the URL of the database."
        )
    if health.is_indexed:
        notes.ok("text index", "pg_trgm")
    else:
        notes.warn(
            "text index",
            "none: each search reads all messages",
            "Have `CREATE EXTENSION pg_trgm` run in that database; the index is made at the next "
            "start.",
        )
    slow = "Is the server far away, or busy?"
    _tell_time(notes, "time to open", opened_ms, SLOW_OPEN_MS, slow)
    _tell_time(notes, "time to search", searched_ms, SLOW_SEARCH_MS, slow)


def _tell_time(notes: Notes, name: str, took_ms: float, slow_ms: float, remedy: str) -> None:
    if took_ms > slow_ms:
        notes.warn(name, duration_text(took_ms), remedy)
    else:
        notes.ok(name, duration_text(took_ms))


async def _timed(place: str | Path) -> tuple[float, float]:
    """How long it takes to open the store and to search it, in milliseconds."""
    from tyler_tui.store import ThreadStore  # noqa: PLC0415 - as above

    began = time.perf_counter()
    async with await ThreadStore.create(place) as store:
        opened = time.perf_counter()
        await store.search("the answer", 20)
        return (opened - began) * 1000, (time.perf_counter() - opened) * 1000
