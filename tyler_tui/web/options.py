"""How the web front end was asked to serve. Imports nothing heavy: the command line uses it."""

import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tyler_tui.errors import UsageError
from tyler_tui.loopback import is_loopback
from tyler_tui.sanitize import one_line

TOKEN_LENGTH = 16
"""The shortest token that is taken."""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """`token` is None where everybody on this machine may connect; `terminal` is the command that
    runs the TUI for a browser, `environment` what stands in its environment beside the usual."""

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    origins: tuple[str, ...] = ()
    approval_timeout_s: float = 300.0
    terminal: tuple[str, ...] = (sys.executable, "-m", "tyler_tui")
    environment: tuple[tuple[str, str], ...] = ()


def token_for(host: str, given: str | None) -> str | None:
    """The token to ask for: the one that was given; none is needed on loopback, and one is made
    for any other address. Raises UsageError."""
    if given is None:
        return None if is_loopback(host) else secrets.token_urlsafe(32)
    if len(given) < TOKEN_LENGTH or not given.isascii() or not given.isprintable() or " " in given:
        raise UsageError(
            f"A token has at least {TOKEN_LENGTH} ASCII characters and no spaces.",
            hint="Without --token one is made where it is needed.",
        )
    return given


def origins(given: Sequence[str]) -> tuple[str, ...]:
    """Origins as a browser writes them. Raises UsageError."""
    return tuple(_origin(text) for text in given)


def _origin(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_origin = bool(parts.hostname) and parts.path in ("", "/") and "@" not in parts.netloc
        parts.port  # noqa: B018 - raises for one that is no number
    except ValueError:
        is_origin = False
    if not is_origin or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise UsageError(
            f"{one_line(text, 60)!r} is no origin.",
            hint="An origin is a scheme and a host: https://chat.example.com",
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"
