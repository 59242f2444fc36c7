"""That free memory goes back to the system."""

import platform
import subprocess
import sys

import pytest

from tests.tui.conftest import OpenChat
from tyler_tui.tui import app as app_module
from tyler_tui.tui import collecting, trimming
from tyler_tui.tui.collecting import Collecting

PROGRAM = """
import time
from pathlib import Path
from tyler_tui.tui.trimming import trim

def resident_mb():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024

kept, freed = [], []
for number in range(1_000):  # every hole is bounded by what stays
    freed.append(bytearray(100_000))
    kept.append(bytearray(1_000))
freed.clear()
before, began = resident_mb(), time.thread_time()
assert trim()
print(before - resident_mb(), time.thread_time() - began)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_holes_between_what_lives_are_given_back() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    given_back_mb, took_s = map(float, ran.stdout.split())
    assert given_back_mb > 80
    assert took_s < 0.1, "no key waits for it"


def test_where_the_c_library_cannot_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    trimming._malloc_trim.cache_clear()
    try:
        assert not trimming.trim()
    finally:
        trimming._malloc_trim.cache_clear()


async def test_it_is_done_behind_an_answer_once_nobody_types(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    trimmed: list[None] = []
    monkeypatch.setattr(collecting, "trim", lambda: trimmed.append(None))
    async with open_chat() as chat:
        chat.app.collecting = Collecting()
        monkeypatch.setattr(app_module, "QUIET_SECONDS", 1_000.0)
        await chat.ask("hello")
        waiting = chat.app._collection
        await chat.pilot.press("a")
        chat.app._collect_if_quiet()
        assert not trimmed, "somebody types"
        assert chat.app._collection is not waiting, "it is tried again"
        monkeypatch.setattr(app_module, "QUIET_SECONDS", 0.01)
        await chat.ask("hello")
        await chat.until(lambda: trimmed)
