"""What the README says must be so."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tyler_tui
from tests.provider_server import ProviderServer, answer
from tyler_tui.commands import TABLE, Command, key_label
from tyler_tui.tools import TOOLS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def _key_table() -> str:
    rows = ["| keys | command | does |", "|------|---------|------|"]
    rows += [_row(command) for command in TABLE]
    return "\n".join(rows)


def _row(command: Command) -> str:
    keys = ", ".join(key_label(key) for key in command.keys)
    slash = f"`/{command.slash[0]}`" if command.slash else ""
    return f"| {keys} | {slash} | {command.help.replace('|', chr(92) + '|')} |"


def test_the_key_table_is_that_of_the_program() -> None:
    match = re.search(r"<!-- keys:.*?-->\n(.*?)\n?<!-- end of keys -->", README, re.DOTALL)
    assert match is not None
    assert match[1] == _key_table()


def test_the_table_of_tools_names_them_all_and_says_which_ask() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| .+ \| (.+) \|$", README, re.MULTILINE)
    said = {name: asks != "no" for name, asks in rows if name in {tool.name for tool in TOOLS}}
    assert said == {tool.name: tool.risk != "read" for tool in TOOLS}


def test_every_picture_is_there() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_every_file_and_folder_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:tyler_tui|tests|screenshots)/[\w/.]+)`", README)
    assert named
    assert all((ROOT / path).exists() for path in named)


LIBRARY = README.partition("\n## The library\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"(?<!own. -->\n)```python\n(.*?)```", LIBRARY, re.DOTALL)


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (0, r"Once upon a time\.\n✅ \d+ ms, 15 tokens\n"),
        (1, r"Once upon a time\. 15 tokens\n((tides|tea|time) execution_complete\n){3}"),
    ],
)
def test_the_code_runs_as_it_stands(
    block: int, said: str, provider_server: ProviderServer, tmp_path: Path
) -> None:
    provider_server.fallback = answer("Once upon a time.")
    run = subprocess.run(
        [sys.executable, "-c", BLOCKS[block]],
        env={"OPENAI_API_BASE": provider_server.base_url, "HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert re.fullmatch(said, run.stdout), run.stdout


def test_all_code_is_run() -> None:
    assert len(BLOCKS) == 2


def test_the_table_of_readers_names_what_there_is() -> None:
    rows = re.findall(r"^\| `(?:await )?(\w+)\((.*?)\)` \|", README, re.MULTILINE)
    assert {name for name, _ in rows} == {"buffered", "counted", "guarded", "collected", "fan_in"}
    for name, shown in rows:
        parameters = inspect.signature(getattr(tyler_tui, name)).parameters
        assert [part.partition("=")[0].strip() for part in shown.split(",")] == [*parameters]
        for parameter, default in re.findall(r"(\w+)=([\d.]+)", shown):
            assert parameters[parameter].default == float(default)
