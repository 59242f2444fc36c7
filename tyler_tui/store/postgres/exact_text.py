"""Text as it is: PostgreSQL cannot hold the character NUL, which tools write now and then.

It is kept as a pair of noncharacters of Unicode; the first of the two, should it ever stand in a
text, is doubled. Every other text is stored as it is, so that searching works on what is stored.
"""

import re

from psycopg import AsyncConnection
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.postgres import types

from tyler_tui.sanitize import storable

_ESCAPE, _NUL = "\U0010ffff", "\U0010fffe"
_SPECIAL = re.compile("[\0\U0010ffff]")
_ESCAPED = re.compile("\U0010ffff(.)", re.DOTALL)


def escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPE + (_NUL if found[0] == "\0" else _ESCAPE), text)


def unescaped(text: str) -> str:
    if _ESCAPE not in text:
        return text
    return _ESCAPED.sub(lambda found: "\0" if found[1] == _NUL else found[1], text)


class _TextDumper(Dumper):
    oid = types["text"].oid

    def dump(self, obj: str) -> Buffer:
        return escaped(storable(obj)).encode()


class _TextLoader(Loader):
    def load(self, data: Buffer) -> str:
        return unescaped(str(data, "utf-8"))


def keep_text_exact(connection: AsyncConnection) -> None:
    """From now on all text goes and comes so; the connection speaks UTF-8."""
    connection.adapters.register_dumper(str, _TextDumper)
    connection.adapters.register_loader("text", _TextLoader)
