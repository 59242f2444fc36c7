"""What connections over TLS are checked against."""

import functools
import os
import ssl

from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line

_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@functools.cache
def certificates() -> ssl.SSLContext:
    """Those that one of the variables names, else those that come with the HTTP client. Made once:
    it reads a file. Raises UsageError when that cannot be read."""
    import httpx  # noqa: PLC0415 - only for who connects

    try:
        return httpx.create_ssl_context()
    except OSError as error:  # also ssl.SSLError, for a file of something else
        variable = next((name for name in _VARIABLES if os.environ.get(name)), "")
        if not variable:
            raise
        no_such = isinstance(error, FileNotFoundError)
        reason = "there is no such file" if no_such else "there are no certificates in it"
        raise UsageError(
            f"{variable} names {one_line(os.environ[variable], 200)} for the certificates that "
            f"servers are checked against, and {reason}.",
            hint=f"Unset {variable}, or let it name a file of certificates in PEM form.",
        ) from error
