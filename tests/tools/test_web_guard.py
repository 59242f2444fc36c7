"""The web tools connect to the public internet and to hosts that the user allows: nowhere else."""

import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import HTTPServer, SimpleHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
import trustme

from tests.tools.browsing import Browser
from tests.tools.web_server import WebServer
from tyler_tui.certificates import certificates
from tyler_tui.errors import ToolError
from tyler_tui.tools.web import addresses
from tyler_tui.tools.web.addresses import WebAddressError, parse_address
from tyler_tui.tools.web.guard import Guard
from tyler_tui.tools.web.hosts import Hosts

LOOPBACK = ip_address("127.0.0.1")
PUBLIC = "93.184.215.14"


class Resolver:
    """Answers look-ups as scripted, the last answer again and again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.asked: list[tuple[str, int]] = []
        self._answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers[min(len(self.asked), len(self._answers)) - 1]


async def get(guard: Guard, url: str) -> httpx.Response:
    try:
        return await guard.get(parse_address(url), {})
    finally:
        await guard.aclose()


@pytest.mark.parametrize("name", ["web-fetch", "web-download"])
async def test_this_machine_is_refused_and_no_connection_is_made(
    web: WebServer, tmp_path: Path, name: str
) -> None:
    web.serve("/", "secret")
    browser = Browser(tmp_path)
    for url in (web.url, web.other, f"http://[::1]:{web.port}/"):
        reason = await browser.refused(name, url=url)
        assert "not on the public internet" in reason
        assert "allow_hosts" in reason
        assert "TYLER_CHAT_ALLOW_HOSTS" in reason
    assert not web.requests


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://10.0.0.1/",
        "http://192.168.1.1/", "http://0.0.0.0/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
        "http://100.100.100.200/", "http://224.0.0.1/", "http://255.255.255.255/",
        "http://[fe80::1]/", "http://168.63.129.16/",
    ],
)  # fmt: skip
async def test_addresses_of_networks_machines_and_clouds_are_refused(
    tmp_path: Path, url: str
) -> None:
    assert "not on the public internet" in await Browser(tmp_path).refused("web-fetch", url=url)


async def test_a_name_that_leads_into_a_network_is_refused() -> None:
    resolver = Resolver(["10.0.0.7", "fd00::7"])
    with pytest.raises(WebAddressError, match=r"intranet\.example is not on the public internet"):
        await get(Guard(Hosts([]), resolve=resolver), "http://intranet.example/")


async def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look-up of a name that rebinds would lead home: there is none."""
    tried: list[object] = []

    def connect(self: object, address: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.socket.connect", connect)
    resolver = Resolver([PUBLIC], ["127.0.0.1"])
    with pytest.raises(httpx.ConnectError):
        await get(Guard(Hosts([]), resolve=resolver), "http://rebinding.example:8080/")
    assert tried == [(PUBLIC, 8080)]
    assert resolver.asked == [("rebinding.example", 8080)]


async def test_of_many_addresses_only_the_public_ones_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[object] = []

    def connect(self: object, address: tuple[object, ...]) -> None:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.socket.connect", connect)
    resolver = Resolver(["127.0.0.1", PUBLIC, "::1", "2606:4700::1111", "192.168.0.1"])
    with pytest.raises(httpx.ConnectError):
        await get(Guard(Hosts([]), resolve=resolver), "http://mixed.example/")
    assert tried == [PUBLIC, "2606:4700::1111"]


async def test_a_name_that_rebinds_between_two_requests_is_refused_at_the_second(
    web: WebServer,
) -> None:
    """Each redirect is a request of its own, with a check of its own."""
    resolver = Resolver(["127.0.0.1"])
    with pytest.raises(WebAddressError):
        await get(Guard(Hosts([]), resolve=resolver), f"http://rebinding.example:{web.port}/")
    assert not web.requests


async def test_the_next_address_is_tried_when_one_does_not_answer(web: WebServer) -> None:
    web.serve("/", "here")
    resolver = Resolver(["::1", "127.0.0.1"])  # nobody listens at the first
    guard = Guard(Hosts(["shop.example"]), resolve=resolver)
    response = await guard.get(parse_address(f"http://shop.example:{web.port}/"), {})
    assert await response.aread() == b"here"
    await guard.aclose()
    assert web.requests[0].headers["Host"] == f"shop.example:{web.port}"


async def test_a_host_that_nobody_knows_is_told() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    with pytest.raises(ToolError, match=r"no host nowhere\.example"):
        await get(Guard(Hosts([]), resolve=resolve), "http://nowhere.example/")


@contextmanager
def shop_with_certificate(
    authority: trustme.CA, name: str
) -> Iterator[tuple[int, list[str | None]]]:
    """An https server on loopback: its port, and the names that clients asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    names: list[str | None] = []
    context.sni_callback = lambda _, asked, __: names.append(asked)
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port, names
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    """An authority that is trusted as a user would have it trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.chdir(tmp_path)
    certificates.cache_clear()
    yield authority
    certificates.cache_clear()


async def test_a_certificate_is_checked_against_the_name(authority: trustme.CA) -> None:
    with shop_with_certificate(authority, "shop.example") as (port, asked):
        guard = Guard(Hosts(["shop.example"]), resolve=Resolver(["127.0.0.1"]))
        response = await get(guard, f"https://shop.example:{port}/")
        assert response.status_code == 200
    assert asked == ["shop.example"]


async def test_a_certificate_for_another_name_is_refused(authority: trustme.CA) -> None:
    with shop_with_certificate(authority, "another.example") as (port, asked):
        guard = Guard(Hosts(["shop.example"]), resolve=Resolver(["127.0.0.1"]))
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            await get(guard, f"https://shop.example:{port}/")
    assert asked == ["shop.example"]


async def test_a_certificate_that_cannot_be_trusted_is_told_in_words(
    authority: trustme.CA, tmp_path: Path
) -> None:
    stranger = trustme.CA()
    with shop_with_certificate(stranger, "127.0.0.1") as (port, _):
        browser = Browser(tmp_path, allow_hosts=["127.0.0.1"])
        reason = await browser.refused("web-fetch", url=f"https://127.0.0.1:{port}/")
    assert "certificate that cannot be trusted" in reason


async def test_a_redirect_into_a_network_is_refused(web: WebServer, browser: Browser) -> None:
    web.serve("/secret", "secret")
    targets = [
        f"{web.other}/secret", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/", "//2130706433/", "file:///etc/passwd", "http://user:pw@127.0.0.1/",
        "javascript:alert(1)", "http://0x7f.1/",
    ]  # fmt: skip
    for number, target in enumerate(targets):
        url = web.redirect(f"/{number}", target)
        with pytest.raises(ToolError):
            await browser.use("web-download", url=url)
    assert [request.path for request in web.requests] == [f"/{n}" for n in range(len(targets))]


async def test_a_host_that_rebinds_behind_a_redirect_of_its_own_is_refused(
    web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This machine stands for the public internet here, and 10.0.0.1 for a network."""
    public = [one for one in addresses._SPECIAL_V4 if LOOPBACK not in one]
    monkeypatch.setattr(addresses, "_SPECIAL_V4", public)
    answers = ["127.0.0.1", "10.0.0.1"]
    asked: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, 0, 0, "", (answers[len(asked) - 1], port))]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    web.redirect("/first", "/second")
    web.serve("/second", "secret")
    url = f"http://rebinding.example:{web.port}/first"
    assert "not on the public internet" in await Browser(tmp_path).refused("web-fetch", url=url)
    assert asked == ["rebinding.example"] * 2
    assert [request.path for request in web.requests] == ["/first"]


async def test_proxies_of_the_environment_are_not_used(
    web: WebServer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert "here" in await browser.fetch(web.serve("/", "<p>here</p>"))
    reason = await browser.refused("web-fetch", url="http://nowhere.invalid/")
    assert "proxy" in reason


async def test_a_proxy_that_the_user_names_is_asked_for_names_but_not_for_addresses(
    web: WebServer, tmp_path: Path
) -> None:
    browser = Browser(tmp_path, proxy=web.url)
    web.serve("http://far.example/page", "<p>through the proxy</p>")
    assert "through the proxy" in await browser.fetch("http://far.example/page")
    asked = len(web.requests)
    for url in ("http://10.0.0.1/", "http://127.0.0.1/", "http://[::1]/"):
        assert "not on the public internet" in await browser.refused("web-fetch", url=url)
    assert len(web.requests) == asked
