"""What went wrong with a model, in words that help.

Client libraries raise exceptions whose messages are not fit to be shown: whole HTML pages, the
key, control characters, or nothing; and LiteLLM gives the status 500 to whatever it could not
name. So the HTTP answer at the bottom of the chain of causes is read again, and becomes a
ProviderError with a sentence of our own; at most a little of the server's text is quoted.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tyler_tui.errors import ProviderError
from tyler_tui.providers import Request
from tyler_tui.providers.bodies import is_event_stream, is_web_page, said
from tyler_tui.providers.wording import Said, address_setting, hint, quote, sentence, who
from tyler_tui.sanitize import one_line

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
_KIND_BY_WORDS = (
    (
        "context_length",
        r"context_length_exceeded|maximum context length|context (?:size|window|length)"
        r"|exceed_context|prompt is too long|too many input tokens",
    ),
    ("content_filter", r"content_filter|content_policy|content management policy"),
    (
        "quota",
        r"insufficient_quota|exceeded your current quota|credit balance|billing_"
        r"|budget_exceeded|budget has been exceeded",
    ),
    ("not_found", r"invalid model name passed"),
)
_KIND_BY_TYPE = (
    ("rate_limit", r"rate_?limit|too_many_requests|resource_exhausted"),
    ("overloaded", r"overloaded|unavailable"),
    ("authentication", r"authentication|invalid_api_key|unauthenticated"),
    ("permission", r"permission"),
    ("not_found", r"not_found"),
    ("bad_request", r"invalid_request|invalid_argument|bad_request"),
)
_RETRYABLE = {"rate_limit", "overloaded", "server", "network", "timeout", "truncated"}
_NETWORK = {
    "ClientResponseError",
    "ConnectError",
    "ConnectTimeout",
    "ConnectionError",
    "ConnectionRefusedError",
    "ProxyError",
    "ReadError",
    "RemoteProtocolError",
    "UnsupportedProtocol",
    "WriteError",
    "gaierror",
}
_NO_HTTP = "BadHttpMessage"
"""What aiohttp says of a server that answers, but not as HTTP has it behind the first line."""
_TIMEOUT = {"ReadTimeout", "PoolTimeout", "WriteTimeout"}
_UNREADABLE = {
    "AttributeError",
    "EndlessEventError",
    "JSONDecodeError",
    "RecursionError",
    "TypeError",
    "UnicodeDecodeError",
    "ValidationError",
}


class AnotherHostError(Exception):
    """A server sends on to `place`, a scheme and a host, which was not asked."""

    def __init__(self, place: str) -> None:
        super().__init__(f"a redirect to {place}")
        self.place = place


def failure(error: BaseException, request: Request, *, started: bool = False) -> ProviderError:
    """The ProviderError for what a client library raised. `started` says that the answer had
    begun, so that a lost connection is an answer that broke off."""
    chain = list(causes(error))
    if (place := _other_place(chain)) is not None:
        return ProviderError(
            f"{who(request)} sends on to {one_line(place, 80)}, which was not asked for.",
            kind="protocol",
            hint=f"If that is the right server, give its address in {address_setting(request)}.",
        )
    # LiteLLM's own classes say less than what they wrap.
    names = {type(cause).__name__ for cause in chain if not _is_wrapper(cause)}
    if "TooManyRedirects" in names:  # each further try would go the whole round again
        return ProviderError(
            f"{who(request)} sends on in a circle, from one address to the next.",
            kind="protocol",
            hint=f"Check the address of the server in {address_setting(request)}.",
        )
    answer = _http_answer(chain) or _error_event(chain)
    if answer is not None:
        kind = _kind_of_answer(answer)
    else:
        kind = _kind_of_cause(names, chain, started=started)
        answer = _reported(chain) if kind == "unknown" else Said()
        if answer.status or answer.text:
            kind = _kind_of_answer(answer)
        elif kind == "unknown" and started:
            kind = "truncated"
    return _error(kind, request, answer, started=started)


def raise_unless_stream(head: bytes, request: Request) -> None:
    """Raise when a body that began so, and held no answer, was no stream of events at all."""
    text = head.decode("utf-8", "replace").strip()
    if not text or is_event_stream(text):
        return
    message, type_, is_error = said(text)
    if is_error:
        answer = Said(text=message, type=type_)
        raise _error(_kind_of_answer(answer), request, answer)
    what = "a web page" if is_web_page(text) else "something that is no stream"
    raise ProviderError(
        f"{who(request)} sent {what} instead of an answer.",
        kind="protocol",
        hint="Check the address of the server: it often ends in /v1. A log-in page or a proxy may "
        "stand in between.",
    )


def retry_after(value: str, sent: str = "") -> float | None:
    """A Retry-After header in seconds; None when there is none or it makes no sense. A date in it
    is one of the server's clock: `sent`, its Date header, says what that showed."""
    value = value.strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        if (moment := _moment(value)) is None:
            return None
        seconds = (moment - (_moment(sent) or datetime.now(UTC))).total_seconds()
    return seconds if 0 <= seconds < float("inf") else None


