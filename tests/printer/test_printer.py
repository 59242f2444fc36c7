"""Print mode, as the program and in this process; the model is the demo or one on loopback."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, latest, run_program, start_program
from tests.hostile.terminal_bytes import unmeant
from tests.provider_server import Finish, Hang, ProviderServer, Reply, Text, error
from tyler_tui import Agent, ApprovalMode, ApprovalPolicy
from tyler_tui.agent.tools import Tool, tool
from tyler_tui.conversation import Conversation
from tyler_tui.errors import StoreError
from tyler_tui.events import ExecutionEvent
from tyler_tui.printer import print_answer
from tyler_tui.printer.notes import Notes
from tyler_tui.printer.printing import print_unsaved
from tyler_tui.rules.rule import Rule
from tyler_tui.stdio.outcome import Outcome
from tyler_tui.tools import FILES_TOOLS

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the program runs in; it holds a README."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "README.md").write_text("# Hello\n")
    monkeypatch.chdir(folder)
    return folder


def test_why_an_answer_failed_is_text() -> None:
    hostile = "\x1b]0;owned\a\u202e"
    outcome = Outcome()
    error = StoreError(f"It is {hostile}.", hint=f"Mend {hostile}.")
    outcome.hear(ExecutionEvent.failure(error))
    said = Notes(lambda name, arguments: "").of_end(outcome)
    assert said.count("owned") == 2
    assert unmeant(said.encode()) == []


def test_what_keeps_an_answer_from_being_saved_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "\x1b]0;owned\a\u202e.db"
    print_unsaved(StoreError(f"{hostile} is locked.", hint=f"Close what uses {hostile}."))
    said = capsys.readouterr().err
    assert said.count("owned") == 2
    assert unmeant(said.encode()) == []


def demo(*, tools: list[Tool] = FILES_TOOLS, turns: int = 10) -> Conversation:
    return Conversation(Agent(model_name="demo:fast", tools=tools, max_tool_iterations=turns))


# In this process


async def test_the_answer_is_on_standard_output_and_the_tools_beside_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    conversation = demo()
    assert await print_answer(conversation, "files") == 0
    written = capsys.readouterr()
    answers = [m.content for m in conversation.thread.messages if m.role == "assistant"]
    assert written.out.strip() == "\n\n".join(a.strip("\n") for a in answers if a)
    assert written.out.endswith("\n")
    assert written.err.startswith("● files-list ")


async def test_what_must_be_asked_about_is_denied_and_both_sides_hear_why(
    capsys: pytest.CaptureFixture[str], workspace: Path
) -> None:
    conversation = demo()
    assert await print_answer(conversation, "write notes") == 0
    noted = capsys.readouterr().err
    assert noted.startswith("✗ files-write write tyler-notes.md")
    assert "denied: nobody is there to ask; see --approval" in noted
    told = [m.content for m in conversation.thread.messages if m.role == "tool"]
    assert len(told) == 1
    assert "Nobody is there to ask" in told[0]
    assert os.listdir(workspace) == ["README.md"]


async def test_what_a_rule_denies_is_said_with_the_rule(
    capsys: pytest.CaptureFixture[str], workspace: Path
) -> None:
    policy = ApprovalPolicy(ApprovalMode.AUTO, [Rule.parse("deny", "files-write(tyler-*)")])
    conversation = Conversation(demo().agent, policy=policy)
    assert await print_answer(conversation, "write notes") == 0
    said = "✗ files-write: A rule of the user denies this call: deny files-write(tyler-*).\n"
    assert capsys.readouterr().err == said
    assert os.listdir(workspace) == ["README.md"]


async def test_a_limit_that_stopped_it_is_exit_code_three(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await print_answer(demo(turns=1), "tour") == 3
    written = capsys.readouterr()
    assert written.out
    assert "stopped after 1 rounds of tool calls; see --max-turns" in written.err


async def test_no_rounds_at_all_is_a_wish_and_no_stop(capsys: pytest.CaptureFixture[str]) -> None:
    assert await print_answer(demo(turns=0), "table") == 0
    assert "stopped" not in capsys.readouterr().err


async def test_json_is_one_object_with_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    conversation = demo()
    assert await print_answer(conversation, "files", output="json") == 0
    form = json.loads(capsys.readouterr().out)
    assert form["version"] == 1
    assert form["thread_id"] == conversation.thread.id
    assert form["status"] == "complete"
    assert form["content"] == conversation.thread.messages[-1].content
    assert form["tools_used"][0] == "files-list"
    assert form["usage"]["total_tokens"] > 0
    assert (form["error"], form["cost_usd"], form["model"]) == (None, 0.0, "demo:fast")


async def test_json_of_a_limit_and_of_an_error_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert await print_answer(demo(turns=1), "tour", output="json") == 3
    assert json.loads(capsys.readouterr().out)["status"] == "limit"
    assert await print_answer(demo(), "fail midway", output="json") == 75
    written = capsys.readouterr()
    form = json.loads(written.out)
    assert form["status"] == "error"
    assert form["content"], "what had arrived is kept"
    assert form["error"]["retryable"] is True
    assert form["error"]["message"] in written.err


async def test_stream_json_is_every_event_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    conversation = demo()
    assert await print_answer(conversation, "write a note", output="stream-json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {event["version"] for event in events} == {1}
    assert {event["thread_id"] for event in events} == {conversation.thread.id}
    kinds = [event["type"] for event in events]
    assert kinds[0] == "message_created"
    assert kinds[-1] == "execution_complete"
    assert {"llm_stream_chunk", "approval_requested", "tool_error"} <= set(kinds)


@pytest.mark.parametrize("output", ["text", "json", "stream-json"])
async def test_hostile_text_cannot_act_on_the_terminal(
    capsys: pytest.CaptureFixture[str], workspace: Path, output: str
) -> None:
    @tool(name="files-list")
    def hostile(path: str = ".") -> str:
        """Evil."""
        raise ValueError("\x1b]0;title\x07 \x9b2J \u202e")

    (workspace / "README.md").write_text("\x1b[2J\x9b31m\u202e\x7f\x07 all the same\n")
    for tools in (FILES_TOOLS, [hostile]):
        await print_answer(demo(tools=tools), "files", output=output)
        written = capsys.readouterr()
        assert (written.out + written.err).replace("\n", "").isprintable()
        assert written.out


async def test_a_slow_reader_keeps_nobody_from_stopping_the_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    conversation = Conversation(Agent(model_name="demo:fast"))
    with os.fdopen(reading, "rb"), os.fdopen(writing, "w") as pipe:
        os.set_blocking(writing, False)
        while True:  # fill it to the brim
            try:
                os.write(writing, b"x" * 4096)
            except BlockingIOError:
                break
        os.set_blocking(writing, True)
        monkeypatch.setattr("sys.stdout", pipe)
        printing = asyncio.create_task(print_answer(conversation, "long"))
        heard = asyncio.Event()

        async def hear(_: object) -> None:
            heard.set()

        conversation.subscribe(hear)
        await heard.wait()
        os.kill(os.getpid(), signal.SIGINT)
        assert await asyncio.wait_for(printing, 60) == 130
        monkeypatch.undo()
    assert "stopped" in capsys.readouterr().err


# The program


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_answer_and_keeps_what_arrived(number: signal.Signals) -> None:
    with start_program("-m", "demo:60", "long") as child:
        child.read_until(b"# ")
        child.process.send_signal(number)
        outcome = child.end()
    assert outcome.code == 130
    assert outcome.err == "stopped\n"
    assert outcome.out.endswith("\n")
    kept = latest().messages[-1]
    assert kept.status == "cancelled"
    assert kept.content.strip() == outcome.out.strip()


def test_a_stopped_answer_is_whole_json() -> None:
    with start_program("-m", "demo:60", "--output-format", "stream-json", "long") as child:
        child.read_until(b"llm_stream_chunk")
        child.process.send_signal(signal.SIGINT)
        outcome = child.end()
    assert outcome.code == 130
    assert json.loads(outcome.out.splitlines()[-1])["type"] == "execution_cancelled"


def test_a_reader_that_leaves_stops_the_answer_quietly() -> None:
    ended = subprocess.run(
        ["bash", "-c", '"$0" -m demo:200 long </dev/null | head -c 1 >/dev/null; '
         "exit ${PIPESTATUS[0]}", PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    assert latest().messages[-1].status == "cancelled"


def settings_for(home: Path, server: ProviderServer) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        f'model = "openai/local"\napi_base = "{server.base_url}"\nretries = 0\n'
    )


def test_a_key_that_is_missing_is_wrong_use() -> None:
    outcome = run_program("-m", "gpt-4o", "-p", "hi")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "Error: The key for gpt-4o is missing.\n"
        "→ Set OPENAI_API_KEY to a valid key and start again, or use another model with -m.\n"
    )


def test_events_go_through_a_pipe_as_they_happen() -> None:
    reader = "import json, sys\nfor line in sys.stdin: print(json.loads(line)['type'])"
    command = '"$0" -m demo:fast table --output-format stream-json | "$1" -c "$2"'
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command, PROGRAM, sys.executable, reader],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    types = ended.stdout.splitlines()
    assert (types[0], types[-1]) == ("message_created", "execution_complete")


def test_a_rate_limit_is_worth_another_try_and_says_so(
    home: Path, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings_for(home, provider_server)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-marked-key")
    provider_server.script(error(429, "slow down"))
    outcome = run_program("hi", "--json")
    assert outcome.code == 75
    assert outcome.err.startswith("Error: "), outcome.err
    assert json.loads(outcome.out)["error"]["kind"] == "rate_limit"
    assert "sk-marked-key" not in outcome.out + outcome.err
    assert "Traceback" not in outcome.err


async def test_a_real_model_gets_what_is_piped_in_and_a_signal_closes_the_connection(
    home: Path, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, workspace: Path
) -> None:
    settings_for(home, provider_server)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-marked-key")
    provider_server.script(Reply([Text("The first\x1b[2J words"), Hang(), Finish()]))
    piped = workspace / "README.md"
    with start_program("-p", "Explain", "--system", "Be brief.", stdin=piped) as child:
        await asyncio.to_thread(child.read_until, b" words")
        child.process.send_signal(signal.SIGTERM)
        await provider_server.requests[0].wait_closed()
        outcome = await asyncio.to_thread(child.end)
    assert (outcome.code, outcome.out, outcome.err) == (130, "The first␛[2J words\n", "stopped\n")
    messages = provider_server.requests[0].body["messages"]
    assert messages[0] == {"role": "system", "content": "Be brief."}
    assert messages[1]["content"] == "Explain\n\n# Hello"
