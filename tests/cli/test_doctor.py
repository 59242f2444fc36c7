"""`tyler-chat doctor`: what is wrong is said, with what to do, and nothing is given away."""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, Run, run_program
from tests.provider_server import ProviderServer, model_list
from tests.pseudo_terminal import Terminal
from tyler_tui import paths
from tyler_tui.doctor import start
from tyler_tui.doctor.asking import Said, read_answers
from tyler_tui.providers import catalog
from tyler_tui.providers.catalog import LocalServer

SECRET = "sk-ant-" + "a1" * 20
Found = dict[tuple[str, str], dict[str, str]]


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's machine serves, and how quick it is today, is out of sight."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("Ollama", port),))
    monkeypatch.setattr(start, "SLOW_MS", 60_000)
    for name in ("TMUX", "STY", "ZELLIJ", "SSH_CONNECTION", "SSH_TTY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


def examined(cli: Run, *arguments: str, code: int = 0) -> Found:
    """The findings by area and name."""
    outcome = cli("doctor", "--json", *arguments)
    assert (outcome.code, outcome.err) == (code, "")
    findings = json.loads(outcome.out)["findings"]
    for finding in findings:
        assert finding["status"] == "ok" or finding["remedy"], "what to do is not said"
    return {(finding["area"], finding["name"]): finding for finding in findings}


def test_a_healthy_machine_has_nothing_to_say_but_the_state_of_things(
    cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", SECRET)
    cli("-m", "demo:fast", "-p", "hello")
    outcome = cli("doctor", "--json")
    report = json.loads(outcome.out)
    assert (outcome.code, report["status"]) == (0, "ok"), outcome.out
    assert SECRET not in outcome.out
    found = {(one["area"], one["name"]): one["text"] for one in report["findings"]}
    assert found["Models", "ANTHROPIC_API_KEY"] == "is set (Anthropic)"
    assert found["Sessions", "sessions"].startswith("1, and 0 in the trash · ")
    assert found["Sessions", "log"].startswith("wal, ")
    assert {"textual", "litellm", "SQLite"} <= {name for area, name in found if area == "Versions"}
    assert "ms" in found["Start", "Python alone"]


def test_into_a_pipe_goes_a_line_each_with_tabs(cli: Run) -> None:
    rows = [line.split("\t") for line in cli("doctor").out.splitlines()]
    assert {len(row) for row in rows} == {5}
    assert {row[0] for row in rows} <= {"ok", "warn"}


def test_no_model_is_a_warning_that_names_the_demo(cli: Run) -> None:
    found = examined(cli)["Models", "model"]
    assert found["status"] == "warn"
    assert "tyler-chat -m demo" in found["remedy"]


def test_a_model_without_its_key_is_told(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYLER_CHAT_MODEL", "gemini/gemini-pro-latest")
    found = examined(cli)["Models", "model"]
    assert found["status"] == "warn"
    assert "GEMINI_API_KEY" in found["text"]


def test_a_key_with_a_line_end_is_told_without_it(
    cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET + "\n")
    outcome = cli("doctor", "--json")
    assert SECRET not in outcome.out
    (found,) = (f for f in json.loads(outcome.out)["findings"] if f["name"] == "OPENAI_API_KEY")
    assert found["status"] == "warn"


def test_servers_are_found_and_one_that_is_named_must_answer(
    cli: Run, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider_server.models = model_list("llama3.2", "qwen3")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    host = provider_server.base_url.split("/")[2]
    assert examined(cli)["Models", f"the server at {host}"]["text"] == "answers, 2 models"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    monkeypatch.setenv("OPENAI_API_BASE", f"http://user:{SECRET}@127.0.0.1:{port}/v1")
    failed = examined(cli, code=1)["Models", "OPENAI_API_BASE"]
    assert failed["status"] == "fail"
    assert SECRET not in str(failed)
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", provider_server.base_url.removesuffix("/v1"))
    monkeypatch.delenv("OPENAI_API_BASE")
    assert examined(cli)["Models", f"the server at {host}"]["text"] == "answers, 2 models"
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", f"http://127.0.0.1:{port}")
    assert examined(cli, code=1)["Models", "LITELLM_PROXY_API_BASE"]["status"] == "fail"


def test_a_config_that_cannot_be_used_fails_with_its_line(cli: Run, home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text('[ui]\nthme = "nord"\n', "utf-8")
    failed = examined(cli, code=1)["Config", "config"]
    assert failed["status"] == "fail"
    assert "config.toml" in failed["text"]
    assert "thme" in failed["text"]


def test_what_others_may_read_or_change_is_told_and_left_as_it_is(cli: Run, home: Path) -> None:
    cli("-m", "demo:fast", "-p", "hello")
    config = home / "config.toml"
    config.write_text("titles = false\n", "utf-8")
    config.chmod(0o644)
    paths.database_file().chmod(0o640)
    home.chmod(0o777)
    found = examined(cli)
    assert "chmod 600" in found["Config", "config permissions"]["remedy"]
    assert "0640" in found["Sessions", "database permissions"]["text"]
    assert "chmod go-w" in found["Config", "folder permissions"]["remedy"]
    assert config.stat().st_mode & 0o777 == 0o644


def test_a_folder_that_cannot_be_made_fails(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv("TYLER_CHAT_HOME", str(tmp_path / "file" / "home"))
    failed = examined(cli, code=1)["Config", "folder"]
    assert failed["status"] == "fail"
    assert "file is not a folder" in failed["text"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_made_fails(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    monkeypatch.setenv("TYLER_CHAT_HOME", str(closed / "home"))
    failed = examined(cli, code=1)["Config", "folder"]
    assert "may not be written by you" in failed["text"]


def test_a_damaged_database_fails_and_is_left_alone(cli: Run) -> None:
    cli("-m", "demo:fast", "-p", "hello")
    file = paths.database_file()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(file.read_bytes())
    content[4096 : 4096 * 3] = b"\xff" * (4096 * 2)
    file.write_bytes(content)
    failed = examined(cli, code=1)["Sessions", "database"]
    assert failed["status"] == "fail"
    assert ".recover" in failed["remedy"]
    assert file.read_bytes() == content


def test_a_database_of_another_program_fails(cli: Run, home: Path) -> None:
    home.mkdir()
    with sqlite3.connect(paths.database_file()) as connection:
        connection.execute("CREATE TABLE other (id)")
    connection.close()
    assert examined(cli, code=1)["Sessions", "database"]["status"] == "fail"


def test_a_dumb_terminal_without_utf8_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    monkeypatch.setenv("PYTHONUTF8", "0")
    outcome = run_program("doctor")
    said = {row.split("\t")[2]: row.split("\t")[0] for row in outcome.out.splitlines()}
    assert said["TERM"] == said["letters"] == "warn"


def test_the_terminal_is_asked_what_it_can_do(tmp_path: Path) -> None:
    command, env = [PROGRAM, "doctor"], dict(os.environ)
    with Terminal(command, env=env, cwd=tmp_path, rows=60, knows_frames=False) as terminal:
        terminal.wait_until(lambda: b"\x1b[c" in terminal.output)
        terminal.send("\x1b[?1u\x1b[?1004;2$y\x1b[?2026;0$y\x1b[?62;4c")
        screen = terminal.wait_for("the protocol of kitty", "warning", "is told", "whole frames")
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before
    assert "whole frames           no" in screen


def test_answers_are_read_only_when_all_have_come() -> None:
    assert read_answers(b"\x1b[?1u\x1b[?1004;1$y") == Said()
    assert read_answers(b"\x1b[?6c") == Said(answered=True, enhanced_keys=False)
    assert read_answers(b"\x1b[?1004;0$y\x1b[?6c").focus is False


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_options_of_tmux_that_hinder_are_told_with_what_sets_them(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX_TMPDIR", str(tmp_path))
    subprocess.run(["tmux", "-f", "/dev/null", "new-session", "-d", "sleep 600"], check=True)
    try:
        for scope, name, value in (
            ("-s", "focus-events", "off"),
            ("-w", "allow-passthrough", "off"),
            ("-s", "escape-time", "500"),
        ):
            subprocess.run(["tmux", "set", "-g", scope, name, value], check=False)
        subprocess.run(["tmux", "set", "-g", "prefix", "C-s"], check=True)
        place = subprocess.run(
            ["tmux", "display-message", "-p", "#{socket_path},#{pid},0"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        monkeypatch.setenv("TMUX", place.stdout.strip())
        found = examined(cli)
        for name in ("focus-events", "escape-time", "allow-passthrough"):
            assert f"tmux set -g {name}" in found["Terminal", f"tmux {name}"]["remedy"]
        assert "prefix" in found["Keys", "Ctrl+S"]["text"]
        assert "tmux and the terminal" in found["Terminal", "clipboard"]["text"]
        subprocess.run(["tmux", "set", "-g", "focus-events", "on"], check=True)
        assert ("Terminal", "tmux focus-events") not in examined(cli)
    finally:
        subprocess.run(["tmux", "kill-server"], check=False)
