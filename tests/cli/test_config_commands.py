"""`tyler-chat config`, `keys`, and words that are nearly commands."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Run, latest
from tyler_tui import paths
from tyler_tui.config_text import template


def test_a_config_is_written_once_and_for_its_owner_alone(cli: Run) -> None:
    path = paths.config_file()
    assert cli("config").out == f"{path}\n"
    assert cli("config", "init").out == f"{path}\n"
    assert path.read_text("utf-8") == template()
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text('name = "mine"\n')
    refused = cli("config", "init")
    assert refused.code == 2
    assert "is there already" in refused.err
    assert path.read_text("utf-8") == 'name = "mine"\n'


def test_another_place_can_be_named(cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "new" / "other.toml"
    assert cli("config", "init", "--config", str(path)).code == 0
    assert path.read_text("utf-8") == template()
    assert cli("config", "show", "--config", str(path)).code == 0


def test_a_link_is_not_followed_to_what_it_names(cli: Run, tmp_path: Path) -> None:
    target = tmp_path / "target"
    paths.private_folder(paths.config_file().parent)
    paths.config_file().symlink_to(target)
    assert cli("config", "init").code == 2
    assert not target.exists()


def test_what_is_in_effect_is_shown(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_abcdefghijklmnopqrstuvw")
    monkeypatch.setenv("TYLER_CHAT_THEME", "nord")
    outcome = cli("config", "show")
    lines = dict(line.split("\t", 1) for line in outcome.out.splitlines())
    assert lines["model"] == '"groq/openai/gpt-oss-120b"\tGroq, by GROQ_API_KEY'
    assert lines["ui.theme"] == '"nord"\tTYLER_CHAT_THEME'
    assert lines["retries"] == "2\tdefault"
    assert "abcdefgh" not in outcome.out
    told = json.loads(cli("config", "show", "--json").out)
    assert told["ui.theme"] == {"value": '"nord"', "set_by": "TYLER_CHAT_THEME"}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:hush@db.example:5432/x", "postgresql://db.example:5432/x"),
        ("postgresql://db.example/x?user=me&password=hush", "postgresql://db.example/x"),
        ("postgresql://db.example/x?sslpassword=hush", "postgresql://db.example/x"),
        ("postgresql://db.example/x?password=be@hush", "postgresql://"),
        ("postgresql://me@db.example/x?password=be@hush", "postgresql://"),
        ("postgresql://me:hush?hush@db.example/x", "postgresql://db.example/x"),
        ("postgres://me:hush/hush@hush@db.example/x", "postgres://db.example/x"),
        ("sqlite+aiosqlite:////srv/me@work/x.db", "sqlite+aiosqlite:////srv/me@work/x.db"),
    ],
)
@pytest.mark.parametrize("by_variable", [True, False])
def test_the_database_is_told_without_its_password(
    cli: Run, monkeypatch: pytest.MonkeyPatch, url: str, shown: str, by_variable: bool
) -> None:
    if by_variable:
        monkeypatch.setenv("TYLER_CHAT_DB", url)
    else:
        paths.private_folder(paths.config_file().parent)
        paths.config_file().write_text(f'database = "{url}"\n')
    for command in ("config show", "config show --json", "paths", "paths --json"):
        told = cli(*command.split()).out
        assert shown in told
        assert "hush" not in told


def test_a_config_that_cannot_be_used_is_told_with_its_line(cli: Run) -> None:
    paths.private_folder(paths.config_file().parent)
    paths.config_file().write_text('\n[keys]\n"session.new" = "ctrl+s"\n')
    outcome = cli("config", "show")
    assert outcome.code == 2
    assert f"{paths.config_file()}, line 3: Ctrl+S is the key of both" in outcome.err
    assert cli("keys").code == 2
    assert cli("-m", "demo:fast", "hi").code == 2


def test_the_keys_are_those_in_effect(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    paths.private_folder(paths.config_file().parent)
    paths.config_file().write_text('[keys]\n"session.new" = "Shift+F5"\n"app.theme" = "f6"\n')
    outcome = cli("keys")
    lines = {fields[2]: fields for line in outcome.out.splitlines() if (fields := line.split("\t"))}
    assert lines["session.new"][:2] == ["Shift+F5", "/new"]
    assert lines["app.theme"][:2] == ["F6", "/theme"]
    assert outcome.err == ""
    monkeypatch.setenv("ZELLIJ", "0")
    assert "! Ctrl+S (session.open): Zellij takes it" in cli("keys").err
    told = json.loads(cli("keys", "--json").out)
    assert {"key": "ctrl+s", "id": "session.open", "taken_by": "Zellij takes it, unless it is "
            "locked (Ctrl+G)"} in told["clashes"]  # fmt: skip
    assert [one["keys"] for one in told["commands"] if one["id"] == "session.new"] == [["shift+f5"]]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["sesions", "list"], "sessions"),
        (["session"], "sessions"),
        (["Modles"], "models"),
        (["serch", "a", "word"], "search"),
        (["agent"], "agents"),
    ],
)
def test_what_is_nearly_a_command_is_no_prompt(cli: Run, typed: list[str], meant: str) -> None:
    outcome = cli(*typed, "-m", "demo:fast")
    assert outcome.code == 2
    assert f"There is no command {typed[0]!r}. Did you mean `tyler-chat {meant}`?" in outcome.err
    assert "put -- before it" in outcome.err
    assert not paths.database_file().exists()


@pytest.mark.parametrize(
    "typed",
    [["--", "sesions", "list"], ["sesions list"], ["list", "sesions"], ["sessions?"], ["list"]],
)
def test_two_dashes_quotes_or_another_word_first_make_it_one(cli: Run, typed: list[str]) -> None:
    flags = ["-m", "demo:fast"]
    outcome = cli(*flags, *typed) if typed[0] == "--" else cli(*typed, *flags)
    assert outcome.code == 0
    assert latest().messages[0].content == " ".join(word for word in typed if word != "--")


def test_a_config_of_tyler_is_one_and_tells_what_has_no_effect(cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "chat.yaml"
    path.write_text("name: Ada\nmodel_name: demo:fast\ndrop_params: true\n")
    ended = cli("--config", str(path), "-p", "hello")
    assert ended.code == 0
    assert ended.err.startswith(f"Warning: {path}, line 3: `drop_params` has no effect")
    shown = json.loads(cli("config", "show", "--config", str(path), "--json").out)
    assert shown["name"] == {"value": '"Ada"', "set_by": f"{path}, line 1"}
    refused = cli("config", "init", "--config", str(tmp_path / "new.yaml"))
    assert refused.code == 2
    assert ".toml" in refused.err
