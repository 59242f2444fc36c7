"""web-fetch: pages become text; limits hold; failures are told in words."""

import asyncio
import codecs
import gzip
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import httpx
import pytest

from tests.tools.browsing import Browser, notes_of, text_of
from tests.tools.documents import pdf
from tests.tools.web_server import WebServer
from tyler_tui.agent.tools import ToolContext
from tyler_tui.errors import ToolError
from tyler_tui.tools import WEB_TOOLS
from tyler_tui.tools.web.bodies import unpacked
from tyler_tui.tools.web.fetch import MAX_CHARACTERS

PAGE = """<!doctype html><html><head><title>Of  Otters &amp; Rivers</title></head><body>
<nav><a href="/">Home</a></nav><h1>Otters</h1><p>They live in <b>rivers</b>, see
<a href="more?x=1">more</a>.</p><pre><code class="language-python">def f():
    return 1 &lt; 2</code></pre><ul><li>one<ul><li>two</li></ul></li></ul>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>
<p style="display:none">hidden words</p><script>alert("script")</script></body></html>"""


async def test_a_page_becomes_markdown(web: WebServer, browser: Browser) -> None:
    result = await browser.fetch(web.serve("/zoo/otters", PAGE))
    assert result.startswith(f"Title: Of Otters & Rivers\nAddress: {web.url}/zoo/otters\n\n")
    text = text_of(result)
    for part in (
        "# Otters", "**rivers**", f"[more]({web.url}/zoo/more?x=1)",
        "```python\ndef f():\n    return 1 < 2\n```", "- one\n  - two", "| a | b |", "| 1 | 2 |",
    ):  # fmt: skip
        assert part in text
    assert "script" not in text
    assert "hidden words" not in text


def long_page() -> str:
    paragraphs = "".join(
        f"<p>Paragraph {n} of the article has some words about <a href='/o/{n}'>otters</a>, so that"
        " it looks like one that a person might have written.</p>" for n in range(60)
    )  # fmt: skip
    menu = "".join(f"<li><a href='/menu/{n}'>Menu entry {n}</a></li>" for n in range(60))
    return (
        f"<html><head><title>Long</title></head><body><div id='menu'><ul>{menu}</ul></div>"
        f"<article><h1>Long</h1>{paragraphs}</article><footer>Imprint</footer></body></html>"
    )


async def test_of_a_long_page_comes_the_main_text_and_all_when_asked(
    web: WebServer, browser: Browser
) -> None:
    url = web.serve("/", long_page())
    result = await browser.fetch(url)
    assert "Paragraph 59" in result
    assert f"[otters]({web.url}/o/7)" in result
    assert "Menu entry" not in result
    assert any("whole=true" in note for note in notes_of(result))
    assert "Menu entry 7" in await browser.fetch(url, whole=True)


async def test_a_long_page_of_links_keeps_them(web: WebServer, browser: Browser) -> None:
    rows = "".join(
        f"<tr><td>{n}.</td><td><a href='item?id={n}'>Story {n} about something new</a></td></tr>"
        for n in range(200)
    )
    result = await browser.fetch(web.serve("/news", f"<html><body><table>{rows}</table></body>"))
    assert f"[Story 150 about something new]({web.url}/item?id=150)" in result


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", '{"a": [1, 2], "b": "<p>"}'),
        ("application/vnd.api+json; charset=utf-8", '{"a": 1}'),
        ("text/plain", "<h1>not a page</h1>\n\n  kept   as it is"),
        ("text/markdown; charset=UTF-8", "# Head\n\n<b>x</b>"),
        ("text/csv", "a,b\n1,2"),
        ("application/xml", "<?xml version='1.0'?><feed><title>x</title></feed>"),
        ("text/x-python", "print('<html>')"),
        ("", "no type at all"),
        ("application/octet-stream", "text after all"),
    ],
)
async def test_text_that_is_no_page_is_passed_through(
    web: WebServer, browser: Browser, kind: str, body: str
) -> None:
    result = await browser.fetch(web.serve("/x", body, kind))
    assert result == f"Address: {web.url}/x\n\n{body}"


