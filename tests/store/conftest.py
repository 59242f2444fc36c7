"""Real databases, and real child processes that use them.

A test that asks for `store` or `place` runs on SQLite and on PostgreSQL; one that asks for
`database`, the file, is about SQLite alone.
"""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.store.children import StartChild
from tests.store.places import Place, PostgresPlace, SqlitePlace
from tests.store.postgres_server import PostgresServer, programs
from tyler_tui.store import ThreadStore


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        backends = ["sqlite"] if "database" in metafunc.fixturenames else ["sqlite", "postgres"]
        metafunc.parametrize("backend", backends, scope="session")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, one for each process that runs tests."""
    if (found := programs()) is None:
        pytest.skip("no PostgreSQL is installed: initdb and postgres are looked for in PATH, "
                    "and where Debian has them")  # fmt: skip
    pytest.importorskip("psycopg", reason="psycopg is not installed; it comes with .[dev]")
    server = PostgresServer(found)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: PostgresServer) -> str:
    """A database that tests use one after the other: to empty it takes a tenth of the time that
    making one does."""
    return postgres_server.new_database()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the test's file goes; nothing is there yet."""
    return tmp_path / "chat.db"


@pytest.fixture
def server_place(
    postgres_server: PostgresServer, postgres_database: str
) -> Iterator[PostgresPlace]:
    """That database, emptied behind the test."""
    place = PostgresPlace(postgres_server, postgres_database)
    yield place
    place.clear()


@pytest.fixture
def place(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """Where the test's sessions go; none is there yet."""
    if backend == "sqlite":
        return SqlitePlace(tmp_path / "chat.db")
    served: Place = request.getfixturevalue("server_place")
    return served


@pytest.fixture
async def store(place: Place) -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(place.url) as opened:
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
        child.communicate(timeout=60)
