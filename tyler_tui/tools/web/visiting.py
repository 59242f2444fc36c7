"""Getting something from the web: a request, its redirects, its body, within limits."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from tyler_tui.agent.tools import Progress
from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line
from tyler_tui.tools.web.addresses import WebAddress, WebAddressError
from tyler_tui.tools.web.bodies import PACKED, unpacked
from tyler_tui.tools.web.guard import Guard
from tyler_tui.tools.web.hosts import Hosts
from tyler_tui.web_settings import WebSettings

MAX_REDIRECTS = 8
REPORT_S = 0.2
"""How often a download tells how far it is."""

USER_AGENT = "Mozilla/5.0 (compatible; tyler-chat)"
_REDIRECTS = (301, 302, 303, 307, 308)
_EXCERPT = 500


class LeadsElsewhereError(ToolError):
    """A redirect to another host, which the user may have to be asked about."""


class StatusError(ToolError):
    """The server answered with an HTTP status that is no success."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


async def unheard(progress: float | None, total: float | None, message: str) -> None:
    """Progress that nobody needs to hear of."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from `address`, the last of the redirects."""

    address: WebAddress
    response: httpx.Response

    @property
    def content_type(self) -> str:
        """As `text/html`, in lower case; empty when it is not said."""
        return str(self.response.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def size(self) -> int | None:
        """Bytes that will come, where that is known."""
        if self.response.headers.get("content-encoding", "identity").lower() != "identity":
            return None
        length = self.response.headers.get("content-length", "")
        return int(length) if length.isdecimal() and len(length) < 20 else None

    async def pieces(self, report: Progress) -> AsyncGenerator[bytes, None]:
        """The body, unpacked, while `report` hears how far it is."""
        received, told = 0, time.monotonic()
        async with aclosing(unpacked(self.response)) as pieces:
            async for piece in pieces:
                received += len(piece)
                if time.monotonic() - told >= REPORT_S:
                    told = time.monotonic()
                    await report(received, self.size, amount(received, self.size))
                yield piece

    async def read(self, limit: int, report: Progress) -> tuple[bytes, str]:
        """At most `limit` bytes of the body, and why that is not all of it, or ""."""
        body = bytearray()
        try:
            async with aclosing(self.pieces(report)) as pieces:
                async for piece in pieces:
                    body += piece
                    if len(body) > limit:
                        return bytes(body[:limit]), f"cut after {amount(limit)}"
        except httpx.TransportError:
            if not body:
                raise
            return bytes(body), "the connection broke off, so the end is missing"
        return bytes(body), ""


@asynccontextmanager
async def visit(
    address: WebAddress,
    settings: WebSettings,
    *,
    accept: str,
    packed: bool = True,
    within_s: float,
) -> AsyncGenerator[Answer, None]:
    """What is at `address`. Redirects are followed on the same site and to allowed hosts. All of
    it, the body too, has to come within so many seconds. `accept` are the types that are wanted,
    as HTTP has them; with `packed` the body may come compressed.

    Raises ToolError for all that can go wrong, in words for the model: LeadsElsewhereError when
    another site would have to be asked, WebAddressError for what is refused.
    """
    asked, allowed = address, Hosts(settings.allow_hosts)
    headers = {
        "User-Agent": USER_AGENT,
        "Accept": accept,
        "Accept-Encoding": PACKED if packed else "identity",
    }
    guard = Guard(allowed, proxy=settings.proxy)
    with _in_words(asked):
        try:
            async with asyncio.timeout(within_s) as limit:
                for _ in range(MAX_REDIRECTS + 1):
                    response = await guard.get(address, headers)
                    try:
                        location = response.headers.get("location", "")
                        if response.status_code not in _REDIRECTS or not location:
                            answer = Answer(address, response)
                            await _check(answer)
                            yield answer
                            return
                        address = _next(asked, address, location, allowed)
                    finally:
                        await response.aclose()
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise ToolError(f"{asked} took longer than {within_s:g} s.") from error
        finally:
            await guard.aclose()
    raise ToolError(f"{asked} leads on and on: more than {MAX_REDIRECTS} redirects.")


def _next(asked: WebAddress, address: WebAddress, location: str, allowed: Hosts) -> WebAddress:
    try:
        target = address.joined(location)
    except WebAddressError as error:
        raise WebAddressError(f"{address} leads on to what is refused: {error.message}") from error
    if not asked.is_of_the_same_site(target) and not allowed.allows(target.host, target.port):
        raise LeadsElsewhereError(
            f"{asked} leads to another host, {target.place}, which was not asked. To go on, make "
            f"the call again with this address: {target}"
        )
    return target


async def _check(answer: Answer) -> None:
    """Raises StatusError for an answer that is an error."""
    status = answer.response.status_code
    if 200 <= status < 300:
        return
    phrase = ""
    with suppress(ValueError):
        phrase = f" ({HTTPStatus(status).phrase})"
    raise StatusError(
        f"{answer.address} answered {status}{phrase}.{_advice(status, answer.response)}"
        f"{await _excerpt(answer)}",
        status,
    )


def _advice(status: int, response: httpx.Response) -> str:
    wait = one_line(response.headers.get("retry-after", ""), 40)
    if status in (401, 403, 407):
        return " It may want a login, or turn programs away."
    if status in (429, 503) and wait:
        return f" It asks to wait: {wait}{' s' if wait.isdecimal() else ''}."
    return ""


async def _excerpt(answer: Answer) -> str:
    """What the server says about its error, if it says so in plain words."""
    if answer.content_type != "text/plain" and not answer.content_type.endswith("json"):
        return ""

    with suppress(ToolError, httpx.TransportError):
        body, _ = await answer.read(4 * _EXCERPT, unheard)
        if words := one_line(body.decode("utf-8", "replace"), _EXCERPT):
            return f" It says: {words}"
    return ""


@contextmanager
def _in_words(address: WebAddress) -> Iterator[None]:
    """Failures of the network as ToolErrors."""
    try:
        yield
    except httpx.TransportError as error:
        reason = one_line(str(error), 200).rstrip(".")
        if "CERTIFICATE_VERIFY_FAILED" in reason:
            problem = f"has a certificate that cannot be trusted: {reason}"
        elif isinstance(error, httpx.ConnectTimeout):
            problem = "does not answer: no connection in time"
        elif isinstance(error, httpx.ReadTimeout):
            problem = "has stopped sending"
        elif isinstance(error, httpx.ProxyError):
            problem = f"cannot be reached through the proxy: {reason}"
        elif isinstance(error, httpx.ConnectError):
            problem = f"cannot be reached: {reason or 'no connection'}"
        else:
            problem = f"broke the connection: {reason or type(error).__name__}"
        raise ToolError(f"{address.place} {problem}.") from error


def amount(size: float, total: float | None = None) -> str:
    """Bytes as people read them: `3.2 MB`, `3.2 of 10.0 MB`."""
    largest = total or size
    if largest < 1000:
        unit, name = 1, "bytes"
    elif largest < 1_000_000:
        unit, name = 1000, "kB"
    else:
        unit, name = 1_000_000, "MB"
    figure = f"{size / unit:.0f}" if unit == 1 else f"{size / unit:.1f}"
    if total is None:
        return f"{figure} {name}"
    return f"{figure} of {total / unit:.{0 if unit == 1 else 1}f} {name}"
