"""The write-ahead log that is found beside a database: what SQLite cannot read of it, and would
write over, is copied first, and told of."""

import os
import shutil
import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.children import StartChild, contents, finish
from tyler_tui.errors import StoreDamagedError, StoreError, StoreUnavailableError
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore

IN_FILE, IN_LOG = 20, 30
LOG_HEAD_BYTES, FRAME_BYTES = 32, 24 + 4096

LEAVES_A_LOG = f"""
import asyncio, os, sqlite3, sys
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore
async def main():
    store = await ThreadStore.create(sys.argv[1])
    thread = Thread(id="t")
    for number in range({IN_FILE} + {IN_LOG}):
        if number == {IN_FILE}:
            connection = sqlite3.connect(sys.argv[1])
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        message = Message("user", f"{{number}} " + "words " * 40)
        thread.add_message(message)
        await store.save_message(thread, message)
    os._exit(0)
asyncio.run(main())
"""


@pytest.fixture
def left(database: Path, start_child: StartChild) -> Path:
    """A database whose program ended without closing it: 20 messages are in the file, 30 more in
    its log."""
    finish(start_child(LEAVES_A_LOG, database))
    assert log_of(database).stat().st_size > IN_LOG * FRAME_BYTES
    return database


def log_of(database: Path) -> Path:
    return database.with_name("chat.db-wal")


def copies(database: Path) -> list[Path]:
    return sorted(database.parent.glob("chat.db-wal.damaged-*"))


async def numbers_in(database: Path) -> tuple[list[int], str]:
    """The numbers of the messages that can be read, and what the store warns of."""
    async with await ThreadStore.create(database) as store:
        messages = await store.messages("t", limit=1000)
        return [int(message.content.split()[0]) for message in messages], store.warning


async def test_a_log_that_is_whole_is_taken_in_without_a_word(left: Path) -> None:
    assert await numbers_in(left) == (list(range(IN_FILE + IN_LOG)), "")
    assert sorted(os.listdir(left.parent)) == ["chat.db"]


def spoil(at: int) -> Callable[[bytes], bytes]:
    """One wrong bit at an offset."""
    return lambda log: log[:at] + bytes([log[at] ^ 1]) + log[at + 1 :]


