"""The config as text."""

import re
from pathlib import Path

import msgspec
import pytest

from tyler_tui.commands import TABLE
from tyler_tui.config import FileSettings, Profile, Settings, load
from tyler_tui.config_text import in_effect, template
from tyler_tui.keymap import checked


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_the_file_says_nothing_but_the_defaults(file: Path) -> None:
    file.write_text(template())
    assert load(file, {}, check_keys=checked) == Settings()


def test_each_line_of_the_file_can_be_taken_as_it_stands(file: Path) -> None:
    file.write_text(re.sub(r"(?m)^#(?! )", "", template()))
    settings = load(file, {}, check_keys=checked)
    assert set(settings.keys) == {command.id for command in TABLE}
    assert settings.models[0].name
    assert settings.agents["reviewer"].rules
    assert {field for field in Profile.__struct_fields__ if not getattr(
        settings.agents["reviewer"], field)} == set()  # fmt: skip
    given = {name.partition(".")[0] for name in settings.origins}
    assert given == set(FileSettings.__struct_fields__)


def test_what_has_a_default_stands_there_with_it(file: Path) -> None:
    file.write_text(re.sub(r"(?m)^#(?! )", "", template()))
    settings, default = load(file, {}), Settings()
    for section in ("timeouts", "web", "ui"):
        for field in msgspec.structs.fields(type(getattr(default, section))):
            value = getattr(getattr(default, section), field.name)
            if value not in (None, []):
                assert getattr(getattr(settings, section), field.name) == value, field.name
    for name in FileSettings.__struct_fields__:
        value = getattr(default, name)
        if isinstance(value, str | int | float) and value != "":
            assert getattr(settings, name) == value, name


def test_every_setting_is_explained_above_its_line() -> None:
    lines = template().splitlines()
    for name in FileSettings.__struct_fields__:
        if line := next((n for n, text in enumerate(lines) if text.startswith(f"#{name} = ")), 0):
            assert lines[line - 1].startswith("# "), name
    assert max(map(len, lines)) <= 100


def test_what_is_in_effect_is_told_with_what_set_it(file: Path) -> None:
    file.write_text(
        'name = "Ada"\n[keys]\n"session.new" = "f5"\n[ui]\nmouse = false\n[agents.a]\nmodel="x"\n'
    )
    settings = load(file, {"TYLER_CHAT_THEME": "nord"}, flags={"max_turns": 3})
    told = {name: (value, by) for name, value, by in in_effect(settings)}
    assert told["name"] == ('"Ada"', f"{file}, line 1")
    assert told["keys.session.new"] == ('"f5"', f"{file}, line 3")
    assert told["ui.mouse"] == ("false", f"{file}, line 5")
    assert told["ui.theme"] == ('"nord"', "TYLER_CHAT_THEME")
    assert told["max_turns"] == ("3", "--max-turns")
    assert told["agents.a.model"] == ('"x"', f"{file}, line 7")
    assert told["retries"] == ("2", "default")
    assert told["budget"] == ("", "default")


def test_no_key_or_password_is_told(file: Path) -> None:
    file.write_text(
        'api_base = "https://me:hunter2secret@host.example/v1"\n'
        'notes = "my key is sk-abcdefghijklmnopqrst"\n'
        '[web]\nproxy = "http://you:hunter3secret@proxy.example"\n'
    )
    told = " ".join(value for _, value, _ in in_effect(load(file, {})))
    assert "host.example" in told
    for secret in ("hunter2", "hunter3", "abcdefghij"):
        assert secret not in told
