"""web-download: a file arrives whole or not at all, where it was said, over nothing unasked."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.tools.browsing import Browser
from tests.tools.web_server import WebServer
from tyler_tui.agent.tools import ToolContext
from tyler_tui.errors import ToolError

DATA = bytes(range(256)) * 400


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


async def test_a_file_is_saved_byte_for_byte(web: WebServer, browser: Browser) -> None:
    url = web.serve("/files/data.bin", DATA, "application/octet-stream")
    result = await browser.use("web-download", url=url)
    assert files_in(browser.workspace) == {"data.bin": DATA}
    assert result == f"Saved data.bin: 102,400 bytes, application/octet-stream, from {url}."


async def test_a_path_says_where_and_folders_are_made(web: WebServer, browser: Browser) -> None:
    url = web.serve("/data.bin", DATA)
    await browser.use("web-download", url=url, path="a/b/c.dat")
    assert files_in(browser.workspace) == {"a/b/c.dat": DATA}


async def test_nothing_is_replaced_unless_it_is_told(web: WebServer, browser: Browser) -> None:
    (browser.workspace / "mine.txt").write_text("mine")
    url = web.serve("/mine.txt", DATA)
    reason = await browser.refused("web-download", url=url, path="mine.txt")
    assert "is there already" in reason
    assert not web.requests, "nothing is fetched for nothing"
    assert "Replaced mine.txt" in await browser.use(
        "web-download", url=url, path="mine.txt", overwrite=True
    )
    assert files_in(browser.workspace) == {"mine.txt": DATA}


async def test_a_name_that_is_taken_gets_a_number(web: WebServer, browser: Browser) -> None:
    url = web.serve("/data.tar.gz", DATA)
    for _ in range(3):
        await browser.use("web-download", url=url)
    assert set(files_in(browser.workspace)) == {
        "data.tar.gz", "data-2.tar.gz", "data-3.tar.gz",
    }  # fmt: skip


async def test_a_file_that_someone_makes_meanwhile_stays(
    web: WebServer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tyler_tui.tools.web.visiting.REPORT_S", 0.0)

    async def report(progress: float | None, total: float | None, message: str) -> None:
        (browser.workspace / "data.bin").write_text("mine")

    context = ToolContext("call_1", "web-download", browser.workspace, report)
    with pytest.raises(ToolError, match="there already"):
        await browser.tool("web-download")(context, web.serve("/data.bin", DATA))
    assert files_in(browser.workspace) == {"data.bin": b"mine"}


@pytest.mark.parametrize(
    ("path", "disposition", "kind", "name"),
    [
        ("/a/report.pdf?x=1", "", "", "report.pdf"),
        ("/a/my%20report.pdf", "", "", "my_report.pdf"),
        ("/a/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "", "", "passwd"),
        ("/", "", "text/html", "download.html"),
        ("/", "", "", "download"),
        ("/a/.bashrc", "", "", "bashrc"),
        ("/a/page", "", "text/html; charset=utf-8", "page.html"),
        ("/x", 'attachment; filename="data.csv"', "", "data.csv"),
        ("/x", "attachment; filename*=UTF-8''%e6%bc%a2%e5%ad%97.txt", "", "漢字.txt"),
        ("/x", 'attachment; filename="../../outside.txt"', "", "outside.txt"),
        ("/x", 'attachment; filename="/etc/passwd"', "", "passwd"),
        ("/x", 'attachment; filename="..\\\\..\\\\evil.exe"', "", "evil.exe"),
        ("/x", "attachment; filename*=UTF-8''..%2f..%2foutside.txt", "", "outside.txt"),
        ("/x.bin", 'attachment; filename=".."', "", "x.bin"),
        ("/x.bin", 'attachment; filename=""', "", "x.bin"),
        ("/x", 'attachment; filename=".git"', "", "git"),
        ("/x", 'attachment; filename="a;rm -rf $HOME`x`|y.txt"', "", "a_rm_-rf_HOME_x_y.txt"),
        ("/x", "attachment; filename*=UTF-8''a%0a%1b%5b2Jb.txt", "", "a_␛[2Jb.txt"),
        ("/x", f'attachment; filename="{"n" * 300}.txt"', "", "n" * 108 + ".txt"),
        ("/" + "n" * 300, "", "", "n" * 120),
    ],
)
async def test_the_name_is_one_safe_name(
    web: WebServer, browser: Browser, path: str, disposition: str, kind: str, name: str
) -> None:
    headers = {"Content-Disposition": disposition} if disposition else {}
    web.serve(path.partition("?")[0], DATA, kind, headers=headers)
    await browser.use("web-download", url=web.url + path)
    assert files_in(browser.workspace.parent) == {f"downloads/{name}": DATA}


@pytest.mark.parametrize(
    "path", ["../outside.txt", "/etc/x", "link/x", ".git/hooks/pre-commit", "folder", "a\0b", "."]
)
async def test_paths_that_files_write_refuses_are_refused(
    web: WebServer, browser: Browser, path: str
) -> None:
    (browser.workspace / "folder").mkdir()
    (browser.workspace / "link").symlink_to("/tmp")
    await browser.refused("web-download", url=web.serve("/x", DATA), path=path, overwrite=True)
    assert not web.requests
    assert not files_in(browser.workspace.parent)


async def test_what_breaks_off_leaves_nothing_behind(web: WebServer, browser: Browser) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    (browser.workspace / "old.txt").write_text("old")
    reason = await browser.refused(
        "web-download", url=web.raw("/x", head + b"half"), path="old.txt", overwrite=True
    )
    assert "broke the connection" in reason
    assert files_in(browser.workspace) == {"old.txt": b"old"}


async def test_a_cancel_leaves_nothing_behind(web: WebServer, browser: Browser) -> None:
    task = asyncio.create_task(
        browser.use("web-download", url=web.silent("/x", b"half"), path="x.txt")
    )
    assert await asyncio.to_thread(web.asked.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(web.left.wait, 5)
    assert not files_in(browser.workspace)


async def test_what_is_too_large_is_not_saved(web: WebServer, browser: Browser) -> None:
    small = Browser(browser.workspace, allow_hosts=[web.host], max_download_mb=0.05)
    for url in (web.serve("/known", DATA), web.endless("/unknown", DATA)):
        reason = await small.refused("web-download", url=url)
        assert "larger than 50.0 kB" in reason
        assert "max_download_mb" in reason
    assert not files_in(browser.workspace)
    assert await asyncio.to_thread(web.left.wait, 5)


async def test_a_download_has_a_time_limit_of_its_own(web: WebServer, browser: Browser) -> None:
    hasty = Browser(browser.workspace, allow_hosts=[web.host], download_timeout=0.3)
    reason = await hasty.refused("web-download", url=web.silent("/x", b"half"))
    assert "longer than 0.3 s" in reason
    assert not files_in(browser.workspace)


async def test_progress_has_bytes_and_total(
    web: WebServer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tyler_tui.tools.web.visiting.REPORT_S", 0.0)
    await browser.use("web-download", url=web.serve("/x", DATA))
    assert browser.reports[-1] == (102_400, 102_400, "102.4 of 102.4 kB")


async def test_an_error_of_the_server_is_not_saved_as_a_file(
    web: WebServer, browser: Browser
) -> None:
    reason = await browser.refused("web-download", url=f"{web.url}/nowhere.zip")
    assert "404" in reason
    assert not files_in(browser.workspace)


async def test_a_file_has_the_usual_permissions(web: WebServer, browser: Browser) -> None:
    before = os.umask(0o027)
    try:
        await browser.use("web-download", url=web.serve("/run.sh", DATA))
    finally:
        os.umask(before)
    assert (browser.workspace / "run.sh").stat().st_mode & 0o777 == 0o640


def test_a_question_shows_where_from_and_where_to(web: WebServer, browser: Browser) -> None:
    tool = browser.tool("web-download")
    assert tool.preview is not None
    (browser.workspace / "old.txt").write_text("old")
    url = "https://Example.com/files/a%20b.zip"

    def preview(**arguments: object) -> str:
        assert tool.preview is not None
        return tool.preview({"url": url, **arguments}, browser.workspace)

    shown = "from https://example.com/files/a%20b.zip\nto   "
    assert preview(path="b/new.zip") == f"{shown}b/new.zip"
    assert preview(path="old.txt", overwrite=True) == (
        f"{shown}old.txt, in place of a file of 3 bytes"
    )
    assert preview() == f"{shown}a new file, called as the server says, else a_b.zip"
    with pytest.raises(ToolError, match="there already"):
        preview(path="old.txt")
    with pytest.raises(ToolError, match="outside"):
        preview(path="../x")


def test_what_allowing_covers(browser: Browser) -> None:
    """New files from a host, and nothing that is replaced."""
    tool = browser.tool("web-download")
    url = "https://example.com/a.zip"
    assert tool.risk == "download"
    assert tool.scope_of({"url": url}) == "example.com"
    assert tool.scope_of({"url": url, "path": "a", "overwrite": True}) == f"{url} over a"
    fetch = browser.tool("web-fetch")
    assert (fetch.risk, fetch.scope_of({"url": url})) == ("fetch", "example.com")
    search = browser.tool("web-search")
    assert (search.risk, search.scope_of({"query": "x"})) == ("fetch", "web search")
