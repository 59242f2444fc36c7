"""Run by Python itself at the start of every process that has this folder in PYTHONPATH: writes
down whom the process tries to reach, and lets it reach nothing but this machine.

A hook of the interpreter sees what no patch of a module would: sockets of any library, also in
threads, and look-ups of names.
"""

import ipaddress
import os
import socket
import sys
from typing import Any

_LOG = os.environ["SOCKET_GUARD_LOG"]
_ADDRESS_AT = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    at = _ADDRESS_AT.get(event)
    if at is None or arguments[at] is None:
        return
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg") and (
        arguments[0].family not in (socket.AF_INET, socket.AF_INET6)
    ):
        return
    address = arguments[at]
    host, port = address[:2] if isinstance(address, tuple) else (address, "")
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    with open(_LOG, "a", encoding="utf-8") as log:
        log.write(f"{event} {host} {port}\n")
    if host != "localhost" and not _is_loopback(host):
        raise PermissionError(f"the socket guard refuses {event} {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(_guard)