@pytest.mark.parametrize("kind", ["", "application/octet-stream", "unknown/unknown"])
async def test_a_page_without_a_type_is_known_by_its_looks(
    web: WebServer, browser: Browser, kind: str
) -> None:
    result = await browser.fetch(web.serve("/x", f"<!-- hello -->\n{PAGE}", kind))
    assert "# Otters" in result


WORDS = "Größe – naïve café, 漢字とかな, Привет"


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain", WORDS.encode(), WORDS),
        ("text/plain; charset=utf-8", WORDS.encode(), WORDS),
        ("text/plain", WORDS.encode("utf-8-sig"), WORDS),
        ("text/plain; charset=iso-8859-1", "5 € “ok” ß".encode("cp1252"), "5 € “ok” ß"),
        ("text/plain; charset=Shift_JIS", "漢字①".encode("cp932"), "漢字①"),
        ("text/plain; charset=gb2312", "汉字镕".encode("gb18030"), "汉字镕"),
        ("text/plain; charset=koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("text/plain; charset=utf-16", WORDS.encode("utf-16"), WORDS),
        ("text/plain; charset=utf-16le", WORDS.encode("utf-16-le"), WORDS),
        ("text/plain", WORDS.encode("utf-16"), WORDS),
        ("text/plain; charset=nonsense", WORDS.encode(), WORDS),
        ("text/plain; charset=rot13", b"uryyb", "uryyb"),
        ("text/plain; charset=utf-7", b"+ADw-b", "+ADw-b"),
        ("text/plain; charset=unicode_escape", rb"\x1b\u202e", r"\x1b\u202e"),
        ("text/plain; charset=utf-8", b"a\xffb", "a\ufffdb"),
        ("text/html", '<meta charset="koi8-r"><p>Привет'.encode("koi8-r"), "Привет"),
        (
            "text/html",
            b'<meta http-equiv="content-type" content="text/html; charset=windows-1251"><p>'
            + "Привет".encode("cp1251"),
            "Привет",
        ),
        ("text/html; charset=utf-8", '<meta charset="koi8-r"><p>Привет'.encode(), "Привет"),
        ("text/html", b'<meta charset="utf-16"><p>plain', "plain"),
        (
            "application/xhtml+xml",
            '<?xml version="1.0" encoding="iso-8859-2"?><html><p>źdźbło</p></html>'.encode(
                "iso-8859-2"
            ),
            "źdźbło",
        ),
        (
            "text/html",
            ("<p>" + "Большая статья о выдрах и реках, написанная давно. " * 5).encode("cp1251"),
            "Большая статья",
        ),
    ],
)
async def test_encodings(
    web: WebServer, browser: Browser, kind: str, body: bytes, text: str
) -> None:
    assert text in text_of(await browser.fetch(web.serve("/x", body, kind)))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n\0\0"),
        ("application/zip", b"PK\3\4\0\0"),
        ("application/octet-stream", b"\x7fELF\0\1"),
        ("text/html", b"GIF89a\0\0\0"),
        ("text/plain", b"words and \0 then"),
        ("", b"\0\0\0\0"),
        ("video/mp4", b"words"),
    ],
)
async def test_what_is_no_text_is_refused_with_a_word_about_it(
    web: WebServer, browser: Browser, kind: str, body: bytes
) -> None:
    reason = await browser.refused("web-fetch", url=web.serve("/x", body, kind))
    assert "no text" in reason
    assert "web-download" in reason


@pytest.mark.parametrize("kind", ["application/pdf", "application/octet-stream"])
async def test_the_text_of_a_pdf_is_read_out(web: WebServer, browser: Browser, kind: str) -> None:
    result = await browser.fetch(web.serve("/x", pdf("Otters live in rivers"), kind))
    assert "Otters live in rivers" in text_of(result)


async def test_the_text_of_an_office_document_is_read_out(web: WebServer, browser: Browser) -> None:
    document, file = docx.Document(), BytesIO()
    document.add_heading("Otters", 1)
    document.add_paragraph("swim\u202e\u200b\U000e0041 well")
    document.save(file)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    url = web.serve("/otters.docx", file.getvalue(), kind)
    read = await browser.fetch(f"{url}?v=1")
    assert "Otters" in read
    assert "swim well" in read, "without what nobody would see"


