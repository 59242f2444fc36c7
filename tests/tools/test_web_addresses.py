"""What is an address, which ones may be reached, and what allowing one allows."""

import pytest

from tyler_tui.tools.web.addresses import WebAddressError, is_public, parse_address
from tyler_tui.tools.web.hosts import Hosts

NO_ADDRESSES = [
    "", " ", "example.com", "//example.com/x", "/etc/passwd", "http:", "http://", "http:///x",
    "http:/x", "https:example.com", "file:///etc/passwd", "ftp://example.com/", "gopher://x/",
    "javascript:alert(1)", "data:text/html,x", "ws://example.com/", "jar:http://x!/",
    "http://exa mple.com/", "http://exa\nmple.com/", "http://example.com\t/", "http://a..b/",
    "http://.a/", "http://-a.com/", "http://a-.com/", "http://ex%61mple.com/", "http://[x]/",
    "http://[::1/", "http://a.com:80:80/", "http://a.com:0/", "http://a.com:99999/",
    "http://a.com:x/", "http://a.com/\ud800", "http://" + "a" * 64 + ".com/",
    "http://" + "a." * 130 + "com/", "https://example.com/" + "x" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_web_address_is_refused_in_words(text: str) -> None:
    with pytest.raises(WebAddressError) as caught:
        parse_address(text)
    assert len(caught.value.message) < 400
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "http://user:secret@example.com/",
        "http://user@example.com/",
        "http://:@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://example.com%2f@127.0.0.1/",
        "http://127.0.0.1@example.com/",
        "http://example.com:80@127.0.0.1/",
    ],
)
def test_names_and_passwords_in_an_address_are_refused(text: str) -> None:
    with pytest.raises(WebAddressError, match="name or password"):
        parse_address(text)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7F.1", "017700000001", "0177.0.0.1", "127.1",
        "127.0.1", "127.0.0.1.1", "1.1.1", "0", "0x", "1.2.3.256", "%31%32%37.0.0.1",
        "１２７.0.0.1", "①②⑦.0.0.1", "[::1%25lo]", "[fe80::1%25eth0]", "127.0.0.0x1", "08.8.8.8",
        "4294967297",
    ],
)  # fmt: skip
def test_ip_addresses_in_odd_spellings_are_refused(host: str) -> None:
    with pytest.raises(WebAddressError):
        parse_address(f"http://{host}/")


@pytest.mark.parametrize(
    ("text", "host", "port", "url"),
    [
        ("http://Example.COM:80/A?b=C#d", "example.com", 80, "http://example.com/A?b=C"),
        ("https://example.com", "example.com", 443, "https://example.com"),
        (" https://example.com./x ", "example.com", 443, "https://example.com/x"),
        ("https://example.com:8443/", "example.com", 8443, "https://example.com:8443/"),
        ("https://müller.de/ü", "xn--mller-kva.de", 443, "https://xn--mller-kva.de/%C3%BC"),
        ("http://8.8.8.8/", "8.8.8.8", 80, "http://8.8.8.8/"),
        ("http://[2606:4700:0:0::1]/", "2606:4700::1", 80, "http://[2606:4700::1]/"),
        ("http://127。0。0。1/", "127.0.0.1", 80, "http://127.0.0.1/"),
        ("http://a_b.example.com/", "a_b.example.com", 80, "http://a_b.example.com/"),
        ("http://example.com/#@127.0.0.1/", "example.com", 80, "http://example.com/"),
    ],
)
def test_an_address_is_read_once_for_all(text: str, host: str, port: int, url: str) -> None:
    address = parse_address(text)
    assert (address.host, address.port, str(address)) == (host, port, url)


FORBIDDEN = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200",
    "100.127.255.255", "127.0.0.1", "127.1.2.3", "169.254.169.254", "169.254.0.1", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1",
    "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
    "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "168.63.129.16",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:0:53aa:64c::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1",
    "2002:7f00:1::", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "4000::1",
    "e000::1", "localhost", "", "127.1",
]  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_ip_address_that_is_not_of_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.1", "169.253.0.1", "172.15.255.255", "172.32.0.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700:4700::1111", "2a00:1450:4001:830::200e", "2400:cb00::1", "2001:200::1",
        "2001:4860:4860::8888", "2003::1",
    ],
)  # fmt: skip
def test_what_lies_beside_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("https://Example.com/a?b", "example.com"),
        ("http://example.com/", "example.com"),
        ("http://example.com:8080/x", "example.com:8080"),
        ("http://[2606:4700::1]:81/x", "[2606:4700::1]:81"),
        ("https://example.com/" + "x" * 255, "example.com"),
        ("https://example.com/" + "x" * 256, "https://example.com/" + "x" * 256),
        ("https://example.com/?q=" + "x" * 256, "https://example.com/?q=" + "x" * 256),
    ],
)
def test_a_scope_is_the_host_unless_the_address_could_carry_much_away(
    text: str, scope: str
) -> None:
    assert parse_address(text).scope == scope


@pytest.mark.parametrize(
    ("asked", "other", "same"),
    [
        ("http://example.com/", "https://example.com/x", True),
        ("http://example.com/", "https://www.example.com/", True),
        ("https://www.example.com/", "https://example.com/", True),
        ("https://example.com/", "https://docs.example.com/", True),
        ("https://www.example.com/", "https://m.example.com/", True),
        ("https://docs.example.com/", "https://example.com/", False),
        ("https://a.example.com/", "https://b.example.com/", False),
        ("https://example.com/", "https://example.com.evil.org/", False),
        ("https://example.com/", "https://notexample.com/", False),
        ("https://example.com/", "https://example.com:8443/", False),
        ("http://example.com:8080/", "http://example.com:8080/x", True),
        ("http://example.com:8080/", "http://example.com:9090/", False),
    ],
)
def test_what_counts_as_the_same_site(asked: str, other: str, same: bool) -> None:
    assert parse_address(asked).is_of_the_same_site(parse_address(other)) is same


@pytest.mark.parametrize(
    ("pattern", "allowed", "refused"),
    [
        ("Wiki.Example", [("wiki.example", 80), ("wiki.example", 8443)], [("a.wiki.example", 80)]),
        ("wiki.example:8080", [("wiki.example", 8080)], [("wiki.example", 80)]),
        ("*.example", [("a.example", 80), ("b.a.example", 1)], [("example", 80), ("aexample", 80)]),
        ("127.0.0.1", [("127.0.0.1", 5)], [("127.0.0.2", 5)]),
        ("[::1]:80", [("::1", 80)], [("::1", 81)]),
        ("0:0::1", [("::1", 80)], [("::2", 80)]),
        ("müller.de", [("xn--mller-kva.de", 443)], [("muller.de", 443)]),
    ],
)
def test_hosts_that_are_allowed(
    pattern: str, allowed: list[tuple[str, int]], refused: list[tuple[str, int]]
) -> None:
    hosts = Hosts([pattern])
    assert all(hosts.allows(*place) for place in allowed)
    assert not any(hosts.allows(*place) for place in refused)


@pytest.mark.parametrize(
    "pattern",
    ["", "*", "*.", "http://a.example/", "a.example/x", "a b", "a.*", "[zz]", "a:b", "ü ü"],
)
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="host"):
        Hosts([pattern])
