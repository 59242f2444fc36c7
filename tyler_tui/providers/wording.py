"""How a failure of a model is told: a sentence, a little of what the server said, and a hint."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from tyler_tui.providers import Request
from tyler_tui.providers.catalog import (
    KEY_SOURCES,
    host_of,
    key_source,
    key_variable,
    provider_name,
)
from tyler_tui.providers.known_servers import address_variable, own_address
from tyler_tui.redaction import MASK, SECRET_HEADER, without_keys, without_own_keys
from tyler_tui.sanitize import one_line

QUOTE_LIMIT = 300
_UNNAMED = "The provider"


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of what a server said; `type` holds its own words for the kind of failure."""

    status: int | None = None
    text: str = ""
    type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def quote(answer: Said, request: Request) -> str:
    """What the server said, as far as it is fit to be shown, to stand behind a sentence."""
    # Masked first: a key that the cut goes through would no longer be known for one.
    text = one_line(masked(answer.text[:4000], request), QUOTE_LIMIT)
    return f" It said: {text}" if text else ""


def masked(text: str, request: Request) -> str:
    """`text` without keys: the exact ones in use, and whatever looks like one."""
    headers = request.extra_headers or {}
    secrets = [
        request.api_key,
        *(value for name, value in headers.items() if SECRET_HEADER.search(name)),
        *(os.environ.get(source.variable) for source in KEY_SOURCES),
    ]
    for secret in secrets:
        if secret and len(secret) >= 6:
            text = text.replace(secret, MASK)
    return without_keys(without_own_keys(text))


def _address(request: Request) -> str:
    """host:port of the server that a request goes to, where it is not the provider's usual one."""
    base = request.api_base or own_address(request.model)
    return host_of(base) if base else ""


def who(request: Request) -> str:
    source = key_source(request.model)
    return _address(request) or (source.provider if source else _UNNAMED)


def address_setting(request: Request) -> str:
    """What the address of the server is set in."""
    variable = address_variable(request.model)
    return f"{variable} or api_base" if variable else "api_base"


def sentence(kind: str, request: Request, answer: Said, *, started: bool) -> str:
    model = one_line(request.model, 60)
    server = who(request)
    whom = "the provider" if server == _UNNAMED else server
    code = f" (HTTP {answer.status})" if answer.status else ""
    match kind:
        case "set_up":
            return f"The key for {model} is missing."
        case "authentication":
            return f"The key for {model} was refused{code}."
        case "permission":
            return f"The key may not be used for {model}{code}."
        case "quota":
            return f"The account at {whom} has no credit left{code}."
        case "network":
            return f"No connection to {whom}."
        case "timeout":
            return f"{server} did not answer in time{code}."
        case "not_found":
            return f"There is no model {model} at {whom}{code}."
        case "rate_limit":
            return f"{server} got too many requests{code}."
        case "overloaded":
            return f"{server} is overloaded{code}."
        case "context_length":
            return f"The conversation is too long for {model}{code}."
        case "content_filter":
            return f"The filter of {whom} stopped the answer{code}."
        case "truncated":
            return "The connection broke off in the middle of the answer."
        case "protocol":
            return f"{server} sent an answer that cannot be read."
        case "bad_request":
            return f"{server} refused the request{code}."
        case _ if started:
            return f"{server} failed in the middle of the answer."
        case _:
            return f"{server} failed to answer{code}."


def hint(kind: str, request: Request) -> str:
    match kind:
        case "set_up" | "authentication":
            name = key_variable(request.model) or "the provider's key"
            return f"Set {name} to a valid key and start again, or use another model with -m."
        case "permission" | "quota":
            return "Check the account at the provider, or use another model with -m."
        case "network":
            if _address(request):
                return f"Is the server running? Check the address in {address_setting(request)}."
            return "Check the network connection, then send the prompt again."
        case "not_found" if provider_name(request.model) in ("ollama", "ollama_chat"):
            return "`ollama list` shows the models that are there, `ollama pull` fetches others."
        case "not_found" if _address(request):
            return "Check the model's name, and the server's address: it often ends in /v1."
        case "not_found":
            return "Check the name: provider/model, for example openai/gpt-5.5."
        case "rate_limit" | "overloaded" | "server" | "timeout":
            return "Wait a little and send the prompt again."
        case "context_length":
            return "Shorten it (/compact), start a new session, or use a model with more context."
        case "truncated":
            return "What arrived is kept. Ask it to go on, or send the prompt again."
        case "content_filter":
            return "Put the prompt in other words, or use another model."
        case _:
            return "Send the prompt again, or use another model with -m."
