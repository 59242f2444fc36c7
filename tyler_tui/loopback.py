"""Which hosts are this machine itself."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach that host, or be reached by it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def leads_here(url: str) -> bool:
    """Whether a URL is one of this machine; what is no URL is none."""
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False
