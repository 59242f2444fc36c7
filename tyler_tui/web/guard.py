"""Who may connect: the Host, the Origin and the token of every request and WebSocket.

A page of another site must not reach the chat through the browser of its user. The browser says
in Origin which page it acts for; that must be ours, or one that was allowed. A name that its owner
has pointed at this machine (DNS rebinding) shows in Host; so Host must be an address or a name that
we know. The token is a secret of the user's: in the header Authorization, else in the subprotocol
or the query of a WebSocket, since browsers give those no headers, else in the cookie that a page
gets which is opened with `?token=`.
"""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(
    r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::[0-9]{1,5})?"
)
"""A page's policy holds it as it stands: `localhost; script-src *` is no name."""
SUBPROTOCOL = "tyler-chat"
TOKEN_SUBPROTOCOL = "token."
"""Goes before the token in the other subprotocol that a browser's WebSocket may offer."""


@dataclass(frozen=True)
class Access:
    """What is asked of a client. `token` is None where everybody on this machine may connect."""

    token: str | None = None
    names: Collection[str] = ()
    """Names of this machine that may stand in Host, beside localhost and any address."""
    origins: Collection[str] = ()
    """Pages from elsewhere that may connect: https://chat.example.com."""

    def __post_init__(self) -> None:
        if self.token == "":
            raise ValueError("an empty token keeps nobody out")

    def knows_host(self, host: str) -> bool:
        """Whether a Host header names this machine, and says nothing else."""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = (found["bracketed"] or found["name"]).lower()
        if name == "localhost" or name in self.names:
            return True
        if name in (urlsplit(origin).hostname for origin in self.origins):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def knows_origin(self, origin: str, host: str) -> bool:
        """Whether a page of that origin may connect."""
        if origin in self.origins:
            return True
        scheme, _, place = origin.partition("://")
        return scheme in ("http", "https") and place.lower() == host.lower()

    def is_token(self, given: str) -> bool:
        """Whether it is the token."""
        return _is_same(given, self.token or "")

    def is_cookie(self, given: str) -> bool:
        """Whether it is what a cookie holds in place of the token."""
        return _is_same(given, self.cookie)

    @property
    def cookie(self) -> str:
        """What a cookie holds in place of the token: letters and digits only."""
        return hashlib.sha256((self.token or "").encode()).hexdigest()


class Guard:
    """Middleware that turns away who may not connect."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            refusal = self._refusal(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, access = Headers(scope=scope), self._access
        host, origin = headers.get("host", ""), headers.get("origin")
        if not access.knows_host(host):
            return _no(403, "This server does not go by that name. See --allow-origin.")
        if origin is not None and not access.knows_origin(origin, host):
            return _no(403, "Pages of that origin may not connect. See --allow-origin.")
        if access.token is None:
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        in_query = [value for name, value in query if name == "token"]
        if scope["type"] == "http" and scope["method"] == "GET" and in_query:
            if access.is_token(in_query[0]):
                rest = urlencode([(name, value) for name, value in query if name != "token"])
                address = scope["path"] + ("?" + rest if rest else "")
                return self._let_in(address, host, is_secure=scope["scheme"] == "https")
        elif self._has_token(scope, headers, in_query):
            return None
        response = _no(401, "A token is needed: it is in the address that the server showed.")
        response.headers["www-authenticate"] = "Bearer"
        return response

    def _has_token(self, scope: Scope, headers: Headers, in_query: list[str]) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        given = [bearer.strip()] if scheme.lower() == "bearer" else []
        if scope["type"] == "websocket":
            offered = scope.get("subprotocols", ())
            given += [word[len(TOKEN_SUBPROTOCOL) :] for word in offered if _holds_token(word)]
            given += in_query
        cookies = cookie_parser(headers.get("cookie", ""))
        cookie = cookies.get(cookie_name(headers.get("host", "")), "")
        return any(map(self._access.is_token, given)) or self._access.is_cookie(cookie)

    def _let_in(self, address: str, host: str, *, is_secure: bool) -> Response:
        """The page without the token in its address, which is kept and shown in many places."""
        response = RedirectResponse("/" + address.lstrip("/"), 303)
        response.headers["referrer-policy"] = "no-referrer"
        response.set_cookie(
            cookie_name(host), self._access.cookie, httponly=True, samesite="lax", secure=is_secure
        )
        return response


def cookie_name(host: str) -> str:
    """Cookies know no ports, so that of each server has a name of its own."""
    try:
        port = urlsplit(f"//{host}").port
    except ValueError:
        port = None
    return f"tyler_chat_{port or 80}"


def _is_same(given: str, secret: str) -> bool:
    """Takes as long for a guess that is nearly right as for any other."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), secret.encode())


def _holds_token(subprotocol: str) -> bool:
    return subprotocol.startswith(TOKEN_SUBPROTOCOL)


def _no(status: int, text: str) -> Response:
    return PlainTextResponse(text + "\n", status)
