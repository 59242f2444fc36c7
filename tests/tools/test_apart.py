"""Work that is done apart has nothing of ours at hand."""

import asyncio
import os
from pathlib import Path

import pytest

from tyler_tui.tools.apart import run_worker


def found() -> Path | None:
    """The worker that waits for its page, in /proc."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if b"tyler_tui.tools.workers.page" in words and parent == str(os.getpid()):
            return process
    return None


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
async def test_what_reads_a_strangers_page_has_no_key_and_no_folder_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "marked-0123456789")
    monkeypatch.setenv("PYTHONPATH", "/nowhere/at/all")
    reading, writing = os.pipe()
    page = {"whole": True, "url": "https://page.example/"}
    working = asyncio.create_task(
        run_worker("page", page, timeout_s=60, limit=10_000, stdin=reading)
    )
    try:
        async with asyncio.timeout(60):
            while (worker := found()) is None:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        environment = (worker / "environ").read_bytes()
        assert b"marked" not in environment
        assert b"/nowhere" not in environment
        assert (worker / "cwd").readlink() == Path("/")
        os.write(writing, b"<title>A page</title><p>Some text")
    finally:
        os.close(writing)
        os.close(reading)
    said, timed_out = await working
    assert "Some text" in said
    assert not timed_out
