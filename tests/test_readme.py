"""What the README says must be so."""

import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import tyler_tui
from tests.provider_server import ProviderServer, answer
from tyler_tui.commands import TABLE, Command, key_label
from tyler_tui.messages import Message
from tyler_tui.providers import Request
from tyler_tui.providers.demo import demo_provider
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


def test_every_link_leads_to_a_heading() -> None:
    without_code = re.sub(r"^```.*?^```", "", README, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", without_code, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(#([^)]+)\)", README)
    assert links
    assert set(links) <= anchors


TOUR = README.partition("\n## A tour in five minutes\n")[2].partition("\n## ")[0]


async def test_the_demo_knows_what_the_tour_says_to_it() -> None:
    said = re.findall(r"\b[Ss]ay `([^`]+)`", TOUR)
    wanted = {"tour": ["files-list"], "long": [], "write notes": ["files-write"]}
    assert said == [*wanted]
    for prompt in said:
        request = Request("demo:fast", [Message("user", prompt)], tools=[t.spec for t in TOOLS])
        calls = [call async for delta in demo_provider().stream(request) for call in delta.calls]
        assert [call.name for call in calls if call.name] == wanted[prompt]


def test_the_keys_of_the_tour_are_those_of_the_program() -> None:
    keys = {key_label(key) for command in TABLE for key in command.keys}
    told = re.findall(r"\b(?:Ctrl|Alt|Shift)\+\w+|\bF\d+", TOUR)
    assert told
    assert set(told) <= keys


def test_the_table_of_extras_names_them_all() -> None:
    table = README.partition("| extra | brings |")[2].partition("\n\n")[0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == [
        extra for extra in project["optional-dependencies"] if extra not in ("dev", "pictures")
    ]


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
