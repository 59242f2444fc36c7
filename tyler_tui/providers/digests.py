"""What makes two requests the same to a recording."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from tyler_tui.messages import Message
from tyler_tui.providers import Request


def digests(request: Request, *, exact: bool = False) -> list[str]:
    """A digest for each beginning of the conversation that `request` holds; the last one stands
    for all of it.

    It covers what the user said and attached, and which tools the model called with what. How far
    an answer came before it was stopped, what a tool returned, and the system prompt (which tells
    the date and the folder) may differ from one run to the next: they count only when `exact`.
    """
    hasher = hashlib.sha256()
    found = [hasher.hexdigest()[:16]]
    for part in _exact_parts(request) if exact else _parts(request):
        hasher.update(json.dumps(part, sort_keys=True).encode())
        found.append(hasher.hexdigest()[:16])
    return found


def prompt_of(request: Request) -> str:
    """What the user said last."""
    said = (message.content for message in reversed(request.messages) if message.role == "user")
    return next(said, "")


def _parts(request: Request) -> Iterator[Any]:
    for message in request.messages:
        if message.role == "user":
            # Prompts without an answer between them are sent joined: a paragraph is a part.
            yield from (["user", paragraph] for paragraph in message.content.split("\n\n"))
        yield from _attached(message)
        for call in message.tool_calls or ():
            yield ["call", call.name, call.arguments]


def _exact_parts(request: Request) -> Iterator[Any]:
    yield ["system", request.system]
    yield ["tools", [[tool.name, tool.description, tool.parameters] for tool in request.tools]]
    for message in request.messages:
        yield [message.role, message.content, message.name]
        yield from _attached(message)
        for call in message.tool_calls or ():
            yield ["call", call.name, call.arguments]


def _attached(message: Message) -> Iterator[Any]:
    for file in message.attachments:
        yield ["file", file.mime_type, hashlib.sha256(file.content).hexdigest()]
