"""A command: what it gets, what comes back, and what people see of it before it runs."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    of,
    one,
    says,
    thread_with,
)
from tests.tools.commands import run, the_tool, told
from tyler_tui import Decision, EventType, Verdict
from tyler_tui.agent.approval import ApprovalMode, ApprovalPolicy, ApprovalRequest
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.sanitize import sanitize
from tyler_tui.tools import TOOLS


async def test_the_result_begins_with_the_exit_code(workspace: Path) -> None:
    assert await run(workspace, "echo hello") == "exit code 0\n\nhello\n"
    with pytest.raises(ToolError, match=r"^exit code 3, no output$"):
        await run(workspace, "exit 3")
    with pytest.raises(ToolError, match=r"^exit code 1\n\nwhy\n$"):
        await run(workspace, "echo why >&2; false")


async def test_a_command_that_a_signal_killed_says_which(workspace: Path) -> None:
    assert (await told(workspace, "kill -SEGV $$")).startswith("killed by SIGSEGV (exit code 139)")


async def test_both_streams_come_in_the_order_in_which_they_were_written(workspace: Path) -> None:
    command = "for n in 1 2 3 4 5; do echo out $n; echo err $n >&2; done"
    expected = "".join(f"out {n}\nerr {n}\n" for n in range(1, 6))
    assert await run(workspace, command) == f"exit code 0\n\n{expected}"


async def test_it_runs_in_the_workspace_and_each_call_begins_there(workspace: Path) -> None:
    assert str(workspace) in await run(workspace, "cd src && export A=1 && cd .. && pwd")
    assert await run(workspace, 'cd src; pwd; echo "[$A]"') == (
        f"exit code 0\n\n{workspace}/src\n[]\n"
    )


async def test_it_is_a_shell_with_pipes_lists_and_several_lines(workspace: Path) -> None:
    command = "set -o pipefail\nwords=(b a c)\nprintf '%s\\n' ${words[@]} | sort | head -1"
    assert await run(workspace, command) == "exit code 0\n\na\n"


async def test_a_command_that_reads_its_input_finds_it_empty(workspace: Path) -> None:
    assert await run(workspace, "cat; read line || echo nothing") == "exit code 0\n\nnothing\n"


async def test_there_is_no_terminal(workspace: Path) -> None:
    answer = await told(workspace, "test -t 0 || test -t 1 || test -t 2 || echo none; : >/dev/tty")
    assert "none" in answer
    assert "/dev/tty" in answer, "it could be opened"


async def test_it_has_a_session_of_its_own(workspace: Path) -> None:
    answer = await run(workspace, "echo $$; ps -o sid= -p $$")
    shell, session = answer.split()[-2:]
    assert shell == session
    assert int(session) != os.getsid(0)


async def test_bytes_that_are_no_text_are_replaced(workspace: Path) -> None:
    answer = await run(workspace, r"printf 'a\377\376b \346\274\242'")
    assert answer == "exit code 0\n\na\ufffd\ufffdb 漢"


async def test_escape_codes_stay_in_the_result_as_data(workspace: Path) -> None:
    answer = await run(workspace, r"printf '\033[2J\033]0;owned\007'")
    assert answer == "exit code 0\n\n\x1b[2J\x1b]0;owned\x07"
    assert "\x1b" not in sanitize(answer)


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY",
        "SOMEPROVIDER_API_KEY",
        "REPLICATE_API_TOKEN",
        "LITELLM_MASTER_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "AWS_BEARER_TOKEN_BEDROCK",
        "TYLER_CHAT_WEB_TOKEN",
    ],
)
async def test_the_keys_of_model_providers_are_not_there(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "key-4711")
    monkeypatch.setenv("OTHER_SETTING", "kept-4712")
    answer = await run(workspace, "env")
    assert "key-4711" not in answer
    assert "OTHER_SETTING=kept-4712" in answer


@pytest.mark.parametrize("url", ["me:key-4711@db.example/x", "db.example/x?password=key-4711"])
async def test_the_address_of_the_sessions_is_there_unless_a_password_stands_in_it(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("TYLER_CHAT_DB", f"postgresql://{url}")
    assert "TYLER_CHAT_DB" not in await run(workspace, "env")
    monkeypatch.setenv("TYLER_CHAT_DB", "postgresql://me@db.example/x")
    assert "TYLER_CHAT_DB=postgresql://me@db.example/x" in await run(workspace, "env")


@pytest.fixture
def config(home: Path) -> Callable[[str], None]:
    """Writes the config file."""

    def write(text: str) -> None:
        home.mkdir(exist_ok=True)
        (home / "config.toml").write_text(text, "utf-8")

    return write


async def test_the_password_of_a_server_is_there_unless_the_sessions_are_on_one(
    workspace: Path, config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "key-4711")
    assert "PGPASSWORD=key-4711" in await run(workspace, "env")
    config('database = "postgresql://me@db.example/x"')
    assert "PGPASSWORD" not in await run(workspace, "env")
    config("database = [")
    assert "PGPASSWORD" in await run(workspace, "env")
    monkeypatch.setenv("TYLER_CHAT_DB", "postgres://me@db.example/x")
    assert "PGPASSWORD" not in await run(workspace, "env")


async def test_programs_are_told_that_nobody_reads_pages_edits_or_answers(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "3")
    monkeypatch.setenv("EDITOR", "vim")
    answer = await run(workspace, "env")
    for setting in ("TERM=dumb", "NO_COLOR=1", "GIT_PAGER=cat", "GIT_TERMINAL_PROMPT=0"):
        assert setting in answer
    assert "FORCE_COLOR" not in answer
    assert "vim" not in answer


async def test_a_file_that_bash_would_read_first_is_not_read(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workspace / "first.sh").write_text("echo unasked\n")
    monkeypatch.setenv("BASH_ENV", str(workspace / "first.sh"))
    assert await run(workspace, "echo asked") == "exit code 0\n\nasked\n"


@pytest.mark.parametrize("command", ["", "  \n", "echo \0", "echo \udc80"])
async def test_what_is_no_command_is_refused(workspace: Path, command: str) -> None:
    with pytest.raises(ToolError, match="command"):
        await run(workspace, command)
    with pytest.raises(ToolError, match="command"):
        show(workspace, command)


async def test_a_command_that_is_too_long_for_the_system_is_refused_in_words(
    workspace: Path,
) -> None:
    with pytest.raises(ToolError, match="cannot be started: Argument list too long"):
        await run(workspace, ": " + "x" * 300_000)


async def test_a_workspace_that_is_gone_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be started: No such file"):
        await run(tmp_path / "gone", "true")


async def test_a_time_limit_that_is_no_number_is_refused(workspace: Path) -> None:
    with pytest.raises(ToolArgumentsError, match="timeout_s"):
        await run(workspace, "true", timeout_s="long")


async def test_no_descriptor_is_left_open_and_none_of_ours_is_inherited(workspace: Path) -> None:
    await run(workspace, "true")
    before = sorted(os.listdir("/proc/self/fd"))
    opened = os.open(workspace / "README.md", os.O_RDONLY)
    os.set_inheritable(opened, True)
    try:
        answer = await run(workspace, "ls -l /proc/self/fd; true")
        assert "README.md" not in answer
    finally:
        os.close(opened)
    assert sorted(os.listdir("/proc/self/fd")) == before


# Live output


async def test_output_is_reported_while_the_command_runs(workspace: Path) -> None:
    reports: list[str] = []
    os.mkfifo(workspace / "go")
    command = "echo one; echo two; read line <go; echo three"
    running = asyncio.create_task(run(workspace, command, reports=reports))
    async with asyncio.timeout(60):
        while not reports:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert reports == ["one\ntwo"]
    await asyncio.to_thread((workspace / "go").write_text, "now\n")
    assert (await running).endswith("one\ntwo\nthree\n")


async def test_reports_show_the_latest_lines_and_come_at_most_ten_times_a_second(
    workspace: Path,
) -> None:
    reports: list[str] = []
    loop = asyncio.get_running_loop()
    began = loop.time()
    await run(workspace, "for n in $(seq 1 60); do echo line $n; sleep 0.01; done", reports=reports)
    assert 1 <= len(reports) <= (loop.time() - began) * 10
    assert max(report.count("\n") for report in reports) < 12
    numbers = [int(report.rpartition(" ")[2]) for report in reports]
    assert numbers == sorted(set(numbers))


async def test_a_turn_passes_the_output_on_as_progress(workspace: Path) -> None:
    command = '{"command": "echo working; sleep 0.5"}'
    provider = ScriptedProvider(calls(("command_line-run", command)), says("Done."))
    agent = agent_with(provider, tools=[the_tool()], workspace=workspace)
    events = await collect(agent.go(thread_with()))
    assert [event.data["message"] for event in of(events, EventType.TOOL_PROGRESS)] == ["working"]
    assert one(events, EventType.TOOL_RESULT)["result"] == "exit code 0\n\nworking\n"


# Asking first


def show(workspace: Path, command: str) -> str:
    """What an approval shows."""
    preview = the_tool().preview
    assert preview is not None
    return preview({"command": command}, workspace)


def request(command: str) -> ApprovalRequest:
    tool, arguments = the_tool(), {"command": command}
    summary, scope = tool.summary(arguments), tool.scope_of(arguments)
    return ApprovalRequest("c1", tool.name, arguments, summary, tool.risk, scope=scope)


def test_the_tool_is_offered_with_the_others() -> None:
    assert the_tool() in TOOLS
    assert the_tool().risk == "command"


@pytest.mark.parametrize("mode", [ApprovalMode.ASK, ApprovalMode.EDITS])
def test_it_is_asked_about(mode: ApprovalMode) -> None:
    assert ApprovalPolicy(mode).settled(request("ls")) is None


def test_allowed_for_the_session_is_that_very_command() -> None:
    policy = ApprovalPolicy()
    policy.remember(request("git status"), Decision(Verdict.ALLOW_SESSION))
    assert policy.settled(request("git status"))
    for other in ("git status; rm -rf /", "git  status", "git push", "GIT STATUS", ""):
        assert policy.settled(request(other)) is None


def test_a_preview_shows_the_folder_and_the_whole_command(workspace: Path) -> None:
    command = "cd src && \\\n\tfind . -name '*.py' # all\n\nrm -rf " + "x" * 5000
    first, *lines = show(workspace, command).split("\n")
    assert first == f"in {workspace}"
    assert [line[:2] for line in lines] == ["$ ", "> ", "> ", "> "]
    assert "\n".join(line[2:] for line in lines) == command


def test_no_line_of_a_command_looks_like_a_line_of_the_question(workspace: Path) -> None:
    lines = show(workspace, "ls\nin /somewhere/else\n$ true").split("\n")
    assert lines[1:] == ["$ ls", "> in /somewhere/else", "> $ true"]


@pytest.mark.parametrize(
    ("hidden", "escape"),
    [
        ("\u202e", "\\u202e"),
        ("\u200b", "\\u200b"),
        ("\u200d", "\\u200d"),
        ("\u00ad", "\\xad"),
        ("\u00a0", "\\xa0"),
        ("\u3164", "\\u3164"),
        ("\ufe0f", "\\ufe0f"),
        ("\U000e0041", "\\U000e0041"),
        ("\r", "\\r"),
        ("\x1b[2K", "\\x1b[2K"),
        ("\x08", "\\x08"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_is_hidden_in_a_command_is_shown(workspace: Path, hidden: str, escape: str) -> None:
    shown = show(workspace, f"echo {hidden}; id")
    assert f"echo {escape}; id" in shown
    assert "invisible characters are shown as escapes" in shown
    assert sanitize(shown) == shown


def test_other_scripts_are_shown_as_they_are(workspace: Path) -> None:
    assert show(workspace, "cat 名前.txt café.md").endswith("$ cat 名前.txt café.md")


def test_the_summary_of_a_long_script_tells_its_length() -> None:
    assert the_tool().summary({"command": "ls -l\n"}) == "run ls -l"
    assert the_tool().summary({"command": "ls\nrm x\n"}) == "run 2 lines: ls rm x"


async def test_nothing_runs_before_the_answer_and_nothing_after_a_no(workspace: Path) -> None:
    asked: list[ApprovalRequest] = []

    async def deny(request: ApprovalRequest) -> Decision:
        asked.append(request)
        assert not (workspace / "made").exists()
        return Decision(Verdict.DENY)

    provider = ScriptedProvider(
        calls(("command_line-run", '{"command": "touch made"}')), says("I see.")
    )
    agent = agent_with(provider, tools=[the_tool()], workspace=workspace, approve=deny)
    events = await collect(agent.go(thread_with()))
    assert one(events, EventType.TOOL_ERROR)["denied"] is True
    assert asked[0].preview == f"in {workspace}\n$ touch made"
    assert not (workspace / "made").exists()
