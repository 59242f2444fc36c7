"""`tyler-chat mcp`."""

import json
import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from tests.cli.program import Run
from tests.mcp_servers.running import PROGRAMS
from tyler_tui.config import load
from tyler_tui.doctor import mcp

GOOD = str(PROGRAMS / "good.py")
OWN = """\
# My config: nobody touches it.
name = "Ada"   # after the countess

[mcp]          # servers

[mcp.servers.first]
command = "x"

[ui]
theme = "nord"
"""


@pytest.fixture
def config(home: Path) -> Path:
    home.mkdir()
    return home / "config.toml"


def test_add_keeps_every_byte_of_the_file_and_what_it_adds_works(cli: Run, config: Path) -> None:
    config.write_text(OWN)
    config.chmod(0o640)
    added = cli("mcp", "add", "calc", "--env", "A=${HOME}", "--", sys.executable, GOOD, "-x")
    assert (added.code, added.out) == (0, f"{config}\n")
    assert config.read_text().startswith(OWN)
    assert config.stat().st_mode & 0o777 == 0o640
    server = load(config, {}).mcp.servers["calc"]
    assert (server.command, server.args) == (sys.executable, [GOOD, "-x"])
    assert server.env == {"A": "${HOME}"}
    tried = cli("mcp", "test", "calc")
    assert tried.code == 0
    assert "calc: ready in" in tried.out
    assert "tools: calc-add, calc-environment" in tried.out
    assert "@calc:memo://today" in tried.out


def test_add_makes_a_file_of_its_owner_alone(cli: Run, config: Path) -> None:
    assert cli("mcp", "add", "calc", "--env", "TOKEN=hush-hush", "--", "x").code == 0
    assert config.stat().st_mode & 0o777 == 0o600


def test_add_writes_where_a_link_leads(cli: Run, config: Path, tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text("")
    os.symlink(tmp_path / "real.toml", config)
    header = 'X-Key=${TOKEN} "quoted"'
    assert cli("mcp", "add", "far", "--url", "https://mcp.example/", "--header", header).code == 0
    assert config.is_symlink()
    assert load(config, {}).mcp.servers["far"].headers == {"X-Key": '${TOKEN} "quoted"'}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["first", "--", "x"], "line 6: there is an MCP server 'first' already"),
        (["first", "--", "x"], "`tyler-chat mcp remove first`"),
        (["web", "--", "x"], "starts like the program's own web tools"),
        (["a b", "--", "x"], "cannot be called that"),
        (["a"], "needs a command or a url"),
        (["a"], "-- COMMAND or --url URL"),
        (["a", "--url", "ftp://x"], "not http:// or https://"),
        (["a", "--env", "x", "--", "y"], "--env takes KEY=VALUE"),
    ],
)
def test_what_cannot_be_added_changes_nothing(
    cli: Run, config: Path, arguments: list[str], said: str
) -> None:
    config.write_text(OWN)
    outcome = cli("mcp", "add", *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert config.read_text() == OWN


def test_a_file_that_has_it_in_another_form_is_left_as_it_is(cli: Run, config: Path) -> None:
    config.write_text('mcp = { servers = { a = { command = "x" } } }\n')
    outcome = cli("mcp", "add", "b", "--", "y")
    assert outcome.code == 2
    assert "Write it in yourself" in outcome.err
    assert '[mcp.servers.b]\ncommand = "y"' in outcome.err
    assert config.read_text() == 'mcp = { servers = { a = { command = "x" } } }\n'


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("--key=${NOTES_TOKEN}", "--key=${NOTES_TOKEN}"),
        ("${GITHUB_API_KEY}", "${GITHUB_API_KEY}"),
        ("sk-abcdefghijklmnopqrst", "***"),
        ("--token abcdefgh", "--token"),
        ("API_KEY=abcdefgh", "API_KEY"),
        ("postgresql://me:abcdefgh@db.example/x", "postgresql://db.example/x"),
        ("${HOME}/notes", ""),
        ("tokens.txt", ""),
        ("--max-tokens 900", ""),
        ("-e GITHUB_TOKEN -v", ""),
        ("https://me@db.example/x", ""),
    ],
)
def test_a_secret_among_the_arguments_is_warned_of(
    cli: Run, config: Path, monkeypatch: pytest.MonkeyPatch, argument: str, shown: str
) -> None:
    monkeypatch.setenv("NOTES_TOKEN", "hush-hush")
    monkeypatch.setenv("GITHUB_API_KEY", "hush-hush")
    added = cli("mcp", "add", "notes", "--", "no-such-program", *argument.split())
    assert added.code == 0
    assert ("others on this machine can see" in added.err) == bool(shown)
    found = json.loads(cli("doctor", "--json").out)["findings"]
    told = " ".join(one["text"] for one in found if one["name"] == "notes")
    assert ("others on this machine can see" in told) == bool(shown)
    assert shown in added.err
    assert shown in told
    assert "abcdefgh" not in added.err + told
    assert load(config, {}).mcp.servers["notes"].args == argument.split(), (
        "it is warned of, and kept"
    )


