import inspect
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from textual.theme import BUILTIN_THEMES

from tyler_tui import config
from tyler_tui.build import Options, make_agent
from tyler_tui.config import Settings, load
from tyler_tui.errors import ConfigError, UsageError
from tyler_tui.keymap import checked
from tyler_tui.tui.themes import built_in_themes
from tyler_tui.ui_settings import InterfaceSettings, Theme
from tyler_tui.web_settings import WebSettings

WHOLE = """
model = "anthropic/claude-sonnet-4-5"
temperature = 1
max_turns = 3
tools = ["files-read"]

[keys]
"session.new" = "ctrl+shift+n"

[timeouts]
idle = 5

[ui]
theme = "nord"
frame_rate = 10
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_a_file_the_defaults_count(file: Path) -> None:
    assert load(file, {}) == Settings()


def test_a_file_is_read_and_an_integer_will_do_for_a_number(file: Path) -> None:
    file.write_text(WHOLE)
    settings = load(file, {}, check_keys=checked)
    assert settings.model == "anthropic/claude-sonnet-4-5"
    assert settings.temperature == 1.0
    assert settings.timeouts.idle == 5.0
    assert settings.timeouts.connect == 15.0
    assert settings.ui.theme == "nord"
    assert settings.keys == {"session.new": "ctrl+shift+n"}


def test_accessible_is_what_the_environment_says_else_the_file(file: Path) -> None:
    assert load(file, {"ACCESSIBLE": "1"}).ui.accessible
    assert not load(file, {"ACCESSIBLE": ""}).ui.accessible
    file.write_text("[ui]\naccessible = true\n")
    assert load(file, {}).ui.accessible
    assert not load(file, {"ACCESSIBLE": "0"}).ui.accessible


def test_flags_go_before_the_environment_and_that_before_the_file(file: Path) -> None:
    file.write_text('model = "file"\napproval = "edits"\n[ui]\ntheme = "dark"\nmouse = false\n')
    environ = {"TYLER_CHAT_MODEL": "environment", "TYLER_CHAT_THEME": "light"}
    settings = load(file, environ, flags={"approval": "auto"})
    assert (settings.model, settings.approval) == ("environment", "auto")
    assert (settings.ui.theme, settings.ui.mouse) == ("light", False)
    assert load(file, {"TYLER_CHAT_MODEL": ""}).model == "file"


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("\nmodell = 'x'", 2, "there is no setting `modell`", "Did you mean `model`?"),
        ("zzz = 1", 1, "there is no setting `zzz`", "There are: model, api_base"),
        ("[ui]\n\nthemes = 'dark'", 3, "there is no setting `themes`", "Did you mean `theme`?"),
        ("[timeout]\nidle = 3", 1, "there is no setting `timeout`", "`timeouts`"),
        ("connect = 3\n[timeouts]\n", 1, "there is no setting `connect`", "below [timeouts]"),
        ("theme = 'dark'", 1, "there is no setting `theme`", "`theme` belongs below [ui]."),
        ("[ui]\nmodel = 'x'", 2, "there is no setting `model`", "above the first section"),
        ("ui.themes = 'dark'", 1, "there is no setting `themes`", "`theme`"),
        ("temperature = 'warm'", 1, "`temperature` must be a number, not text", ""),
        ("temperature = 5", 1, "`temperature` must be a number, at most 2", ""),
        ("temperature = -0.1", 1, "`temperature` must be a number, at least 0", ""),
        ("temperature = nan", 1, "`temperature` must be a number, at least 0", ""),
        ("max_turns = -1", 1, "`max_turns` must be a whole number, at least 0", ""),
        ("budget = 0", 1, "`budget` must be a number, more than 0", ""),
        ("max_turns = 1.5", 1, "`max_turns` must be a whole number, not a number", ""),
        ("retries = -1", 1, "`retries` must be a whole number, at least 0", ""),
        ("max_tokens = 0", 1, "`max_tokens` must be a whole number, at least 1", ""),
        ("name = 3", 1, "`name` must be text, not a whole number", ""),
        ("tools = 'files-read'", 1, "`tools` must be a list, not text", ""),
        ("tools = ['a', 1]", 1, "`tools` must be text, not a whole number", ""),
        ("ui = 1", 1, "`ui` must be a table, not a whole number", ""),
        ("[keys]\n'session.new' = 3", 1, "`keys` must be text, not a whole number", ""),
        ("[timeouts]\nconnect=2\nidle = -1", 3, "`idle` must be a number, more than 0", ""),
        ("[timeouts]\nidle = inf", 2, "`idle` must be a number, at most 86400", ""),
        ("[ui]\nframe_rate = 0", 2, "`frame_rate` must be a number, at least 1", ""),
        ("[ui]\nmouse = 'no'", 2, "`mouse` must be true or false, not text", ""),
        ("[ui]\ntheme = 'darkk'", 2, "`theme` cannot be 'darkk'", "Did you mean `dark`?"),
        ("[ui]\ntheme = '\x1f?'", None, "", "TOML"),
        ("approval = 'yes'", 1, "`approval` cannot be 'yes'", "There are: ask, edits, auto."),
        ("[keys]\n\n'session.nwe' = 'f2'", 3, "there is no command `session.nwe`",
         "Did you mean `session.new`?"),
        ("\n[[rules]]\nalow = []", 3, "there is no setting `alow`", "Did you mean `allow`?"),
        ("[[rules]]\nallow = ['a']\n[[rules]]\nask = 'b'", 4, "`ask` must be a list, not text", ""),
        ("[rules]\nallow = ['a']", 1, "`rules` must be a list, not a table", "Write [[rules]]"),
        ("rules = ['allow a']", 1, "`rules` must be a table, not text", ""),
        ("[[rules]]\nallow = ['a']\n\n[[rules]]\nallow = [\n  'b',\n  'c(',\n]", 7,
         "the rule `c(` must be the name of a tool", "files-write(src/**)"),
        ("[[rules]]\ndeny = ['web-fetch()']", 2, "the rule `web-fetch()` has nothing in its", ""),
        ("[agents.a]\nmodel = 'x'\n[agents.b]\nmodle = 'x'", 4, "there is no setting `modle`",
         "Did you mean `model`?"),
        ("[agents.'a b']\n\ntemperature = 3", 3, "`temperature` must be a number, at most 2", ""),
        ("[agents.a]\napproval = 'yes'", 2, "`approval` cannot be 'yes'", "ask, edits, auto."),
        ("[agents]\na = 1", 2, "`a` must be a table, not a whole number", ""),
        ("agents.a = 1", 1, "`a` must be a table, not a whole number", ""),
        ("agents = 1", 1, "`agents` must be a table, not a whole number", ""),
        ("[agents.a]\n[[agents.a.rules]]\ndeny = ['x', 'y(']", 3, "the rule `y(`", ""),
        ("[agents.a]\n[[agents.a.rules]]\n[[agents.a.rules]]\ndenny = []", 4,
         "there is no setting `denny`", "Did you mean `deny`?"),
        ("fixed = ['model']", 1, "there is no setting `fixed`", ""),
        ("model = ", None, "Invalid value (at end of document).", "valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_line_and_help(
    file: Path, text: str, line: int | None, said: str, hint: str
) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file, {}, check_keys=checked)
    at = f"{file}, line {line}: " if line else f"{file}: "
    assert caught.value.message.startswith(at + said)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("variable", "value"), [("TYLER_CHAT_APPROVAL", "never"), ("TYLER_CHAT_THEME", "nrod")]
)
def test_the_environment_is_checked_and_named(file: Path, variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"^{variable} cannot be '{value}'") as caught:
        load(file, {variable: value})
    assert caught.value.hint


def test_a_wrong_flag_is_wrong_use_and_not_the_config(file: Path) -> None:
    with pytest.raises(UsageError, match=r"^--max-turns must be a whole number, at least 0\.") as e:
        load(file, {}, flags={"max_turns": -1})
    assert not isinstance(e.value, ConfigError)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"retries = " + b"9" * 5_000])
def test_a_file_that_cannot_be_read_is_said(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="cannot be read"):
        load(file, {})


def a_device(path: Path) -> None:
    path.symlink_to("/dev/ptmx")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["config.toml", "tyler.yaml"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, a_device])
def test_what_is_no_file_is_said_at_once(
    tmp_path: Path, make: Callable[[Path], None], name: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(ConfigError, match=r"cannot be read: (Is a directory|Not a regular file)"):
        load(tmp_path / name, {})


def test_the_null_device_is_a_config_that_says_nothing() -> None:
    assert load(Path(os.devnull), {}) == load(Path("/nowhere"), {})


def test_every_theme_that_the_chat_has_can_be_set() -> None:
    known = {*BUILTIN_THEMES, *(theme.name for theme in built_in_themes())}
    assert set(Theme.__args__) - {"auto", "dark", "light"} == known  # type: ignore[attr-defined]


def test_every_setting_is_documented() -> None:
    kinds = (config.FileSettings, config.TimeoutSettings, InterfaceSettings, WebSettings)
    for kind in kinds:
        own = inspect.getsource(kind)
        for field in msgspec.structs.fields(kind):
            declared = own.partition(f"\n    {field.name}: ")[2]
            assert declared.partition("\n")[2].lstrip().startswith('"""'), field.name


def test_what_an_agent_refuses_reaches_the_user_as_an_error_of_the_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="temperature must be between 0 and 2"):
        make_agent(Options(tmp_path), Settings(temperature=9.0), "demo")


def test_hosts_of_the_environment_stand_in_for_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[web]\nallow_hosts = ["wiki.example"]\ntimeout = 5\n')
    assert load(file, {}).web.allow_hosts == ["wiki.example"]
    web = load(file, {"TYLER_CHAT_ALLOW_HOSTS": "localhost:8080, [::1],"}).web
    assert (web.allow_hosts, web.timeout) == (["localhost:8080", "[::1]"], 5.0)
