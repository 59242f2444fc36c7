"""What a hostile page, name or client sends at the server itself: it acts on nothing."""

import asyncio
import json
import re
import socket
import sys
import zlib
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.hostile.corpus import SHORT
from tests.provider_server import ProviderServer, answer
from tests.web.clients import WAIT_S, Serving
from tests.web.conftest import Serve
from tyler_tui.web.protocol import MAX_MESSAGE_BYTES


class Elements(HTMLParser):
    """What a browser makes of a page: its elements with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.title = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        if self.lasttag == "title":
            self.title += data


BREAKING_OUT = {
    "a script": "</title><script>alert(1)</script>",
    "an attribute": '" onload="alert(1)" x="',
    "a quote": "' onfocus='alert(1)",
    "a placeholder": "$socket ${title} $nowhere $$",
    "an entity": "&lt;script&gt; &#x22; &quot",
    "a comment": "<!-- --!>",
}


async def test_a_name_in_the_address_adds_nothing_to_the_page(served: Serving) -> None:
    usual = Elements((await served.get("/")).text)
    names = BREAKING_OUT | {name: text for name, text in SHORT.items() if text.strip()}
    for name, text in names.items():
        sent = quote(text.encode("utf-8", "surrogatepass"))
        page = await served.get(f"/?session={sent}&fontsize={sent}")
        assert page.status_code == 200, name
        found = Elements(page.text)
        assert found.found == usual.found, name
        assert not re.search(r"[\ud800-\udfff]", page.text)
        if name in BREAKING_OUT:
            assert text in found.title, name


async def test_the_page_may_load_and_reach_nothing_but_this_server(served: Serving) -> None:
    page = await served.get("/")
    parts = page.headers["content-security-policy"].split(";")
    policy = {name: rest for name, _, rest in (part.strip().partition(" ") for part in parts)}
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    place = f"127.0.0.1:{served.port}"
    assert policy["connect-src"] == f"'self' ws://{place} wss://{place}"
    for name in ("base-uri", "form-action", "frame-ancestors"):
        assert policy[name] == "'none'"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "<script>" not in page.text, "there is no script in the page itself"


HOSTS = [
    b"Host: localhost; script-src *",
    b"Host: localhost:1;script-src *",
    b"Host: localhost/evil",
    b"Host: localhost?evil",
    b"Host: localhost#evil",
    b"Host: evil@localhost",
    b"Host: localhost:99999999",
    b"Host: localhost, evil.example",
    b"Host: local\thost",
    b"Host: 127.0.0.1:1\r\nHost: evil.example",
    b"Host: evil.example\r\nHost: 127.0.0.1",
    b"X-Forwarded-Host: localhost",
]


async def test_a_host_that_says_more_than_a_name_is_refused(served: Serving) -> None:
    for host in HOSTS:
        status, _, rest = await raw(served, b"GET / HTTP/1.1\r\n%s\r\n\r\n" % host)
        assert status in (400, 403), host
        assert b"script-src *" not in rest


async def closing_code(connection: ClientConnection) -> int | None:
    """The code with which the server closes the connection."""
    with suppress(ConnectionClosed):
        async with asyncio.timeout(WAIT_S):
            while True:
                await connection.recv()
    return connection.close_code


PATHS = [
    "/static/../../../../../../etc/passwd",
    "/static/..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
    "/static/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/static/..\\..\\..\\etc\\passwd",
    "/static//etc/passwd",
    "/static/css/../../../__init__.py",
    "/static/%00",
    "/static/" + "a" * 5000,
    "//etc/passwd",
    "/../etc/passwd",
    "/terminal.js/../../../server.py",
    "/openapi.json",
    "/docs",
]


async def test_no_path_leads_out_of_what_is_served(served: Serving) -> None:
    marks = (b"root:", b"import ", b"Traceback")
    for path in PATHS:
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        status, _, body = await raw(served, request)
        assert status in (400, 404, 405), path
        assert not any(mark in body for mark in marks), path
    for path in ("/ws/terminal/../../x", "/ws/terminal/zz", "/ws/terminal/00", "/ws/terminal/ff"):
        async with served.connected_to(path) as connection:
            assert await closing_code(connection) is not None
    assert (await served.get("/protocol.json")).status_code == 200, "it goes on"


async def raw(served: Serving, request: bytes) -> tuple[int, bytes, bytes]:
    """The status, the head and the body of the answer to exactly these bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    try:
        writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
        await writer.drain()
        async with asyncio.timeout(WAIT_S):
            whole = await reader.read()
    finally:
        writer.close()
    head, _, body = whole.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


