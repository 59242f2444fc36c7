import re
import typing

import pytest

from tests.cli.program import Run
from tyler_tui.cli import FAMILIES
from tyler_tui.cli.chat import chat
from tyler_tui.cli.config import config_app
from tyler_tui.cli.mcp import mcp_app
from tyler_tui.cli.sessions import sessions_app

SUBCOMMANDS = [
    ["sessions"],
    *(
        ["sessions", name]
        for name in ("list", "show", "rename", "pin", "fork", "delete", "restore")
    ),
    ["search"],
    ["models"],
    ["config"],
    ["config", "init"],
    ["config", "show"],
    ["keys"],
    ["doctor"],
    ["agents"],
    ["mcp"],
    *(["mcp", name] for name in ("list", "add", "remove", "test")),
    ["export"],
    ["import"],
    ["paths"],
    ["serve"],
]


def declared_options() -> set[str]:
    hints = typing.get_type_hints(chat, include_extras=True)
    return {
        name
        for hint in hints.values()
        for option in getattr(hint, "__metadata__", ())
        if hasattr(option, "param_decls")
        for name in (option.default, *(option.param_decls or ()))
        if isinstance(name, str)
    }


def test_the_help_names_every_option_and_every_command(cli: Run) -> None:
    page = cli("--help").out
    named = set(re.findall(r"(?<![\w-])--?[\w-]+", page))
    assert len(declared_options()) > 25
    assert declared_options() <= named
    for command in FAMILIES:
        assert f"\n  {command} " in page
    for name, app in (("sessions", sessions_app), ("config", config_app), ("mcp", mcp_app)):
        for info in app.registered_commands:
            assert f"\n  {name} {info.name} " in page


def test_the_help_tells_of_exit_codes_environment_and_examples(cli: Run) -> None:
    page = cli("--help").out
    words = ("TYLER_CHAT_MODEL", "TYLER_CHAT_HOME", "ANTHROPIC_API_KEY", "jq -r .content", "gguf:")
    for word in (*words, "NO_COLOR", "TYLER_CHAT_ALLOW_HOSTS", "PostgreSQL", "VISUAL"):
        assert word in page
    codes = page.partition("Exit codes:")[2]
    assert re.findall(r"\b(\d+)  +\w", codes) == ["0", "3", "1", "75", "2", "130"]


@pytest.mark.parametrize("arguments", [[], *SUBCOMMANDS], ids=" ".join)
def test_help_fits_eighty_columns(
    cli: Run, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    outcome = cli(*arguments, "--help")
    assert outcome.code == 0
    assert outcome.err == ""
    assert outcome.out.startswith(f"Usage: {' '.join(['tyler-chat', *arguments])} ")
    assert max(len(line) for line in outcome.out.splitlines()) <= 80
    assert "..." not in outcome.out.partition("Commands:\n")[2], "a summary is cut"


@pytest.mark.parametrize(
    "arguments",
    [words for words in SUBCOMMANDS if words not in (["sessions"], ["config"], ["mcp"])],
    ids=" ".join,
)
def test_every_command_has_examples_and_they_use_what_it_has(
    cli: Run, arguments: list[str]
) -> None:
    page = cli(*arguments, "--help").out
    options, _, examples = page.partition("\nExamples:\n")
    named = set(re.findall(r"(?<![\w-])--?[\w-]+", options)) | declared_options()
    own = [line for line in examples.splitlines() if " ".join(arguments) in line]
    assert own, "no example is of the command itself"
    for line in own:
        used = re.findall(r"(?<= )--?\w[\w-]*", re.split(r" [|#] | -- ", line)[0])
        assert set(used) <= named, line
    assert "{" not in options.partition("\n")[0], "arguments stand as manual pages have them"


def test_the_help_is_the_same_wherever_it_is_asked_for(cli: Run) -> None:
    page = cli("--help").out
    assert cli("-h").out == page
    assert cli("-m", "demo", "some", "prompt", "--help").out == page


def test_help_goes_before_a_missing_argument(cli: Run) -> None:
    assert cli("sessions", "rename", "-h").code == 0


def test_the_version_is_shown(cli: Run) -> None:
    assert re.fullmatch(r"tyler-chat \d+\.\d+\.\d+\n", cli("-V").out)
    assert cli("--version") == cli("-V")