def test_what_was_added_is_removed_to_the_byte(cli: Run, config: Path) -> None:
    config.write_text(OWN)
    config.chmod(0o640)
    assert cli("mcp", "add", "calc", "--env", "A=1", "--", "x", "[mcp.servers.calc]").code == 0
    removed = cli("mcp", "remove", "calc")
    assert (removed.code, removed.out) == (0, f"{config}\n")
    assert config.read_text() == OWN
    assert config.stat().st_mode & 0o777 == 0o640


def test_lines_that_end_as_on_windows_stay_so(cli: Run, config: Path) -> None:
    own = ("\ufeff" + OWN.replace("\n", "\r\n")).encode()
    config.write_bytes(own)
    assert cli("mcp", "add", "calc", "--", "x").code == 0
    assert config.read_bytes() == own + b'\r\n[mcp.servers.calc]\r\ncommand = "x"\r\n'
    assert cli("mcp", "remove", "calc").code == 0
    assert config.read_bytes() == own


SEVERAL = """\
# About the first of them.
[ mcp.servers."a" ]   # that one
command = \"\"\"
[ui]
# no comment
\"\"\"
# args = ["left out"]
args = [
  "[mcp.servers.b]",
]

# of a, for its tables go with it
[mcp.servers.a.env]
TOKEN = "${TOKEN}"
# still of a

# About b.
[mcp.servers.b]
command = "b"
[ui]
theme = "nord"

[mcp.servers.a.headers]
# nothing yet

# The end.
"""


def test_a_server_goes_with_its_tables_and_nothing_else_does(cli: Run, config: Path) -> None:
    config.write_text(SEVERAL)
    assert cli("mcp", "remove", "a").code == 0
    assert config.read_text() == (
        "# About the first of them.\n# About b.\n[mcp.servers.b]\n"
        'command = "b"\n[ui]\ntheme = "nord"\n\n# The end.\n'
    )
    assert list(load(config, {}).mcp.servers) == ["b"]


@pytest.mark.parametrize(
    "text",
    [
        'mcp.servers.a.command = "x"\n',
        '[mcp]\nservers = { a = { command = "x" }, b = { command = "y" } }\n',
        '[mcp.servers]\na.command = "x"\nb.command = "y"\n',
    ],
)
def test_what_has_no_table_of_its_own_is_left_as_it_is(cli: Run, config: Path, text: str) -> None:
    config.write_text(text)
    outcome = cli("mcp", "remove", "a")
    assert outcome.code == 2
    assert "has no table of its own" in outcome.err
    assert str(config) in outcome.err
    assert config.read_text() == text


