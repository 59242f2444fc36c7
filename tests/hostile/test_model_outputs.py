"""The real tools, and a user who allows nothing: whatever a model calls, under whatever name and
with whatever arguments, no file changes and no command runs."""

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.scripted import ScriptedProvider, agent_with, calls, check, says
from tests.conversation.watching import Watching
from tests.hostile.corpus import SHORT
from tyler_tui import (
    ApprovalMode,
    ApprovalPolicy,
    Conversation,
    Decision,
    EventType,
    ExecutionEvent,
    Verdict,
)
from tyler_tui.rules.rule import Rule
from tyler_tui.tools import COMMAND_LINE_TOOLS, FILES_TOOLS

TOOLS = [*FILES_TOOLS, *COMMAND_LINE_TOOLS]
CHANGING = [tool.name for tool in TOOLS if tool.risk != "read"]
RULES = [Rule.parse("allow", "command_line-run(echo *)"), Rule.parse("deny", "files-*(secret*)")]
"""Of the user's: neither is a reason to write, or to run what is not an echo."""
PATHS = (
    "new.txt", "kept.txt", "./kept.txt", "KEPT.TXT", "folder/new.txt", "../outside.txt", "link",
    "link/new.txt", "/tmp/hostile-outside.txt", "~/x", "secret.txt", "", ".", "new.txt ", "\\x00",
)  # fmt: skip

odd_name = st.builds(
    lambda name, change: change(name),
    st.sampled_from(CHANGING),
    st.sampled_from(
        [
            str, str, str, str, str.upper, str.title,
            lambda name: f" {name}", lambda name: f"{name}\n", lambda name: name.replace("-", "_"),
            lambda name: name.replace("-", "."), lambda name: f"functions.{name}",
            lambda name: name * 2, lambda name: name.replace("-", "\u2010"),
            lambda name: f"{name}\u200b", lambda name: f"\x1b[2J{name}",
        ]
    ),
)  # fmt: skip
path = st.one_of(st.sampled_from(PATHS), st.sampled_from(sorted(SHORT.values())))
command = st.sampled_from(
    [
        "touch RAN", "echo x > RAN", "echo $(touch RAN)", "echo `touch RAN`", "echo; touch RAN",
        "echo x\ntouch RAN", "echo x & touch RAN", "echo x && touch RAN", "echo <(touch RAN)",
        "echo x | tee RAN", "'' touch RAN", "env touch RAN", "echo ${X:=$(touch RAN)}",
        " touch RAN",
    ]
)  # fmt: skip
value = st.one_of(
    path, command, st.integers(), st.booleans(), st.none(), st.just([{"old": "k", "new": "x"}])
)
names = (
    "path",
    "content",
    "command",
    "edits",
    "new_path",
    "to",
    "source",
    "overwrite",
    "old",
    "new",
)
wild = st.dictionaries(st.sampled_from(names), value, max_size=6)
apt = st.one_of(
    st.fixed_dictionaries({"path": path, "content": st.just("x")}),
    st.fixed_dictionaries({"path": path, "edits": st.just([{"old": "kept", "new": "x"}])}),
    st.fixed_dictionaries({"path": path, "to": path}),
    st.fixed_dictionaries({"path": path}),
    st.fixed_dictionaries({"command": command}),
    st.fixed_dictionaries({"command": command, "timeout_s": st.just(1)}),
)
written = st.sampled_from(
    [json.dumps, json.dumps, json.dumps, lambda form: json.dumps(json.dumps(form)),
     lambda form: json.dumps([form]), lambda form: json.dumps(form) * 2,
     lambda form: json.dumps(form)[:-1], lambda form: f"```json\n{json.dumps(form)}\n```"]
)  # fmt: skip
arguments = st.builds(lambda form, write: write(form), st.one_of(apt, apt, wild), written)
call = st.tuples(odd_name, arguments, st.sampled_from(["", "", "same"]))
rounds = st.lists(st.lists(call, min_size=1, max_size=8), min_size=1, max_size=3)


def tree(folder: Path) -> dict[str, bytes | str]:
    """All below a folder, and what is in it."""
    found: dict[str, bytes | str] = {}
    for file in folder.rglob("*"):
        name = str(file.relative_to(folder))
        found[name] = (
            os.readlink(file)
            if file.is_symlink()
            else (file.read_bytes() if file.is_file() else "a folder")
        )
    return found


async def turn(workspace: Path, mode: ApprovalMode, script: list[Any]) -> int:
    """Run it; how many questions came, each of which was answered with no."""
    provider = ScriptedProvider(*(calls(*one) for one in script), says("Done."))
    agent = agent_with(provider, tools=TOOLS, workspace=workspace, max_tool_iterations=9)
    conversation = Conversation(agent, policy=ApprovalPolicy(mode, RULES))
    watching = Watching(conversation)
    questions = 0

    async def hear(event: ExecutionEvent) -> None:
        nonlocal questions
        if event.type is EventType.APPROVAL_REQUESTED:
            questions += 1
            id = event.data["tool_call_id"]
            conversation.decide(id, Decision(Verdict.DENY))

    conversation.subscribe(hear)
    conversation.send("go")
    async with asyncio.timeout(30):
        await conversation.wait_idle()
    check(watching.events)
    return questions


def made(folder: Path) -> Path:
    """A workspace with something beside it."""
    workspace = folder / "workspace"
    (workspace / "folder").mkdir(parents=True)
    (folder / "beside").mkdir()
    (folder / "outside.txt").write_text("kept")
    (workspace / "kept.txt").write_text("kept")
    (workspace / "secret.txt").write_text("kept")
    (workspace / "link").symlink_to(folder / "beside")
    return workspace


@settings(max_examples=150, deadline=None)
@given(script=rounds)
def test_nothing_changes_and_nothing_runs_without_a_yes(script: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        workspace = made(Path(name))
        before = tree(Path(name))
        asyncio.run(turn(workspace, ApprovalMode.ASK, script))
        assert tree(Path(name)) == before


@settings(max_examples=100, deadline=None)
@given(script=rounds)
def test_where_edits_are_allowed_they_stay_inside_and_no_command_runs(script: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        workspace = made(Path(name))
        secret = (workspace / "secret.txt").read_bytes()
        asyncio.run(turn(workspace, ApprovalMode.EDITS, script))
        after = tree(Path(name))
        outside = {each for each in after if not each.startswith("workspace")}
        assert outside == {"beside", "outside.txt"}
        assert after["outside.txt"] == b"kept"
        assert after.get("workspace/secret.txt") == secret
        assert not any("RAN" in each for each in after)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("files-write", {"path": "new.txt", "content": "x"}),
        ("command_line-run", {"command": "touch RAN"}),
    ],
)
@pytest.mark.parametrize("mode", ApprovalMode)
async def test_the_calls_of_these_properties_do_work_where_they_are_allowed(
    tmp_path: Path, mode: ApprovalMode, name: str, form: dict[str, str]
) -> None:
    workspace = made(tmp_path)
    before = tree(workspace)
    asked = await turn(workspace, mode, [[(name, json.dumps(form), "")]])
    is_allowed = mode is ApprovalMode.AUTO or (mode is ApprovalMode.EDITS and "write" in name)
    assert (tree(workspace) != before) is is_allowed
    assert asked == (0 if is_allowed else 1)