def with_a_version_of_pages(log: bytes) -> bytes:
    """A head that is whole, and says what cannot be: pages of 1000 bytes."""
    words = [*struct.unpack(">6I", log[:24])]
    words[2] = 1000
    order = ">" if words[0] & 1 else "<"
    first = second = 0
    for one, other in struct.iter_unpack(f"{order}II", struct.pack(">6I", *words)):
        first = (first + one + second) % 2**32
        second = (second + other + first) % 2**32
    return struct.pack(">8I", *words, first, second) + log[LOG_HEAD_BYTES:]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "noise": lambda log: os.urandom(len(log)),
    "text": lambda log: b"no log at all\n" * 40,
    "a few bytes": lambda log: log[:10],
    "a wrong magic number": spoil(3),
    "a wrong sum of the head": spoil(28),
    "pages of no size": with_a_version_of_pages,
    "damage in the first frame": spoil(LOG_HEAD_BYTES + 100),
    "damage in the middle": lambda log: spoil(len(log) // 2)(log),
    "a hole": lambda log: log[:40_000] + bytes(8192) + log[48_192:],
    "damage at the end": lambda log: spoil(len(log) - 10)(log),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_what_cannot_be_read_is_copied_before_it_is_written_over(
    left: Path, damage: Callable[[bytes], bytes]
) -> None:
    log = log_of(left)
    spoilt = damage(contents(log))
    log.write_bytes(spoilt)
    read, warning = await numbers_in(left)
    assert read == list(range(len(read)))
    assert IN_FILE <= len(read) < IN_FILE + IN_LOG
    (copy,) = copies(left)
    assert contents(copy) == spoilt
    assert copy.stat().st_mode & 0o777 == 0o600
    assert str(copy) in warning
    assert "damaged" in warning
    assert await numbers_in(left) == (read, ""), "it is told once"
    assert copies(left) == [copy]


async def test_a_second_damage_gets_a_copy_of_its_own_and_the_same_one_does_not(
    left: Path,
) -> None:
    log = log_of(left)
    for garbage in (b"one" * 3000, b"two" * 3000, b"two" * 3000):
        log.write_bytes(garbage)
        _, warning = await numbers_in(left)
        assert warning
    assert [contents(copy)[:3] for copy in copies(left)] == [b"one", b"two"]


async def test_frames_of_an_earlier_round_are_no_damage(database: Path) -> None:
    """A log is begun again from its start, over what it held."""
    folder = database.parent / "left"
    async with await ThreadStore.create(database) as store:
        thread = Thread(id="t")
        for number in range(IN_FILE):
            message = Message("user", f"{number} " + "words " * 400)
            thread.add_message(message)
            await store.save_message(thread, message)
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(RESTART)")
        message = Message("user", f"{IN_FILE} and the last")
        thread.add_message(message)
        await store.save_message(thread, message)
        folder.mkdir()
        for end in ("", "-wal"):
            shutil.copyfile(f"{database}{end}", folder / f"chat.db{end}")
    assert await numbers_in(folder / "chat.db") == (list(range(IN_FILE + 1)), "")
    assert copies(folder / "chat.db") == []


async def test_a_transaction_that_was_not_finished_is_no_damage(left: Path) -> None:
    """A kill in mid-write leaves frames without an end; nobody was told that they are kept."""
    log = log_of(left)
    whole = contents(log)
    log.write_bytes(whole[: -FRAME_BYTES // 2])
    read, warning = await numbers_in(left)
    assert IN_FILE + IN_LOG - 1 <= len(read) <= IN_FILE + IN_LOG
    assert warning == ""


async def test_opening_beside_a_program_that_writes_finds_no_damage(
    database: Path, start_child: StartChild
) -> None:
    writes = LEAVES_A_LOG.replace("os._exit(0)", "await store.close()").replace(
        f"{IN_FILE} + {IN_LOG}", "400"
    )
    async with await ThreadStore.create(database):
        child = start_child(writes, database)
        while child.poll() is None:
            async with await ThreadStore.create(database) as store:
                assert store.warning == ""
        finish(child)
    assert copies(database) == []


async def test_the_log_of_another_database_is_refused_and_both_are_kept(
    left: Path, tmp_path: Path, start_child: StartChild
) -> None:
    log = log_of(left)
    other = tmp_path / "other.db"
    finish(start_child(LEAVES_A_LOG.replace("words ", "other things "), other))
    foreign = contents(other.with_name("other.db-wal"))
    log.write_bytes(foreign)
    before = contents(left)
    with pytest.raises(StoreDamagedError, match="log of another database") as refused:
        await ThreadStore.create(left)
    assert "chat.db-wal" in refused.value.hint
    assert (contents(left), contents(log)) == (before, foreign)
    log.rename(tmp_path / "away")
    assert await numbers_in(left) == (list(range(IN_FILE)), "")


async def test_a_log_of_another_format_is_refused_and_kept(left: Path) -> None:
    log = log_of(left)
    spoilt = contents(log)[:4] + struct.pack(">I", 3_007_001) + contents(log)[8:]
    log.write_bytes(spoilt)
    before = contents(left)
    try:
        read, warning = await numbers_in(left)
    except StoreError:
        assert (contents(left), contents(log)) == (before, spoilt)
    else:
        assert read == list(range(IN_FILE))
        assert warning
        assert [contents(copy) for copy in copies(left)] == [spoilt]


async def test_a_folder_in_the_place_of_the_log_is_refused(left: Path) -> None:
    log_of(left).unlink()
    log_of(left).mkdir()
    before = contents(left)
    with pytest.raises(StoreUnavailableError) as refused:
        await ThreadStore.create(left)
    assert refused.value.hint
    assert contents(left) == before
