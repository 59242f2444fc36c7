"""The address of a PostgreSQL database: what a URL says, and how it may be shown."""

import re
from dataclasses import dataclass, field
from typing import Any

from psycopg import Error
from psycopg.conninfo import conninfo_to_dict

from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line

CONNECT_TIMEOUT_S = 10
# A network that swallows what is sent is noticed on this side, too.
_DEFAULTS = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "fallback_application_name": "tyler-chat",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

_AT_BEHIND_USER = re.compile(r"(?:[^@/]*@)?+[^?]*@")
"""In a URL: libpq would take a part of a password that holds @ or / for the host or the database,
and say so to everybody."""


@dataclass(frozen=True)
class Address:
    """`parameters` are those of libpq, the password among them; they are not for showing."""

    parameters: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, url: str) -> "Address":
        """The address that a URL stands for; its query may hold every parameter of libpq, as
        `sslmode` and `sslrootcert`. Raises UsageError, which does not show the URL."""
        _, _, rest = url.partition("://")
        try:
            if _AT_BEHIND_USER.match(rest):
                raise Error
            given = conninfo_to_dict(f"postgresql://{rest}")
        except Error:
            raise UsageError(
                "The URL of the PostgreSQL database cannot be read.",
                hint="It is postgresql://USER@HOST:PORT/DATABASE?sslmode=require; special "
                "characters in a name or password are written as %40 and the like.",
            ) from None
        return cls({**_DEFAULTS, **given})

    @property
    def shown(self) -> str:
        """Who is asked for what, without a password."""
        said = self.parameters
        user = f"{said['user']}@" if said.get("user") else ""
        host = said.get("host") or said.get("hostaddr") or ""
        port = f":{said['port']}" if said.get("port") else ""
        return one_line(f"postgresql://{user}{host}{port}/{said.get('dbname') or ''}", 200)

    def without_password(self, text: str) -> str:
        """`text` as it may be shown: what a server or libpq says."""
        for name in ("password", "sslpassword"):
            if secret := self.parameters.get(name):
                text = text.replace(str(secret), "…")
        return text
