"""Plug-ins: really installed, and used through the program."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run_program
from tests.plugins.installing import install
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.pseudo_terminal import Terminal

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("\n## Plug-ins\n")[2].partition("\n## ")[0]

MODELS = """
from tyler_tui.providers import Delta, ModelInfo
from tyler_tui.providers.plugged import SimpleProvider

class Echo(SimpleProvider):
    models = [ModelInfo("echo/loud", context_window=4096, input_price=0.0, output_price=0.0)]

    async def stream(self, request):
        yield Delta(text=request.messages[-1].content.upper())
        yield Delta(finish_reason="stop")

catalogue = [ModelInfo("openai/ours", context_window=12_345)]
forest = {"primary": "#2e7d32", "background": "#0b1a0b", "dark": True}
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that the program sees."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


@pytest.fixture
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


@pytest.fixture
def models(site: Path) -> None:
    points = {
        "tyler_tui.models": {"echo": "acme:Echo", "ours": "acme:catalogue"},
        "tyler_tui.themes": {"forest": "acme:forest"},
    }
    install(site, "tyler-acme", {"acme.py": MODELS}, points)


def test_the_example_of_the_readme_is_offered_and_runs(site: Path, served: ProviderServer) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
    (project,) = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
    declared = tomllib.loads(project)["project"]
    install(site, declared["name"], {"dice.py": code}, declared["entry-points"])
    call = Call(0, "c1", "dice_roll", json.dumps({"sides": 1, "count": 3}))
    served.script(Reply([call, Finish("tool_calls")]), answer("Three ones."))
    ended = run_program("-m", "openai/anything", "-y", "-p", "roll")
    assert (ended.code, ended.out) == (0, "Three ones.\n")
    asked = served.requests[0].body["tools"]
    (offered,) = (tool["function"] for tool in asked if tool["function"]["name"] == "dice_roll")
    assert offered["parameters"]["properties"]["sides"]["type"] == "integer"
    assert "Roll dice" in offered["description"]
    result = served.requests[1].body["messages"][-1]
    assert (result["role"], result["content"]) == ("tool", "1 1 1")
    assert "dice\ttools of tyler-dice 1.0 (dice:dice_roll)" in run_program("doctor").out


def test_a_plain_function_asks_and_one_that_only_reads_does_not(
    site: Path, served: ProviderServer
) -> None:
    code = (
        "from tyler_tui import tool\n"
        "def open_door() -> str:\n    return 'open'\n"
        "@tool(risk='read')\ndef look() -> str:\n    return 'a door'\n"
        "both = [open_door, look]\n"
    )
    install(site, "tyler-door", {"door.py": code}, {"tyler_tui.tools": {"door": "door:both"}})
    served.script(
        Reply(
            [Call(0, "c1", "open_door", "{}"), Call(1, "c2", "look", "{}"), Finish("tool_calls")]
        ),
        answer("So."),
    )
    assert run_program("-m", "openai/anything", "-p", "go").code == 0
    results = {m["tool_call_id"]: m["content"] for m in served.requests[1].body["messages"][-2:]}
    assert "open" not in results["c1"].split()
    assert results["c2"] == "a door"


@pytest.mark.usefixtures("models")
def test_a_provider_of_a_plugin_answers_and_its_models_are_listed() -> None:
    ended = run_program("-m", "echo/loud", "-p", "hello there")
    assert (ended.code, ended.out) == (0, "HELLO THERE\n")
    rows = [line.split("\t") for line in run_program("models", "tyler-acme").out.splitlines()]
    assert ["echo/loud", "4.1k", "free", "free", "tyler-acme 1.0"] in rows
    assert ["openai/ours", "12.3k"] in [row[:2] for row in rows]


@pytest.mark.usefixtures("models")
def test_a_theme_of_a_plugin_is_worn_as_the_config_says(home: Path, tmp_path: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text('[ui]\ntheme = "forest"\n', "utf-8")
    command = [PROGRAM, "-m", "demo:fast"]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        assert b"48;2;11;26;11" in terminal.output, "its background"
        terminal.send("/theme fores", "enter")
        terminal.wait_for("forest")
        terminal.send("escape", "ctrl+q")
        terminal.wait_exit()


def test_a_theme_that_no_plugin_has_is_refused_as_ever(home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text('[ui]\ntheme = "forest"\n', "utf-8")
    assert run_program("-m", "demo:fast", "-p", "hello").code == 2


def test_broken_plugins_are_told_and_the_rest_goes_on(site: Path, tmp_path: Path) -> None:
    modules = {
        "bad.py": "raise RuntimeError('no \\x1b[31mway')\n",
        "odd.py": "value = 3\ndef taken() -> str:\n    return ''\ntaken.__name__ = 'x y'\n",
    }
    points = {
        "tyler_tui.tools": {
            "bad": "bad:f",
            "gone": "nowhere:f",
            "odd": "odd:value",
            "name": "odd:taken",
        },
        "tyler_tui.models": {"bad": "bad:f"},
        "tyler_tui.themes": {"odd": "odd:value"},
    }
    install(site, "tyler-bad", modules, points)
    ended = run_program("-m", "demo:fast", "-p", "hello")
    assert ended.code == 0
    for name in ("bad", "gone", "odd", "name"):
        assert f"Warning: The plug-in {name} of tyler-bad 1.0 was left out: " in ended.err
    assert "\x1b" not in ended.err
    asked = run_program("-m", "bad/model", "-p", "hello")
    assert asked.code == 2
    assert "RuntimeError" in asked.err
    report = run_program("doctor")
    assert report.code == 0
    assert "warn\tPlug-ins\tgone\t" in report.out
    assert "pip uninstall tyler-bad" in report.out
    with Terminal([PROGRAM, "-m", "demo:fast"], env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("was left out")
        terminal.send("hello", "enter")
        terminal.wait_for("✓ files-list")
        terminal.send("ctrl+q")
        terminal.wait_exit()


def test_where_there_is_no_plugin_nothing_is_imported_to_look_for_one() -> None:
    code = (
        "import sys; from tyler_tui import plugins; before = set(sys.modules)\n"
        "assert [plugins.found(g) for g in plugins.GROUPS] == [[], [], []]\n"
        "assert set(sys.modules) == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
