"""Real database files in a temporary folder, and real child processes that use them."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.store.children import StartChild
from tyler_tui.store import ThreadStore


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the test's database goes; nothing is there yet."""
    return tmp_path / "chat.db"


@pytest.fixture
async def store(database: Path) -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(database) as opened:
        yield opened


@pytest.fixture
def start_child() -> Iterator[StartChild]:
    """Starts Python code in a child process with the given arguments; its standard streams are
    text pipes. What still runs at the end of the test is killed."""
    children: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate(timeout=10)