def test_a_server_that_is_not_there_cannot_be_removed(cli: Run, config: Path) -> None:
    assert "There is none at all." in cli("mcp", "remove", "first").err
    config.write_text(OWN)
    outcome = cli("mcp", "remove", "frist")
    assert outcome.code == 2
    assert "Did you mean `first`?" in outcome.err
    assert config.read_text() == OWN


def test_the_doctor_tells_of_each_server_whether_it_can_be_used(cli: Run, config: Path) -> None:
    config.write_text(
        f'[mcp.servers.good]\ncommand = "{sys.executable}"\nargs = ["{GOOD}"]\n'
        '[mcp.servers.gone]\ncommand = "no-such-program"\n'
        f'[mcp.servers.dies]\ncommand = "{sys.executable}"\nargs = ["-c", "raise OSError(7)"]\n'
        '[mcp.servers.off]\ncommand = "x"\nenabled = false\n'
    )
    outcome = cli("doctor", "--json")
    assert outcome.code == 1
    found = {
        one["name"]: one for one in json.loads(outcome.out)["findings"] if one["area"] == "MCP"
    }
    assert found["good"]["status"] == "ok"
    assert "9 tools, 1 resource, 1 prompt, in " in found["good"]["text"]
    assert found["gone"]["status"] == "fail"
    assert found["gone"]["text"] == "There is no program 'no-such-program'"
    assert "whole path" in found["gone"]["remedy"]
    assert "OSError: 7" in found["dies"]["text"]
    assert "tyler-chat mcp remove dies" in found["dies"]["remedy"]
    assert found["off"]["text"] == "off, as the config says"


def test_the_doctor_does_not_wait_for_a_server_that_is_silent(
    cli: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp, "PATIENCE_S", 0.1)
    config.write_text(
        f'[mcp.servers.mute]\ncommand = "{sys.executable}"\nconnect_timeout = 86400\n'
        'args = ["-c", "import sys; sys.stdin.read()"]\n'
    )
    found = json.loads(cli("doctor", "--json").out)["findings"]
    (mute,) = (one for one in found if one["name"] == "mute")
    assert mute["status"] == "warn"
    assert "does not answer within 0.1 s" in mute["text"]
    assert "86400 s" in mute["remedy"]


def test_list_starts_nothing_and_shows_no_secret(cli: Run, config: Path) -> None:
    config.write_text(
        '[mcp.servers.a]\ncommand = "a-server"\nargs = ["--key", "sk-abcdefghijklmnopqrst"]\n'
        '[mcp.servers.b]\nenabled = false\nurl = "https://me:secret@b.example/mcp"\n'
    )
    out = cli("mcp").out
    assert [line.split("\t")[:2] for line in out.splitlines()] == [["a", "on"], ["b", "off"]]
    assert "https://b.example/mcp" in out
    assert "secret" not in out
    assert "abcdefgh" not in out
    assert json.loads(cli("mcp", "list", "--json").out)[1]["enabled"] is False


def test_a_server_that_cannot_be_used_is_exit_code_1(cli: Run, config: Path) -> None:
    config.write_text(
        f'[mcp.servers.good]\ncommand = "{sys.executable}"\nargs = ["{GOOD}"]\n'
        '[mcp.servers.gone]\ncommand = "no-such-program"\n'
    )
    tried = cli("mcp", "test", "--json")
    assert tried.code == 1
    good, gone = json.loads(tried.out)
    assert good["state"] == "ready"
    assert "good-add" in good["tools"]
    assert 0 < good["connected_s"] < 60
    assert gone["reason"] == "There is no program 'no-such-program'"
    unknown = cli("mcp", "test", "goud")
    assert unknown.code == 1
    assert "Did you mean `good`?" in unknown.err


def test_the_secrets_of_servers_are_not_in_what_is_in_effect(cli: Run, config: Path) -> None:
    config.write_text(
        '[mcp.servers.a]\ncommand = "x"\nenv = { A = "hunter2secret", B = "${TOKEN}" }\n'
    )
    out = cli("config", "show").out
    assert "hunter2secret" not in out
    assert "${TOKEN}" in out
