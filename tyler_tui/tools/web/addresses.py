"""Web addresses: what is one, and which IP addresses may be connected to.

One parser, httpx's, reads an address for everyone: for the question that the user is asked, for the
checks, and for the request. Two that disagree are how guards are walked around.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line
from tyler_tui.tools.web.hosts import USUAL_PORTS, Hosts

if TYPE_CHECKING:
    import httpx

MAX_LENGTH = 2048
"""Characters in an address."""

MAX_PLAIN_LENGTH = 256
"""Characters behind the host. A longer tail can carry much away, so it is a scope of its own."""

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")

# The registries of special-purpose addresses (RFC 6890 and its updates), and one of the cloud.
# `is_global` of Python 3.11 knows fewer.
_SPECIAL_V4 = [
    ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # the host of a machine in Azure
    )
]  # fmt: skip
_GLOBAL_V6 = ip_network("2000::/3")
_SPECIAL_V6 = [
    ip_network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarks, ORCHID and other protocols
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4, which holds an IPv4 address
        "2620:4f:8000::/48",
    )
]  # fmt: skip


class WebAddressError(ToolError):
    """An address that is none, or that may not be reached."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address. `host` is in lower case, ASCII, without brackets."""

    url: "httpx.URL"
    host: str
    port: int

    def __str__(self) -> str:
        return str(self.url)

    @property
    def place(self) -> str:
        """The host, with its port where that is not the usual one of http or https."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port in USUAL_PORTS.values() else f"{host}:{self.port}"

    @property
    def scope(self) -> str:
        """What allowing it allows: its host, or itself alone when it is long enough to carry
        something away."""
        return self.place if len(self.url.raw_path) <= MAX_PLAIN_LENGTH else str(self.url)

    def joined(self, location: str) -> "WebAddress":
        """Where a redirect leads. Raises WebAddressError."""
        return parse_address(location, base=self.url)

    def is_of_the_same_site(self, other: "WebAddress") -> bool:
        """Whether `other` belongs to whoever was asked: the same host, with or without `www.`,
        over https too, or a host below it."""
        if {self.port, other.port} - set(USUAL_PORTS.values()) and self.port != other.port:
            return False
        host, below = self.host.removeprefix("www."), other.host.removeprefix("www.")
        return host == below or below.endswith(f".{host}")


def parse_address(text: str, *, base: "httpx.URL | None" = None) -> WebAddress:
    """The address that `text` is, seen from `base` where there is one. Raises WebAddressError for
    what is no http(s) address, carries credentials, or spells an IP address in a way that hides it.
    """
    import httpx  # noqa: PLC0415 - for calls, not for everyone who has the tools

    shown = repr(one_line(text, 120))
    if len(text) > MAX_LENGTH:
        raise WebAddressError(f"{shown} is too long: an address has at most {MAX_LENGTH} letters.")
    try:
        url = httpx.URL(text.strip())
        url = url if base is None else base.join(url)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise WebAddressError(
            f"{shown} is not an address: {one_line(str(error), 100).rstrip('.')}."
        ) from error
    if url.scheme not in USUAL_PORTS:
        raise WebAddressError(f"{shown} does not begin with http:// or https://.")
    if url.userinfo or "@" in url.netloc.decode("ascii", "replace"):
        raise WebAddressError(f"{shown} holds a name or password, which is never sent.")
    host = url.raw_host.decode("ascii", "replace").lower().removesuffix(".")
    host = _checked(host, shown)
    port = url.port if url.port is not None else USUAL_PORTS[url.scheme]
    if not 0 < port < 65536:
        raise WebAddressError(f"{shown} has no possible port.")
    return WebAddress(url.copy_with(host=host, fragment=None), host, port)


def _checked(host: str, shown: str) -> str:
    """A host that can be one; an IP address as it is usually written."""
    labels = host.split(".")
    # System resolvers take 127.1, 0x7f000001 and 2130706433 for addresses too.
    if ":" in host or _NUMERIC.fullmatch(labels[-1]):
        try:
            ip = ip_address(host)
        except ValueError:
            raise WebAddressError(
                f"{shown} spells an IP address in an odd way, if it is one. "
                "Write it as usual: four numbers with dots, or in brackets if it has colons."
            ) from None
        if getattr(ip, "scope_id", None) is None:
            return str(ip)
    elif len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels):
        return host
    raise WebAddressError(f"{shown} has no possible host.")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not private, loopback, link-local,
    multicast, reserved, a cloud's metadata, nor an IPv4 address in IPv6's clothes."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _SPECIAL_V4)
    return ip in _GLOBAL_V6 and not any(ip in network for network in _SPECIAL_V6)


def check_as_written(address: WebAddress, allowed: Hosts) -> None:
    """Raises WebAddressError where an IP address says by itself that it will be refused."""
    is_ip = ":" in address.host or address.host.replace(".", "").isdecimal()
    if is_ip and not is_public(address.host) and not allowed.allows(address.host, address.port):
        raise not_public(address)


def not_public(address: WebAddress) -> WebAddressError:
    """The refusal, with what a user can do about it."""
    return WebAddressError(
        f"{address.place} is not on the public internet but inside a network (private, local or "
        "reserved), where nothing is fetched from. If the user wants it, they can add it to "
        "allow_hosts under [web] in the config, or to TYLER_CHAT_ALLOW_HOSTS."
    )


def scope_of(text: str) -> str:
    """The scope of an address; of what is none, the text itself."""
    try:
        return parse_address(text).scope
    except WebAddressError:
        return text
