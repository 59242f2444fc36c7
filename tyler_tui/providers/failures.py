"""What went wrong with a model, in words that help.

Client libraries raise exceptions whose messages are not fit to be shown: whole HTML pages, the
key, control characters, or nothing. Here a status, a class name and the chain of causes become a
ProviderError with a sentence of our own; at most a little of the server's text is quoted.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tyler_tui.errors import ProviderError
from tyler_tui.providers import Request
from tyler_tui.providers.catalog import key_variable
from tyler_tui.sanitize import one_line

QUOTE_LIMIT = 300
_KEY_SHAPES = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|key|AIza|ghp|hf|r8)[-_]?[A-Za-z0-9_\-]{12,}|Bearer\s+\S{8,}"
)
_PREFIXES = re.compile(r"^(?:[\w.]*(?:Error|Exception)\b[\s:\-]*)+")

_KIND_BY_STATUS = {
    400: "bad_request",
    401: "authentication",
    402: "quota",
    403: "permission",
    404: "not_found",
    408: "timeout",
    413: "context_length",
    422: "bad_request",
    429: "rate_limit",
    451: "content_filter",
    500: "server",
    501: "server",
    502: "server",
    503: "overloaded",
    504: "timeout",
    520: "server",
    529: "overloaded",
}
_RETRYABLE = {"rate_limit", "overloaded", "server", "network", "timeout"}
_NETWORK_CLASSES = {
    "ConnectError",
    "ConnectTimeout",
    "APIConnectionError",
    "ConnectionRefusedError",
    "RemoteProtocolError",
    "ReadError",
    "WriteError",
    "gaierror",
    "ProxyError",
}
_TIMEOUT_CLASSES = {"ReadTimeout", "APITimeoutError", "PoolTimeout", "WriteTimeout"}


def failure(error: BaseException, request: Request, *, started: bool = False) -> ProviderError:
    """The ProviderError for what a client library raised. `started` says that the answer had
    begun, so that a lost connection is an answer that broke off."""
    chain = list(_causes(error))
    names = {type(cause).__name__ for cause in chain}
    status = next((code for cause in chain if (code := _status(cause)) is not None), None)
    text = _server_text(chain, request)
    kind = _kind(status, names, text, started=started)
    headers = next((found for cause in chain if (found := _headers(cause))), {})
    return ProviderError(
        _sentence(kind, request, status, text),
        kind=kind,
        hint=_hint(kind, request),
        status=status,
        retryable=kind in _RETRYABLE or kind == "truncated",
        retry_after_s=retry_after(headers.get("retry-after", "")),
    )


def retry_after(value: str) -> float | None:
    """A Retry-After header in seconds; None when there is none or it makes no sense."""
    value = value.strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return seconds if 0 <= seconds < float("inf") else None


def masked(text: str, request: Request) -> str:
    """`text` without keys: the exact ones in use, and whatever looks like one."""
    variable = key_variable(request.model)
    for key in (request.api_key, os.environ.get(variable) if variable else None):
        if key and len(key) >= 6:
            text = text.replace(key, "***")
    return _KEY_SHAPES.sub("***", text)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it wraps, and what those were raised from."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [
            getattr(current, "original_exception", None),
            current.__cause__,
            current.__context__,
        ]


def _status(error: BaseException) -> int | None:
    # LiteLLM gives 500 to whatever it could not name, so its own wrappers say nothing.
    if type(error).__name__ in ("MidStreamFallbackError", "APIConnectionError"):
        return None
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _headers(error: BaseException) -> dict[str, str]:
    response = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or getattr(error, "headers", None)
    try:
        return {str(name).lower(): str(value) for name, value in dict(headers or {}).items()}
    except (TypeError, ValueError):
        return {}


def _server_text(chain: list[BaseException], request: Request) -> str:
    for error in chain:
        body = getattr(error, "body", None)
        if isinstance(body, dict):
            inner = body.get("error", body)
            message = inner.get("message") if isinstance(inner, dict) else inner
            if message:
                return masked(one_line(str(message), QUOTE_LIMIT), request)
    text = str(getattr(chain[0], "message", "") or chain[0])[:4000]
    if "<html" in text.lower() or "<!doctype" in text.lower():
        return "the server sent a web page"
    text = _PREFIXES.sub("", one_line(text, 1000)).strip()
    return masked(one_line(text, QUOTE_LIMIT), request)


def _kind(status: int | None, names: set[str], text: str, *, started: bool) -> str:
    low = text.lower()
    if "ContextWindowExceededError" in names or "maximum context length" in low:
        return "context_length"
    if "ContentPolicyViolationError" in names:
        return "content_filter"
    if "insufficient_quota" in low or "exceeded your current quota" in low:
        return "quota"
    if names & _TIMEOUT_CLASSES or names & {"Timeout"}:
        return "timeout"
    if started:
        return "truncated"
    if names & _NETWORK_CLASSES and (status is None or low.startswith("connection error")):
        return "network"
    if status in _KIND_BY_STATUS:
        return _KIND_BY_STATUS[status]
    if "api_key" in low or "api key" in low:
        return "authentication"
    if "llm provider not provided" in low:
        return "not_found"
    if names & {"JSONDecodeError", "UnicodeDecodeError"}:
        return "protocol"
    if status is not None:
        return "server" if status >= 500 else "bad_request"
    return "unknown"


def address(request: Request) -> str:
    """host:port of the server that a request goes to, as far as is known."""
    base = request.api_base or os.environ.get("OPENAI_API_BASE") or os.environ.get(
        "OPENAI_BASE_URL"
    )  # fmt: skip
    if not base or not (request.api_base or request.model.startswith("openai/")):
        return ""
    parts = urlsplit(base)
    return one_line(parts.netloc.rpartition("@")[2] or base, 80)


def _sentence(kind: str, request: Request, status: int | None, text: str) -> str:
    model = one_line(request.model, 60)
    where = address(request)
    variable = key_variable(request.model)
    said = f" It said: {text}" if text else ""
    code = f" (HTTP {status})" if status else ""
    match kind:
        case "authentication":
            return f"The key for {model} was refused or is missing{code}.{said}"
        case "network":
            return f"No connection to {where or 'the provider of ' + model}."
        case "not_found":
            return f"There is no model {model} at {where or 'that provider'}{code}.{said}"
        case "rate_limit":
            return f"{variable or model}: too many requests for now{code}.{said}"
        case "truncated":
            return f"The connection broke off in the middle of the answer.{said}"
        case "timeout":
            return f"{where or 'The provider'} did not answer in time{code}."
        case _:
            return f"{where or model} refused or failed{code}.{said}"


def _hint(kind: str, request: Request) -> str:
    variable = key_variable(request.model)
    match kind:
        case "authentication":
            name = variable or "the provider's key"
            return f"Set {name} to a valid key and start again, or use another model with -m."
        case "permission" | "quota":
            return "Check the account at the provider, or use another model with -m."
        case "network":
            if address(request):
                return "Is the server running? Check the address in OPENAI_API_BASE or api_base."
            return "Check the network connection, then send the prompt again."
        case "not_found":
            return "Check the name: provider/model, for example openai/gpt-5.1."
        case "rate_limit" | "overloaded" | "server" | "timeout":
            return "Wait a little and send the prompt again."
        case "context_length":
            return "Start a new session, or use a model with a larger context."
        case "truncated":
            return "What arrived is kept. Ask it to go on, or send the prompt again."
        case "content_filter":
            return "Put the prompt in other words, or use another model."
        case _:
            return "Send the prompt again; --debug writes the details to the log."
