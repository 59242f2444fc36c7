"""Connections to the public internet alone.

A host is resolved once for each request; of its IP addresses those that are public are connected
to, as numbers. There is no second look-up that could be answered otherwise (DNS rebinding). The
name stays in the Host header, in the TLS handshake, and in what the certificate is checked against.

A proxy would resolve names itself, out of sight. So those of the environment (HTTPS_PROXY and its
like) are not used; only one that the settings name is, and then the proxy's own rules are the guard
for names. IP addresses in the URL are checked even so.
"""

import os
import socket
from collections.abc import Awaitable, Callable, Sequence

import httpx

from tyler_tui.agent.calling import call
from tyler_tui.certificates import certificates
from tyler_tui.errors import ToolError
from tyler_tui.tools.web.addresses import WebAddress, check_as_written, is_public, not_public
from tyler_tui.tools.web.hosts import Hosts

CONNECT_S = 10.0
"""How long one connection may take to be made."""

IDLE_S = 20.0
"""How long a server may be silent."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The IP addresses of a host, for a port. Raises OSError when there are none."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver, in a thread that nobody has to wait for."""
    found = await call(socket.getaddrinfo, {"host": host, "port": port, "type": socket.SOCK_STREAM})
    return list(dict.fromkeys(entry[4][0] for entry in found))


class Guard:
    """Sends requests to where they may go. `allowed` hosts may be anywhere. To be closed."""

    def __init__(
        self, allowed: Hosts, *, resolve: Resolve = resolve, proxy: str | None = None
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._proxied = proxy is not None
        self._transport = httpx.AsyncHTTPTransport(
            verify=certificates(),
            trust_env=False,
            proxy=proxy,
            # A connection is known by its IP address, which servers of many names may share.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def get(self, address: WebAddress, headers: dict[str, str]) -> httpx.Response:
        """The answer to a GET, its body unread. Nothing is followed, kept or added: no redirects,
        no cookies. Raises WebAddressError, ToolError, and httpx.TransportError."""
        timeout = httpx.Timeout(IDLE_S, connect=CONNECT_S).as_dict()
        request = httpx.Request("GET", address.url, headers=headers)
        failure: httpx.TransportError | None = None
        for ip in await self._addresses(address):
            attempt = httpx.Request(
                "GET",
                address.url.copy_with(host=ip),
                headers=request.headers,
                extensions={"timeout": timeout, "sni_hostname": address.host},
            )
            try:
                return await self._transport.handle_async_request(attempt)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def _addresses(self, address: WebAddress) -> Sequence[str]:
        """What to connect to: at least one."""
        if self._proxied:
            check_as_written(address, self._allowed)
            return [address.host]
        allowed = self._allowed.allows(address.host, address.port)
        try:
            found = await self._resolve(address.host, address.port)
        except (OSError, UnicodeError) as error:
            raise ToolError(
                f"There is no host {address.host}, or no way to look it up.{_hint_of_proxy()}"
            ) from error
        reachable = [ip for ip in found if allowed or is_public(ip)]
        if not reachable:
            raise not_public(address)
        return reachable


def _hint_of_proxy() -> str:
    names = ("https_proxy", "http_proxy", "all_proxy")
    if not any(os.environ.get(name) or os.environ.get(name.upper()) for name in names):
        return ""
    return (
        " The proxy that the environment names is not used: it would reach hosts that are refused "
        "here. The user can name it under [web] in the config: proxy."
    )