def _moment(text: str) -> datetime | None:
    """A date of HTTP."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def causes(error: BaseException) -> Iterator[BaseException]:
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


def _is_wrapper(error: BaseException) -> bool:
    return type(error).__module__.startswith("litellm")


def _other_place(chain: list[BaseException]) -> str | None:
    """The host that the server sends on to, and that was not asked."""
    return next((error.place for error in chain if isinstance(error, AnotherHostError)), None)


def _http_answer(chain: list[BaseException]) -> Said | None:
    """The answer that the HTTP client refused, when there was one."""
    for error in chain:
        response = getattr(error, "response", None)
        if type(error).__module__ != "httpx" or response is None:
            continue
        try:
            body = response.text
        except RuntimeError:  # it was never read
            body = ""
        text, type_, _ = said(body)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Said(response.status_code, text, type_, headers)
    return None


def _error_event(chain: list[BaseException]) -> Said | None:
    """The error that came as an event of the stream."""
    for error in chain:
        body = getattr(error, "body", None)
        if body is not None and not _is_wrapper(error):
            text, type_, _ = said(body)
            return Said(text=text, type=type_)
    return None


def _reported(chain: list[BaseException]) -> Said:
    """What LiteLLM read in an answer of another format, or one that came over another client."""
    statuses = (getattr(error, "status_code", None) for error in chain)
    status = next((code for code in statuses if isinstance(code, int) and code != 500), None)
    source = chain[-1]
    if not type(source).__module__.startswith("litellm.llms"):
        return Said(status)
    text, type_, _ = said(str(getattr(source, "message", "")))
    return Said(status, text, type_)


def _kind_of_answer(answer: Said) -> str:
    words = f"{answer.type} {answer.text}".lower()
    for kind, pattern in _KIND_BY_WORDS:
        if re.search(pattern, words):
            return kind
    if answer.status is None:
        for kind, pattern in _KIND_BY_TYPE:
            if re.search(pattern, words):
                return kind
    code = answer.status or next(
        (int(word) for word in answer.type.split() if word.isdecimal() and len(word) == 3), 500
    )
    return _KIND_BY_STATUS.get(code) or ("server" if code >= 500 else "bad_request")


def _kind_of_cause(names: set[str], chain: list[BaseException], *, started: bool) -> str:
    if names & _TIMEOUT:
        return "timeout"
    if names & _NETWORK and started:
        return "truncated"
    if _NO_HTTP in names:
        return "protocol"
    if names & _NETWORK:
        return "network"
    if names & _UNREADABLE:
        return "protocol"
    words = " ".join(str(error)[:1000] for error in chain).lower()
    if re.search(r"api[_ ]key|missing credentials", words):
        return "set_up"
    if "llm provider not provided" in words:
        return "not_found"
    return "unknown"


def _error(kind: str, request: Request, answer: Said, *, started: bool = False) -> ProviderError:
    return ProviderError(
        sentence(kind, request, answer, started=started) + quote(answer, request),
        kind=kind,
        hint=hint(kind, request),
        status=answer.status,
        retryable=kind in _RETRYABLE,
        retry_after_s=retry_after(
            answer.headers.get("retry-after", ""), answer.headers.get("date", "")
        ),
    )