async def test_a_document_that_cannot_be_read_can_still_be_saved(
    web: WebServer, browser: Browser
) -> None:
    url = web.serve("/x", b"%PDF-1.7 words words", "application/pdf")
    reason = await browser.refused("web-fetch", url=url)
    assert "cannot be read" in reason
    assert "pdf document" in reason
    assert "web-download" in reason


@pytest.mark.parametrize(
    "hostile",
    [
        "a\x1b]0;owned\x07b\x9b2J\u202ec\U000e0041\u200bd",
        "a&#27;]0;owned&#7;b&#x9b;2J&#x202e;c&#xe0041;&#8203;d&#x1b;",
    ],
)
@pytest.mark.parametrize("kind", ["text/html", "text/markdown"])
async def test_nothing_invisible_reaches_the_model_or_the_screen(
    web: WebServer, browser: Browser, kind: str, hostile: str
) -> None:
    """Neither as it is nor as an entity, in a short page nor in one whose main text is found."""
    for body in (
        f"<title>{hostile}</title><p>{hostile}</p>",
        long_page().replace("otters", hostile),
    ):
        for charset in ("; charset=utf-8", ""):
            result = await browser.fetch(web.serve("/x", body, f"{kind}{charset}"))
            assert "owned" in result
            assert all(character.isprintable() or character == "\n" for character in result)


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: f"été {text}".encode("latin-1", "ignore"),
    ],
    ids=["marked as UTF-8", "marked as UTF-16", "guessed"],
)
async def test_nor_does_it_in_an_encoding_that_nobody_named(
    web: WebServer, browser: Browser, encoded: Callable[[str], bytes]
) -> None:
    body = encoded("a\x1b]0;owned\x07b\x9b2J\u202ec\n" * 20)
    result = await browser.fetch(web.serve("/x", body, "text/plain"))
    assert "owned" in result
    assert all(character.isprintable() or character == "\n" for character in result)


async def test_a_page_without_words_says_so(web: WebServer, browser: Browser) -> None:
    result = await browser.fetch(web.serve("/", "<html><script>app()</script><div id=root></div>"))
    assert "no text was found" in notes_of(result)[0]
    assert "scripts" in notes_of(result)[0]
    assert notes_of(await browser.fetch(web.serve("/", ""))) == ["the answer is empty."]


