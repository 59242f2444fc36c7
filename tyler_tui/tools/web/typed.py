"""Addresses that the user typed: fetching there is what they asked for, so nobody asks them."""

import re
from collections.abc import Iterable, Iterator

from tyler_tui.messages import Message
from tyler_tui.tools.web.addresses import WebAddressError, parse_address

MAX_TYPED = 2000
"""Characters of a message. A longer one was pasted or piped: it may be the text of others."""

_ADDRESS = re.compile(r"""(?:https?://|www\.)[^\s<>"'`|\\^{}]+""", re.IGNORECASE)


def scopes_named_in(messages: Iterable[Message]) -> set[str]:
    """The scopes of the addresses in what the user wrote."""
    return {
        scope
        for message in messages
        if len(message.content) <= MAX_TYPED
        for scope in scopes_in(message.content)
    }


def scopes_in(text: str) -> Iterator[str]:
    """The scopes of the addresses that stand in a text: of each itself, and its host's.

    A bare name is not taken for one: `setup.py` is a file, and could be a host.
    """
    for match in _ADDRESS.finditer(text):
        found = match[0].rstrip(".,;:!?)]}*_")
        try:
            address = parse_address(found if "://" in found else f"https://{found}")
        except WebAddressError:
            continue
        yield address.scope
        yield address.place
