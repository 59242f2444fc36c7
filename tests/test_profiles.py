"""Agents to choose from: what ships, what the config adds, and what stays of a session's."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import cli as cli
from tests.cli.program import Run, latest
from tyler_tui.build import Options, make_agent
from tyler_tui.config import Profile, Settings, load
from tyler_tui.errors import UsageError
from tyler_tui.local_backend import LocalBackend
from tyler_tui.profiles import profiles, settings_for, with_profile
from tyler_tui.rules.table import RuleTable

CONFIG = """
model = "demo:fast"
purpose = "To help."
approval = "edits"
[[rules]]
deny = ["command_line-run(rm *)"]

[agents.reviewer]
description = "Reads code."
purpose = "To find faults."
tools = ["files-[rl]*"]
temperature = 0.1
max_turns = 3
[[agents.reviewer.rules]]
ask = ["files-read(secrets/**)"]

[agents.fast]
model = "demo:99999"

[agents.researcher]
model = "demo:88888"
"""


@pytest.fixture
def config(home: Path) -> Path:
    home.mkdir()
    file = home / "config.toml"
    file.write_text(CONFIG)
    return file


def test_a_profile_goes_over_the_settings_and_its_rules_behind_theirs(config: Path) -> None:
    settings = with_profile(load(config, {}), "reviewer")
    assert (settings.agent, settings.purpose) == ("reviewer", "To find faults.")
    assert (settings.temperature, settings.max_turns) == (0.1, 3)
    assert (settings.model, settings.approval) == ("demo:fast", "edits"), "what it does not say"
    assert settings.rules == [
        RuleTable(deny=["command_line-run(rm *)"]), RuleTable(ask=["files-read(secrets/**)"])
    ]  # fmt: skip


def test_flags_and_the_environment_go_before_a_profile(config: Path) -> None:
    flags = {"max_turns": 7, "tools": ["files-list"]}
    settings = with_profile(load(config, {"TYLER_CHAT_MODEL": "other"}, flags=flags), "reviewer")
    assert (settings.max_turns, settings.tools) == (7, ["files-list"])
    assert settings.purpose == "To find faults."
    assert with_profile(load(config, {"TYLER_CHAT_MODEL": "other"}), "fast").model == "other"


def test_what_the_config_says_of_an_agent_that_ships_goes_over_what_that_has(config: Path) -> None:
    ours = with_profile(Settings(), "researcher")
    theirs = with_profile(load(config, {}), "researcher")
    assert theirs.model == "demo:88888"
    assert (theirs.purpose, theirs.notes, theirs.tools) == (ours.purpose, ours.notes, ours.tools)
    assert theirs.rules[1:] == ours.rules


def test_a_system_prompt_at_the_top_does_not_silence_an_agents_purpose() -> None:
    settings = Settings(system="Be a pirate.", agents={"plain": Profile(max_turns=1)})
    assert with_profile(settings, "researcher").system is None
    assert with_profile(settings, "plain").system == "Be a pirate."


def test_an_agent_that_is_not_there_is_said_with_the_one_that_may_be_meant(config: Path) -> None:
    with pytest.raises(UsageError, match="There is no agent 'reserch'") as caught:
        with_profile(load(config, {}), "reserch")
    assert caught.value.hint == "Did you mean `researcher`?"


def test_an_agent_of_a_session_that_is_gone_from_the_config_is_passed_over() -> None:
    assert settings_for(Settings(), None, "gone").agent == "default"
    assert settings_for(Settings(), None, 3).agent == "default"
    assert settings_for(Settings(), None, "researcher").agent == "researcher"
    assert settings_for(Settings(), "default", "researcher").agent == "default"


def test_tools_are_chosen_by_pattern_and_one_that_fits_none_is_refused(tmp_path: Path) -> None:
    def names(*patterns: str) -> list[str]:
        agent = make_agent(Options(tmp_path), Settings(tools=list(patterns)), "demo")
        return [tool.name for tool in agent.toolbox]

    assert names("files-r*", "command_line-run") == ["files-read", "command_line-run"]
    with pytest.raises(UsageError, match="There is no tool 'file-read'") as caught:
        names("file-read")
    assert caught.value.hint == "Did you mean `files-read`?"


def test_the_researcher_can_read_the_web_and_write_but_no_file_of_the_user() -> None:
    tools = with_profile(Settings(), "researcher").tools
    assert tools == ["web-search", "web-fetch", "files-write"]


async def test_a_session_goes_on_with_its_own_agent(config: Path, tmp_path: Path) -> None:
    backend = LocalBackend(Options(tmp_path, session="mine", agent="reviewer"), load(config, {}))
    conversation = await backend.open_first()
    assert {tool.name for tool in conversation.agent.toolbox} >= {"files-read", "files-list"}
    assert "files-write" not in [tool.name for tool in conversation.agent.toolbox]
    await conversation.ask("table")
    assert (await backend.new_session()).thread.attributes["agent"] == "reviewer"
    await backend.close()
    backend = LocalBackend(Options(tmp_path), load(config, {}))
    again = await backend.open_session(conversation.thread.id)
    assert again.agent.purpose == "To find faults."
    assert again.thread.attributes["agent"] == "reviewer"
    assert (await backend.new_session()).agent.purpose == "To help."
    await backend.close()
    backend = LocalBackend(Options(tmp_path, session="mine", agent="fast"), load(config, {}))
    changed = await backend.open_first()
    assert (changed.agent.model_name, changed.agent.purpose) == ("demo:99999", "To help.")
    await backend.close()


def test_the_command_line_takes_an_agent_and_a_session_keeps_it(cli: Run, config: Path) -> None:
    form = json.loads(cli("--agent", "fast", "-s", "one", "--json", "table").out)
    assert form["model"] == "demo:99999"
    assert latest().attributes["agent"] == "fast"
    assert cli("-c", "table").code == 0
    assert latest().attributes["agent"] == "fast"
    outcome = cli("--agent", "fats", "hi")
    assert (outcome.code, outcome.out) == (2, "")
    assert "There is no agent 'fats'" in outcome.err


def test_agents_are_listed(cli: Run, config: Path) -> None:
    outcome = cli("agents")
    rows = [line.split("\t") for line in outcome.out.splitlines()]
    assert [row[0] for row in rows] == ["default", "researcher", "reviewer", "fast"]
    assert rows[2] == ["reviewer", "", "Reads code."]
    listed = json.loads(cli("agents", "--json").out)
    assert {"name", "description", "model", "tools", "approval"} == set(listed[0])
    assert [one["model"] for one in listed] == [None, "demo:88888", None, "demo:99999"]


def test_every_agent_that_ships_says_what_it_is_for() -> None:
    assert all(profile.description for profile in profiles(Settings()).values())
