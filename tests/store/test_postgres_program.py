"""The program on a database of a server, as the environment or the config names it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.places import PostgresPlace
from tests.store.postgres_server import PostgresServer


@pytest.fixture
def server_place(
    postgres_server: PostgresServer, postgres_database: str
) -> Iterator[PostgresPlace]:
    place = PostgresPlace(postgres_server, postgres_database)
    yield place
    place.clear()


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tyler_tui", *arguments],
        env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_session_of_one_command_is_there_for_all_others(
    server_place: PostgresPlace, home: Path
) -> None:
    where = {"TYLER_CHAT_DB": server_place.url}
    asked = program("-m", "demo:fast", "-s", "shared", "-p", "a question of ours", **where)
    assert (asked.returncode, asked.stderr.count("Error")) == (0, 0), asked.stderr
    [session] = json.loads(program("sessions", "list", "--json", **where).stdout)
    assert session["name"] == "shared"
    [hit] = json.loads(program("search", "question of", "--json", **where).stdout)
    assert hit["thread_id"] == session["id"]
    findings = {
        found["name"]: found
        for found in json.loads(program("doctor", "--json", **where).stdout)["findings"]
        if found["area"] == "Sessions"
    }
    assert {found["status"] for found in findings.values()} == {"ok"}
    assert "PostgreSQL" in findings["database"]["text"]
    assert findings["sessions"]["text"].startswith("1, and 0 in the trash")
    assert list(home.glob("*.db")) == []


def test_the_config_may_name_it_and_the_environment_goes_before(
    server_place: PostgresPlace, home: Path, tmp_path: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(f'model = "demo:fast"\ndatabase = "{server_place.url}"\n')
    program("-p", "kept on the server")
    assert server_place.execute("SELECT count(*) FROM threads") == [(1,)]
    assert len(json.loads(program("sessions", "list", "--json").stdout)) == 1
    elsewhere = {"TYLER_CHAT_DB": str(tmp_path / "other.db")}
    assert json.loads(program("sessions", "list", "--json", **elsewhere).stdout) == []


def test_a_server_that_is_away_costs_no_answer_and_no_password_is_shown(home: Path) -> None:
    pytest.importorskip("psycopg")
    where = {"TYLER_CHAT_DB": "postgresql://me:hush-hush@127.0.0.1:1/x?sslpassword=hush-hush"}
    listed = program("sessions", "list", **where)
    assert listed.returncode == 75
    assert "cannot be reached" in listed.stderr
    asked = program("-m", "demo:fast", "-p", "hello", **where)
    assert asked.returncode == 0
    assert "Hello" in asked.stdout
    assert "Not saved" in asked.stderr
    doctor = program("doctor", **where)
    assert doctor.returncode == 1
    runs = [listed, asked, doctor, program("paths", **where), program("config", "show", **where)]
    for run in runs:
        assert "hush" not in run.stdout + run.stderr
