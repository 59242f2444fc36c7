"""About how many tokens a request holds, before the provider says so."""

import json
from collections.abc import Sequence

from tyler_tui.messages import Message, compaction_of
from tyler_tui.providers import Provider, Request

PER_MESSAGE = 4
"""What a message takes beside its text."""
PER_IMAGE = 1_000
"""Providers take from some hundred to 1,600 tokens for a picture."""


def input_tokens(provider: Provider, request: Request, branch: Sequence[Message]) -> int:
    """About how many tokens `request`, which was made of `branch`, will be counted for.

    What the provider told of the last answer is exact, so only what came since is estimated; where
    there is no such answer all of it is.
    """
    since = 0
    for message in reversed(branch):
        if compaction_of(message) is not None:  # answers before it were given more than is sent now
            break
        usage = message.usage
        if message.role == "assistant" and usage is not None and not usage.estimated:
            # What a model thought is not sent again.
            return since + usage.total_tokens - usage.reasoning_tokens
        since += message_tokens(provider, request.model, message)
    return request_tokens(provider, request)


def request_tokens(provider: Provider, request: Request) -> int:
    """The same, estimated from nothing but the request."""
    tools = json.dumps([[tool.name, tool.description, tool.parameters] for tool in request.tools])
    return (
        provider.count_tokens(request.model, request.system)
        + provider.count_tokens(request.model, tools if request.tools else "")
        + sum(message_tokens(provider, request.model, message) for message in request.messages)
    )


def message_tokens(provider: Provider, model: str, message: Message) -> int:
    """About how many tokens one message takes."""
    texts = [message.content]
    texts += [call.name + json.dumps(call.arguments) for call in message.tool_calls or ()]
    images = sum(file.is_image for file in message.attachments)
    texts += [
        file.content.decode("utf-8", "replace") for file in message.attachments if not file.is_image
    ]
    counted = sum(provider.count_tokens(model, text) for text in texts)
    return PER_MESSAGE + counted + images * PER_IMAGE
