"""Hosts that the user allows by name."""

import re
from collections.abc import Iterable
from ipaddress import ip_address

from tyler_tui.rules.rule import Rule

USUAL_PORTS = {"http": 80, "https": 443}

_PATTERN = re.compile(
    r"(?:\[(?P<bracketed>[0-9a-f:.]+)\]|(?P<name>(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*))"
    r"(?::(?P<port>\d{1,5}))?"
)


class Hosts:
    """Patterns for hosts: `wiki.example` (all ports), `localhost:8080` (one port), `*.example`
    (every host below it), `[::1]` (an IPv6 address).

    Raises ValueError for a pattern of no such form.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._allowed = [_parsed(pattern) for pattern in patterns]

    def allows(self, host: str, port: int) -> bool:
        """Whether a host, as `WebAddress` spells it, is allowed on a port."""
        return any(
            (host.endswith(name[1:]) if name.startswith("*.") else host == name)
            and only in (None, port)
            for name, only in self._allowed
        )


def rules_for(patterns: Iterable[str]) -> list[Rule]:
    """Rules under which the hosts are fetched from unasked. Raises ValueError as Hosts does."""
    return [
        Rule("allow", "web-fetch", subject)
        for host, port in map(_parsed, patterns)
        for name in [f"[[]{host}[]]" if ":" in host else host]
        for subject in _with_port(name, port)
    ]


def _with_port(name: str, port: int | None) -> list[str]:
    """As `WebAddress.place` writes it."""
    if port is None:
        return [name, f"{name}:*"]
    return [name if port in USUAL_PORTS.values() else f"{name}:{port}"]


def _parsed(pattern: str) -> tuple[str, int | None]:
    text = pattern.strip().lower().rstrip(".")
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    try:
        match = _PATTERN.fullmatch(text if text.isascii() else _ascii(text))
        if match is not None:
            port = int(match["port"]) if match["port"] else None
            bracketed = match["bracketed"]
            return str(ip_address(bracketed)) if bracketed else match["name"], port
    except ValueError:  # no IP address, no name of another script
        pass
    raise ValueError(
        f"{pattern!r} is no host: write one as wiki.example, localhost:8080 or *.example"
    )


def _ascii(text: str) -> str:
    import idna  # noqa: PLC0415 - few names need it

    name, colon, port = text.partition(":")
    stars = "*." if name.startswith("*.") else ""
    return stars + idna.encode(name[len(stars) :], uts46=True).decode() + colon + port
