"""Which processes still write, wherever they run.

Each process has a mark, the key of an advisory lock that all of its connections hold, shared. The
server lets go of it when the last of them ends: at once when the process is killed, and after a
minute when its machine vanished from the network. Nothing has to be written to stay alive, and
nothing to be cleaned up.
"""

import os
import secrets
from collections.abc import Collection
from functools import cache

from psycopg import AsyncConnection
from psycopg.rows import DictRow

_HELD = """
SELECT classid, objid FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def own_mark() -> str:
    return f"{own_key():016x}"


def own_key() -> int:
    return _key_of(os.getpid())


@cache
def _key_of(pid: int) -> int:
    """A process that was forked has another."""
    return secrets.randbits(63)


async def living(connection: AsyncConnection[DictRow], marks: Collection[str]) -> Collection[str]:
    """Those of the marks whose processes have a connection. One's own needs no question: its
    connections may have been lost, and come back."""
    mark = own_mark()
    alive = {mark} & set(marks)
    if alive == set(marks):
        return alive
    rows = await (await connection.execute(_HELD)).fetchall()
    held = {f"{row['classid']:08x}{row['objid']:08x}" for row in rows}
    return alive | (held & set(marks))
