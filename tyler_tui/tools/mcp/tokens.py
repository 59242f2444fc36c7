"""What an MCP server knows us by, taken out of what it and the libraries say."""

import os
import re
from contextlib import suppress

from tyler_tui.errors import ConfigError
from tyler_tui.mcp_settings import REFERENCE, McpServerSettings, resolved
from tyler_tui.redaction import MASK, SECRET_HEADER, is_secret_name

_SCHEME = re.compile(r"\w+\s+")
"""What stands before a token in Authorization."""
_SHORTEST = 8


def without_tokens(text: str, server: McpServerSettings) -> str:
    """`text` without what `server` knows us by: the values of its headers, and of its variables and
    those of ours that are called like secrets. A server may say them back, and they are neither for
    a model nor for a session."""
    for token in sorted(_tokens(server), key=len, reverse=True):  # one may begin with another
        text = text.replace(token, MASK)
    return text


def _tokens(server: McpServerSettings) -> set[str]:
    given = [
        *(value for name, value in server.headers.items() if _is_secret(name, value)),
        *(value for name, value in server.env.items() if _is_secret(name, value)),
        *(
            f"${{{name}}}"
            for text in (server.url or "", *server.args)
            for name in REFERENCE.findall(text)
            if is_secret_name(name)
        ),
    ]
    found: set[str] = set()
    for text in given:
        with suppress(ConfigError):  # it is not set, and so nobody has it
            whole = resolved(text).strip()
            found |= {whole, _SCHEME.sub("", whole)}
    return {token for token in found if len(token) >= _SHORTEST}


def _is_secret(name: str, value: str) -> bool:
    names = [name, *REFERENCE.findall(value)]
    return SECRET_HEADER.search(name) is not None or any(map(is_secret_name, names))


def without_secrets(text: str, server: McpServerSettings) -> str:
    """`text` without tokens, and with the names of the variables that `server` refers to in place
    of their values: what libraries say of an address or a header quotes it."""
    said = (server.command, server.cwd, server.url, *server.args, *server.env.values(),
            *server.headers.values())  # fmt: skip
    for name in {name for part in said if part for name in REFERENCE.findall(part)}:
        if value := os.environ.get(name, "").strip():
            text = text.replace(value, f"${{{name}}}")
    return without_tokens(text, server)