@pytest.mark.parametrize("path", ["/ws/chat", "/ws/terminal/"])
async def test_what_is_too_large_ends_the_connection_before_it_is_whole(
    served: Serving, path: str, provider_server: ProviderServer
) -> None:
    # 64 MB of spaces in 64 kB: it is the size that they have unpacked which counts.
    async with served.connected_to(path) as connection:
        packed = zlib.compressobj(wbits=-15)
        data = (packed.compress(b" " * (64 << 20)) + packed.flush(zlib.Z_SYNC_FLUSH))[:-4]
        assert len(data) < 1 << 17
        frame = bytes([0x80 | 0x40 | 0x01, 0x80 | 127]) + len(data).to_bytes(8, "big") + bytes(4)
        connection.transport.write(frame + data)
        assert await closing_code(connection) == 1009

    async def endless() -> object:
        piece = "x" * 4096
        while True:
            yield piece

    # A message in pieces that has no end.
    async with served.connected_to(path, compression=None) as connection:
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(WAIT_S):
                await connection.send(endless())  # type: ignore[arg-type]
        assert connection.close_code == 1009
    assert not provider_server.requests


async def test_a_body_without_an_end_is_not_read_to_its_end(
    served: Serving, provider_server: ProviderServer
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    head = b"POST /chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    sent = 0
    writer.write(head)
    answering = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
    async with asyncio.timeout(WAIT_S):
        while not answering.done():
            writer.write(chunk)
            sent += 0x10000
            try:
                await writer.drain()
            except ConnectionError:
                break
            await asyncio.sleep(0)
        assert b" 413 " in await answering
    writer.close()
    assert sent < 64 * MAX_MESSAGE_BYTES
    assert not provider_server.requests


async def test_clients_that_never_finish_their_words_keep_nobody_out(
    served: Serving, provider_server: ProviderServer
) -> None:
    halves = (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: loc",
              b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{")  # fmt: skip
    slow = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(60)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(halves[number % len(halves)])
        provider_server.script(answer("Fine."))
        async with served.connected() as client:
            await client.say("hello")
            await client.until("complete")
    finally:
        for connection in slow:
            connection.close()


async def test_a_form_of_another_page_gets_nothing_said(
    served: Serving, provider_server: ProviderServer
) -> None:
    origin = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    answered = await served.post("/chat", {"content": "hello"}, headers=origin)
    assert answered.status_code == 403
    asked = {**origin, "Access-Control-Request-Method": "POST"}
    status, head, _ = await raw(
        served,
        b"OPTIONS /chat HTTP/1.1\r\nHost: localhost\r\n"
        + b"".join(f"{name}: {value}\r\n".encode() for name, value in asked.items())
        + b"\r\n",
    )
    assert status in (400, 403, 405)
    assert b"access-control-allow-origin" not in head.lower()
    assert not provider_server.requests


PROGRAM = """
import json, struct, sys
def packet(letter, payload):
    sys.stdout.buffer.write(letter + struct.pack(">I", len(payload)) + payload)
    sys.stdout.buffer.flush()
sys.stdout.buffer.write(b"__GANGLION__\\n")
"""
"""Speaks to the server as the program behind a page does."""


async def test_a_program_behind_a_page_opens_no_address_that_acts(serve: Serve) -> None:
    addresses = ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", " https://x", "",
                 "https://good.example/"]  # fmt: skip
    code = f"""{PROGRAM}
for address in {addresses!r}:
    packet(b"M", json.dumps({{"type": "open_url", "url": address}}).encode())
packet(b"M", b'{{"type": "exit"}}')
"""
    served = await serve(terminal=(sys.executable, "-c", code))
    told = []
    async with served.connected_to("/ws/terminal/") as connection:
        with suppress(ConnectionClosed):
            async with asyncio.timeout(WAIT_S):
                while True:
                    told.append(json.loads(await connection.recv()))
    assert told == [["open_url", {"url": "https://good.example/", "new_tab": True}]]


async def test_the_last_words_of_a_program_act_on_no_terminal(serve: Serve) -> None:
    words = "no way \x1b]52;c;ZXZpbA==\x07 \x9b2J in"
    code = f"import sys; sys.stderr.write({words!r}); sys.exit(1)"
    served = await serve(terminal=(sys.executable, "-c", code))
    drawn = b""
    async with served.connected_to("/ws/terminal/") as connection:
        with suppress(ConnectionClosed):
            async with asyncio.timeout(WAIT_S):
                while True:
                    data = await connection.recv()
                    drawn += data if isinstance(data, bytes) else data.encode()
    assert b"no way" in drawn
    assert b"\x1b]" not in drawn
    assert "\x9b" not in drawn.decode()


async def test_a_program_that_announces_gigabytes_is_not_waited_for(serve: Serve) -> None:
    code = f"""{PROGRAM}
sys.stdout.buffer.write(b"D" + b"\\xff\\xff\\xff\\xff")
sys.stdout.buffer.flush()
sys.stdin.read()
"""
    served = await serve(terminal=(sys.executable, "-c", code))
    async with served.connected_to("/ws/terminal/") as connection:
        assert await closing_code(connection) is not None
