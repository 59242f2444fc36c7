"""The program on a database of a server, as the environment or the config names it."""

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cli.program import PROGRAM
from tests.provider_server import Call, Finish, ProviderServer, Reply, UsageChunk, answer
from tests.pseudo_terminal import Terminal
from tests.secrets.processes import command_lines
from tests.store.places import PostgresPlace


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
    of_time = {"time to open", "time to search"}  # a busy machine may be slow
    assert of_time < findings.keys()
    assert {findings[name]["status"] for name in findings.keys() - of_time} == {"ok"}
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


PRINT_ALL = "env; tr '\\0' '\\n' < /proc/$PPID/environ; cat passwords; sleep 0.3"


def test_the_password_of_the_sessions_is_nowhere(
    server_place: PostgresPlace,
    provider_server: ProviderServer,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_url, in_variable = (f"pass@{secrets.token_hex(8)}" for _ in range(2))
    role = server_place.server.role_with(in_url)
    quoted = quote(in_url, safe="")
    url = server_place.server.url(server_place.name, f"{role}:{quoted}")
    monkeypatch.setenv("TYLER_CHAT_DB", url)
    monkeypatch.setenv("PGPASSWORD", in_variable)
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "passwords").write_text(f"mine: {in_url}, {quoted}, {in_variable}\n", "utf-8")
    command = json.dumps({"command": PRINT_ALL})
    provider_server.script(
        Reply([Call(0, "call_1", "command_line-run", command),
               Call(1, "call_2", "files-read", '{"path": "passwords"}'),
               Finish("tool_calls"), UsageChunk()]),
        answer("I saw it all."),
    )  # fmt: skip
    canaries = [word.encode() for word in (in_url, quoted, in_variable)]

    def found_in(data: bytes) -> list[bytes]:
        return [canary for canary in canaries if canary in data]

    arguments = [PROGRAM, "-m", "openai/anything", "-s", "talk", "-y", "--debug"]
    with Terminal(arguments, env=dict(os.environ), cwd=workspace) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("print it", "enter")
        terminal.wait_until(lambda: bool(provider_server.requests))
        assert not any(found_in(line) for line in command_lines())
        terminal.wait_for("I saw it all.", "ready")
        server_place.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ?", (role,)
        )
        server_place.server.role_with("another one now")  # its own is wrong from here on
        terminal.send("and again", "enter")
        terminal.wait_for("not saved")
        terminal.send("ctrl+q")
        terminal.send("ctrl+q")
        terminal.wait_exit()
    bodies = [json.dumps(request.body) for request in provider_server.requests]
    assert "HOME=" in bodies[1], "the command ran"
    assert "mine: ***" in bodies[1]
    assert bodies[1].count("PGPASSWORD=***") == 1, "the program's own: the command has none"
    assert not any(found_in(body.encode()) for body in bodies)
    assert found_in(terminal.output) == []
    rows = server_place.execute("SELECT content, metrics, tool_calls, reasoning FROM messages")
    rows += server_place.execute("SELECT attributes, title, model, name FROM threads")
    assert "I saw it all." in str(rows)
    assert found_in(str(rows).encode()) == []

    def nothing_is_told(*words: str) -> None:
        ended = program(*words)
        assert found_in((ended.stdout + ended.stderr).encode()) == [], words

    shown = (["doctor"], ["doctor", "--json"], ["paths"], ["config", "show"], ["sessions", "list"],
             ["export", "talk"], ["export", "talk", "--format", "json"], ["search", "HOME"],
             ["-m", "demo:fast", "-s", "talk", "--debug", "-p", "hello"])  # fmt: skip
    for words in shown:
        nothing_is_told(*words)
    server_place.server.role_with(in_url)
    assert "I saw it all." in program("export", "talk").stdout
    for words in shown:
        nothing_is_told(*words)
    files = [file for file in home.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert found_in(file.read_bytes()) == [], file


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
