"""What the tools of servers are called: `server-tool`, in the letters that providers accept, and
each only once."""

import re
from collections.abc import Container

LONGEST = 64

_REFUSED = re.compile(r"[^A-Za-z0-9_-]+")


def tool_name(server: str, tool: str, taken: Container[str] = ()) -> str:
    """The name for a tool of a server, which is the same each time. Where something of it is lost,
    or it is `taken`, a few letters made of the whole name go behind it."""
    plain = f"{server}-{tool}"
    name = _REFUSED.sub("_", plain)
    if name == plain and len(name) <= LONGEST and name not in taken:
        return name
    import hashlib  # noqa: PLC0415 - few names need it, and OpenSSL comes with it

    mark = hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
    for length in range(6, len(mark)):
        unique = f"{name[: LONGEST - length - 1]}_{mark[:length]}"
        if unique not in taken:
            return unique
    raise ValueError(f"there is no name for {plain!r}")
