"""Who may connect: by Host, Origin and token, over HTTP and over a WebSocket."""

import pytest

from tests.provider_server import ProviderServer, answer
from tests.web.clients import Serving
from tests.web.conftest import Serve
from tyler_tui.errors import UsageError
from tyler_tui.loopback import is_loopback
from tyler_tui.web.guard import Access, cookie_name
from tyler_tui.web.options import origins, token_for

TOKEN = "a-token-of-the-tests"


FOREIGN_HOSTS = [
    "evil.example", "evil.example:{port}", "localhost.evil.example", "", "[::1", "a@b@c",
]  # fmt: skip
OUR_HOSTS = ["localhost:{port}", "LocalHost", "127.0.0.1", "[::1]:{port}"]


async def test_a_name_that_is_not_ours_is_refused(served: Serving) -> None:
    for host in FOREIGN_HOSTS:
        headers = {"Host": host.format(port=served.port)}
        refused = await served.get("/protocol.json", headers=headers)
        assert refused.status_code == 403, host
        assert "does not go by that name" in refused.text
    for host in OUR_HOSTS:
        headers = {"Host": host.format(port=served.port)}
        assert (await served.get("/protocol.json", headers=headers)).status_code == 200, host


FOREIGN = [
    "http://evil.example",
    "http://localhost:{other}",
    "http://127.0.0.1",
    "https://localhost:{port}.evil.example",
    "null",
    "",
    "file://",
]


async def test_pages_of_other_origins_may_not_connect(
    served: Serving, provider_server: ProviderServer
) -> None:
    for origin in FOREIGN:
        headers = {"Origin": origin.format(port=served.port, other=served.port + 1)}
        assert await served.status_of_socket(additional_headers=headers) == 403, origin
        refused = await served.post("/chat", {"content": "hello"}, headers=headers)
        assert refused.status_code == 403, origin
        assert "access-control-allow-origin" not in refused.headers
    assert not provider_server.requests


async def test_our_own_pages_and_programs_may_connect(
    served: Serving, provider_server: ProviderServer
) -> None:
    for headers in ({}, {"Origin": served.http}):
        assert await served.status_of_socket(additional_headers=headers) == 101
        provider_server.script(answer("fine"))
        answered = await served.post("/chat", {"content": "hello"}, headers=headers)
        assert answered.status_code == 200


async def test_an_origin_that_is_allowed_may_connect_and_its_scripts_may_read(
    serve: Serve, provider_server: ProviderServer
) -> None:
    served = await serve(origins=origins(["https://Chat.example.com"]))
    origin = {"Origin": "https://chat.example.com"}
    assert await served.status_of_socket(additional_headers=origin) == 101
    provider_server.script(answer("fine"))
    answered = await served.post("/chat", {"content": "hello"}, headers=origin)
    assert answered.headers["access-control-allow-origin"] == "https://chat.example.com"
    # Behind a proxy, the name of that page is in Host as well.
    behind = {"Host": "chat.example.com", **origin}
    assert (await served.get("/protocol.json", headers=behind)).status_code == 200
    assert await served.status_of_socket(additional_headers={"Origin": "http://x.example"}) == 403


async def test_without_the_token_nobody_gets_in(
    serve: Serve, provider_server: ProviderServer
) -> None:
    served = await serve(token=TOKEN)
    for wrong in ("", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), Access(TOKEN).cookie, "ü" * 20):
        value = f"Bearer {wrong}".strip().encode()
        headers = {"Authorization": value}
        refused = await served.post("/chat", {"content": "hello"}, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
    assert (await served.get("/?token=wrong")).status_code == 401
    assert await served.status_of_socket() == 401
    assert await served.status_of_socket("/ws/chat?token=wrong") == 401
    assert await served.status_of_socket(subprotocols=["tyler-chat", "token.wrong"]) == 401
    assert not provider_server.requests


async def test_the_token_is_taken_wherever_a_client_can_put_it(
    serve: Serve, provider_server: ProviderServer
) -> None:
    served = await serve(token=TOKEN)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    provider_server.script(answer("fine"))
    answered = await served.post("/chat", {"content": "hello"}, headers=bearer)
    assert answered.status_code == 200
    assert await served.status_of_socket(additional_headers=bearer) == 101
    assert await served.status_of_socket(f"/ws/chat?token={TOKEN}") == 101
    offered = ["tyler-chat", f"token.{TOKEN}"]
    async with served.connected(subprotocols=offered) as client:
        assert client.connection.subprotocol == "tyler-chat"  # and the token is not sent back


async def test_a_page_that_is_opened_with_the_token_gets_a_cookie_in_its_place(
    serve: Serve,
) -> None:
    served = await serve(token=TOKEN)
    opened = await served.get(f"/?session=a%20b&token={TOKEN}")
    assert (opened.status_code, opened.headers["location"]) == (303, "/?session=a+b")
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert TOKEN not in cookie
    elsewhere = await served.get(f"//evil.example/?token={TOKEN}")
    assert elsewhere.headers["location"] == "/evil.example/"
    headers = {"Cookie": cookie.partition(";")[0], "Origin": served.http}
    assert (await served.get("/protocol.json", headers=headers)).status_code == 200
    assert await served.status_of_socket(additional_headers=headers) == 101
    # The browser sends it along for pages of other ports too.
    headers["Origin"] = "http://127.0.0.1:1"
    assert await served.status_of_socket(additional_headers=headers) == 403
    assert cookie_name("localhost:1") != cookie_name("localhost:2")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.com"])
def test_others_than_this_machine_need_a_token_and_one_is_made(host: str) -> None:
    token = token_for(host, None)
    assert token is not None
    assert len(token) > 30
    assert token != token_for(host, None)
    assert token_for(host, TOKEN) == TOKEN


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_alone_needs_none(host: str) -> None:
    assert is_loopback(host)
    assert token_for(host, None) is None


@pytest.mark.parametrize("token", ["", "short", "with a space in it", "ünïcödé-tökén-töken"])
def test_a_token_that_keeps_nobody_out_is_refused(token: str) -> None:
    with pytest.raises(UsageError):
        token_for("0.0.0.0", token)


@pytest.mark.parametrize(
    "text",
    ["*", "example.com", "ftp://example.com", "https://", "https://a.example/path", "https://a:b",
     "https://u@a.example", "https://a.example?x"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        origins([text])
