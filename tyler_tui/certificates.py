"""What connections over TLS are checked against."""

import functools
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line

_VARIABLE = "SSL_CERT_FILE"


@functools.cache
def certificates() -> ssl.SSLContext:
    """Those that a variable of the environment names, else those that come with the HTTP client.
    Made once: it reads a file. Raises UsageError when that cannot be read."""
    import httpx  # noqa: PLC0415 - only for who connects

    with reading_certificates():
        return httpx.create_ssl_context()


@contextmanager
def reading_certificates() -> Iterator[None]:
    """Around what reads those that the variable names. Raises UsageError when it cannot."""
    try:
        yield
    except OSError as error:
        named = os.environ.get(_VARIABLE)
        if not named or error.filename is not None:  # then it is about another file
            raise
        match error:
            case FileNotFoundError():
                reason = "there is no such file"
            case ssl.SSLError():
                reason = "there are no certificates in it"
            case _:
                reason = "it cannot be read"
        raise UsageError(
            f"{_VARIABLE} names {one_line(named, 200)} for the certificates that servers are "
            f"checked against, and {reason}.",
            hint=f"Unset {_VARIABLE}, or let it name a file of certificates in PEM form.",
        ) from error
