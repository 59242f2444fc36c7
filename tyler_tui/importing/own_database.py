"""A database of our own, a file or on a server: all of its sessions, as they stand there, with what
only a store knows of them: which are pinned, which are in the trash."""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

from tyler_tui.errors import StoreError, ThreadNotFoundError
from tyler_tui.importing.database import Database, Row
from tyler_tui.importing.found import (
    BEYOND_READING,
    Damaged,
    DamagedError,
    Found,
    ImportFailedError,
)
from tyler_tui.importing.own import KIND, check_form, check_thread
from tyler_tui.messages import Attachment, Thread
from tyler_tui.sanitize import one_line
from tyler_tui.store.copying import Kept, all_ids, kept_thread, load_kept
from tyler_tui.store.owner import is_alive
from tyler_tui.store.places import seal_for
from tyler_tui.store.rows import writers
from tyler_tui.store.sqlite.schema import MIGRATIONS

__all__ = ["KIND", "conversations", "conversations_of_server", "recognised"]

_UNDER_WAY = "an answer is being written in it; import again to have that"


def recognised(database: Database) -> bool:
    return database.has("threads", "id", "title_source", "head_id", "attributes") and database.has(
        "messages", "id", "thread_id", "seq", "parent_id", "has_attachments"
    )


def conversations(database: Database) -> Iterator[Found | Damaged]:
    """What is in a file. Trusted is what nobody else has chosen an agent or a model for."""
    if (version := database.version) > len(MIGRATIONS):
        raise ImportFailedError(
            f"It has format {version}; this version knows {len(MIGRATIONS)}.",
            hint="Update tyler-chat.",
        )
    seal = seal_for(database.path)

    def files(message_id: str) -> list[Attachment]:
        rows = database.rows_at("attachments", "message_id", message_id)
        rows.sort(key=lambda row: row["position"])
        return [
            Attachment(row["filename"], bytes(row["content"]), row["mime_type"]) for row in rows
        ]

    def read(row: Row) -> Found:
        rows = database.rows_of("messages", "thread_id", row["id"])
        rows.sort(key=lambda message: message["seq"])
        living = {mark for mark in writers(rows) if is_alive(mark)}
        thread, kept = kept_thread(row, rows, files, living, seal)
        return _found(thread, kept)

    return database.conversations("threads", read, lambda row: row["name"] or row["title"])


async def conversations_of_server(url: str) -> AsyncGenerator[tuple[Found | Damaged, float], None]:
    """What is in a PostgreSQL database, each with how much has come by then, from 0 to 1. Raises
    ImportFailedError where it cannot be used, and StoreError where it no longer can."""
    from tyler_tui.store.postgres import open_postgres  # noqa: PLC0415 - an extra, seldom used

    try:
        database = await open_postgres(url, seal_for(url), must_be_there=True)
    except StoreError as error:
        raise ImportFailedError(error.message, hint=error.hint) from error
    try:
        ids = await all_ids(database)
        for number, id in enumerate(ids, 1):
            try:
                thread, kept = await load_kept(database, id)
                found: Found | Damaged = _found(thread, kept)
            except ThreadNotFoundError:  # deleted for good since
                continue
            except DamagedError as error:
                found = Damaged(one_line(id, 60), str(error))
            except BEYOND_READING as error:
                said = one_line(str(error), 100) or type(error).__name__
                found = Damaged(one_line(id, 60), f"it cannot be understood: {said}")
            yield found, number / len(ids)
    finally:
        await database.close()


def _found(thread: Thread, kept: Kept) -> Found:
    bare = Thread(  # to write files as JSON would take longer than all else here
        thread.id,
        thread.title,
        name=thread.name,
        attributes=thread.attributes,
        created_at=thread.created_at,
        updated_at=thread.updated_at,
        messages=[replace(message, attachments=[]) for message in thread.all_messages],
        head_id=thread.head_id,
    )
    check_thread(thread, check_form(bare.to_dict()))
    remarks = (_UNDER_WAY,) if kept.is_under_way else ()
    return Found(thread, remarks, kept, kept.is_own)
