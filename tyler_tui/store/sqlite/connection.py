"""A connection whose thread never outlives it."""

import asyncio
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import aiosqlite

from tyler_tui.store.sqlite.opening import BUSY_TIMEOUT_S, IMMUTABLE


class SqliteConnection(aiosqlite.Connection):
    """Opened by `await`. The thread of an aiosqlite connection goes on when who opens it is
    cancelled; when the event loop is closed by then, it fails to tell it."""

    def __init__(self, path: str, *, is_frozen: bool = False) -> None:
        super().__init__(self._connect_to_file, iter_chunk_size=64)
        self._path = f"{Path(path).as_uri()}?{IMMUTABLE}" if is_frozen else path
        self._is_uri = is_frozen
        self._threads: SimpleQueue[threading.Thread] = SimpleQueue()
        self._opened: list[sqlite3.Connection] = []

    def _connect_to_file(self) -> sqlite3.Connection:
        self._threads.put(threading.current_thread())
        opened = sqlite3.connect(
            self._path,
            uri=self._is_uri,
            isolation_level=None,
            timeout=BUSY_TIMEOUT_S,
            cached_statements=256,
            check_same_thread=False,  # `end` may close it
        )
        self._opened.append(opened)
        return opened

    async def end(self) -> None:
        """Close what was opened, or still is being opened, and return when the thread is gone,
        also to who is cancelled."""
        self.stop()
        gone = asyncio.get_running_loop().run_in_executor(None, self._wait_for_thread)
        while not gone.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(gone)

    def _wait_for_thread(self) -> None:
        self._threads.get().join()
        for opened in self._opened:
            opened.close()