async def test_a_page_that_keeps_parsers_busy_is_given_up_in_time(
    web: WebServer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libxml2 takes minutes for so many attributes. Before it, a quicker parser has been through
    the page, which only unclosed paragraphs keep busy."""
    monkeypatch.setattr("tyler_tui.tools.web.pages.EXTRACTING_S", 6.0)
    attributes = " ".join(f"a{n}=b" for n in range(100_000))
    page = f"<html><body><p {attributes}>hi there</p>"
    closed = await browser.fetch(web.serve("/", f"{page}{'<p>more words here</p>' * 500}"))
    assert "hi there" in closed
    monkeypatch.setattr("tyler_tui.tools.web.pages.EXTRACTING_S", 0.5)
    unclosed = await browser.fetch(web.serve("/", f"{page}{'<p>more words here' * 500}"))
    assert notes_of(unclosed) == ["no text was found: the page is too intricate."]


async def test_a_long_text_comes_in_parts(web: WebServer, browser: Browser) -> None:
    text = "".join(f"{n:09}\n" for n in range(MAX_CHARACTERS // 4))
    url = web.serve("/x", text, "text/plain")
    parts, start = "", 0
    while True:
        result = await browser.fetch(url, start=start)
        (note,) = notes_of(result)
        assert f"characters {start:,} to" in note
        parts += result.partition("\n\n")[2] + "\n"
        if note.endswith("the last."):
            break
        start += MAX_CHARACTERS
        assert f"start={start} goes on" in note
    assert parts.split() == text.split()
    reason = await browser.refused("web-fetch", url=url, start=len(text))
    assert f"{len(text):,}" in reason


async def test_more_than_the_limit_is_cut_and_noted(web: WebServer, browser: Browser) -> None:
    small = Browser(browser.workspace, allow_hosts=[web.host], max_page_mb=0.01)
    result = await small.fetch(web.serve("/x", "x" * 30_000, "text/plain"))
    assert len(text_of(result)) == 10_000
    assert notes_of(result) == ["cut after 10.0 kB."]


async def test_an_endless_body_is_left(web: WebServer, browser: Browser) -> None:
    small = Browser(browser.workspace, allow_hosts=[web.host], max_page_mb=0.1)
    result = await small.fetch(web.endless("/x", b"na " * 1000))
    assert notes_of(result)[0] == "cut after 100.0 kB."
    assert await asyncio.to_thread(web.left.wait, 5)


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", "deflate", "raw"])
async def test_packed_bodies(web: WebServer, browser: Browser, packing: str) -> None:
    raw = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(b"one ") + gzip.compress(b"two"),
        "x-gzip": gzip.compress(b"one two"),
        "deflate": zlib.compress(b"one two"),
        "raw": raw.compress(b"one two") + raw.flush(),
    }[packing]
    name = "deflate" if packing == "raw" else packing
    result = await browser.fetch(
        web.serve("/x", body, "text/plain", headers={"Content-Encoding": name})
    )
    assert text_of(result) == "one two"


async def test_a_bomb_is_unpacked_no_further_than_the_limit(
    web: WebServer, browser: Browser
) -> None:
    bomb = gzip.compress(b"0" * 200_000_000, 9)
    url = web.serve("/x", bomb, "text/plain", headers={"Content-Encoding": "gzip"})
    result = await browser.fetch(url)
    assert notes_of(result)[0] == "cut after 5.0 MB."


async def test_a_bomb_is_never_in_memory_whole() -> None:
    bomb = gzip.compress(b"0" * 50_000_000, 9)
    response = httpx.Response(
        200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(bomb)
    )
    sizes = [len(piece) async for piece in unpacked(response)]
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 64 * 1024


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", b"no gzip"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"x", mtime=0), mtime=0)),
        ("br", b"\x0b\x02\x80hello\x03"),
        ("zstd", b"x"),
        ("\x1b[2J", b"x"),
    ],
)
async def test_packing_that_is_broken_or_was_not_asked_for_is_an_error(
    web: WebServer, browser: Browser, packing: str, body: bytes
) -> None:
    url = web.serve("/x", body, "text/plain", headers={"Content-Encoding": packing})
    reason = await browser.refused("web-fetch", url=url)
    assert "pack" in reason or "broke" in reason
    assert reason.isprintable()


async def test_a_body_that_breaks_off_is_kept_and_noted(web: WebServer, browser: Browser) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n"
    result = await browser.fetch(web.raw("/x", head + b"the beginning"))
    assert text_of(result) == "the beginning"
    assert "broke off" in notes_of(result)[0]
    cut = gzip.compress(b"".join(b"words %d " % n for n in range(9000)))[:-20]
    headers = {"Content-Encoding": "gzip"}
    result = await browser.fetch(web.serve("/y", cut, "text/plain", headers=headers))
    assert "words" in result
    assert "broke off" in notes_of(result)[0]


async def test_a_body_that_never_begins_is_an_error(web: WebServer, browser: Browser) -> None:
    for data in (b"", b"HTTP/1.1 200 OK\r\n", b"nonsense\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n"):
        reason = await browser.refused("web-fetch", url=web.raw("/x", data))
        assert web.host in reason
        assert "broke the connection" in reason


@pytest.mark.parametrize("first", [b"", b"a few words"])
async def test_the_time_limit_holds(web: WebServer, browser: Browser, first: bytes) -> None:
    hasty = Browser(browser.workspace, allow_hosts=[web.host], timeout=0.3)
    reason = await hasty.refused("web-fetch", url=web.silent("/x", first))
    assert "longer than 0.3 s" in reason
    assert await asyncio.to_thread(web.left.wait, 5)


async def test_nobody_there(browser: Browser, web: WebServer) -> None:
    nobody = Browser(browser.workspace, allow_hosts=["127.0.0.1"])
    reason = await nobody.refused("web-fetch", url="http://127.0.0.1:9/")
    assert "127.0.0.1:9 cannot be reached" in reason


@pytest.mark.parametrize(
    ("status", "kind", "body", "headers", "words"),
    [
        (404, "text/html", "<h1>long page</h1>", {}, ["404 (Not Found)"]),
        (403, "text/html", "", {}, ["403 (Forbidden)", "login"]),
        (
            429,
            "text/plain",
            "slow\ndown",
            {"Retry-After": "30"},
            ["429", "wait: 30 s", "slow down"],
        ),
        (500, "application/json", '{"error": "boom"}', {}, ["500", '{"error": "boom"}']),
        (599, "text/plain", "", {}, ["answered 599"]),
        (304, "", "", {}, ["304"]),
        (503, "text/plain", "x" * 9000, {"Retry-After": "\x1b[2J"}, ["503"]),
    ],
)
async def test_what_is_no_success_is_an_error(
    web: WebServer,
    browser: Browser,
    status: int,
    kind: str,
    body: str,
    headers: dict[str, str],
    words: list[str],
) -> None:
    url = web.serve("/x", body, kind, status, headers)
    reason = await browser.refused("web-fetch", url=url)
    assert all(word in reason for word in words)
    assert "long page" not in reason
    assert len(reason) < 800
    assert reason.isprintable()


async def test_redirects_on_the_same_host_are_followed(web: WebServer, browser: Browser) -> None:
    web.serve("/end", "<title>End</title>")
    web.redirect("/a/2", "../end", 307)
    url = web.redirect("/1", "/a/2?x", 301)
    assert (await browser.fetch(url)).startswith(f"Title: End\nAddress: {web.url}/end\n")


async def test_a_redirect_to_another_host_is_told_and_not_followed(
    web: WebServer, browser: Browser
) -> None:
    """So that the model asks again, and the user is asked about that host."""
    result = await browser.fetch(web.redirect("/x", "https://elsewhere.example/page?q=1"))
    assert "elsewhere.example, which was not asked" in result
    assert result.endswith("https://elsewhere.example/page?q=1")
    web.serve("/end", "<p>the end</p>")
    both = Browser(browser.workspace, allow_hosts=[web.host, f"localhost:{web.port}"])
    assert "the end" in await both.fetch(web.redirect("/x", f"{web.other}/end"))


async def test_redirects_that_never_end(web: WebServer, browser: Browser) -> None:
    reason = await browser.refused("web-fetch", url=web.redirect("/x", "/x"))
    assert "more than 8 redirects" in reason
    assert len(web.requests) == 9


async def test_cookies_and_referrers_are_neither_kept_nor_sent(
    web: WebServer, browser: Browser
) -> None:
    web.serve("/end", "x", headers={"Set-Cookie": "a=b"})
    url = web.serve("/x", status=302, headers={"Location": "/end", "Set-Cookie": "c=d; Path=/"})
    await browser.fetch(url)
    await browser.fetch(f"{web.url}/end")
    sent = {name.lower() for request in web.requests for name in request.headers}
    assert sent == {"host", "user-agent", "accept", "accept-encoding"}


async def test_progress_is_told_while_a_page_arrives(
    web: WebServer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tyler_tui.tools.web.visiting.REPORT_S", 0.0)
    await browser.fetch(web.serve("/x", "x" * 300_000, "text/plain"))
    assert browser.reports[-1] == (300_000, 300_000, "300.0 of 300.0 kB")
    told = [report.progress or 0 for report in browser.reports]
    assert told == sorted(told)


async def test_a_cancel_leaves_the_server_at_once(web: WebServer, browser: Browser) -> None:
    task = asyncio.create_task(browser.fetch(web.silent("/x", b"some words")))
    assert await asyncio.to_thread(web.asked.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(web.left.wait, 5)


async def test_many_at_once(web: WebServer, browser: Browser) -> None:
    urls = [web.serve(f"/{n}", f"<title>Number {n}</title>") for n in range(6)]
    results = await asyncio.gather(*(browser.fetch(url) for url in urls))
    assert [f"Number {n}" in result for n, result in enumerate(results)] == [True] * 6


async def test_without_settings_the_environment_says_which_hosts_are_allowed(
    web: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = next(tool for tool in WEB_TOOLS if tool.name == "web-fetch")
    url = web.serve("/", "<p>here</p>")

    async def report(progress: float | None, total: float | None, message: str) -> None:
        """Of no interest here."""

    context = ToolContext("call_1", "web-fetch", tmp_path, report)
    with pytest.raises(ToolError):
        await fetch(context, url)
    monkeypatch.setenv("TYLER_CHAT_ALLOW_HOSTS", f"wiki.example, {web.host}")
    assert "here" in await fetch(context, url)
