"""The streaming guide's whole programs, run as they are: each in a process of its own."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guide.guide_code import BASIC, CANCELLABLE, CHAT, EVENTS, RESEARCH
from tests.piped_program import PipedProgram
from tests.provider_server import (
    Call,
    Finish,
    Hang,
    Pause,
    ProviderServer,
    Reply,
    Text,
    UsageChunk,
    answer,
)

Run = Callable[[str], PipedProgram]

RUN_EVENTS = '''
import asyncio
from tyler_tui import Agent, Message, Thread

def weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"

thread = Thread()
thread.add_message(Message(role="user", content="How is the weather in Rome?"))
asyncio.run(understand_events(Agent(model_name="gpt-4", tools=[weather]), thread))
'''

BEFORE_CANCELLABLE = "from tyler_tui import Agent, EventType, Message, Thread\n"

RUN_CANCELLABLE = """
thread = Thread()
thread.add_message(Message(role="user", content="Tell me a long story"))
asyncio.run(stream_handler.stream_with_cancel(Agent(model_name="gpt-4"), thread))
print(thread.messages[-1].status.value)
"""


@pytest.fixture
def run(provider_server: ProviderServer, tmp_path: Path) -> Run:
    settings = {"OPENAI_API_BASE": provider_server.base_url, "OPENAI_API_KEY": "sk-loopback"}
    return lambda code: PipedProgram("-c", code, folder=tmp_path, settings=settings)


def test_basic_streaming(provider_server: ProviderServer, run: Run) -> None:
    provider_server.script(Reply([Text("Far, far away.", size=4), Finish(), UsageChunk()]))
    with run(BASIC) as program:
        assert program.ends_well() == "🤖 Assistant: Far, far away.\n"
    (request,) = provider_server.requests
    assert request.body["model"] == "gpt-4"
    assert request.body["stream"] is True
    assert request.body["stream_options"] == {"include_usage": True}
    system, prompt = request.body["messages"]
    assert "streaming-assistant" in system["content"]
    assert "To provide real-time responses" in system["content"]
    assert prompt == {"role": "user", "content": "Tell me a story about space exploration"}
    assert request.headers["authorization"] == "Bearer sk-loopback"


def test_understanding_execution_events(provider_server: ProviderServer, run: Run) -> None:
    provider_server.script(
        Reply([
            Text("Let me look."),
            Call(0, "c1", "weather", '{"city": '),
            Call(0, None, None, '"Rome"}'),
            Finish("tool_calls"),
            UsageChunk(),
        ]),
        answer("It is sunny."),
    )  # fmt: skip
    with run(EVENTS + RUN_EVENTS) as program:
        lines = program.ends_well().splitlines()
    assert lines[:5] == [
        "Let me look.",
        "🔧 Calling tool: weather",
        "",
        "✅ Tool weather completed",
        "It is sunny.",
    ]
    assert lines[5].startswith("✅ Complete in ")
    assert lines[5].endswith("ms!")
    result = provider_server.requests[1].body["messages"][-1]
    assert result == {"role": "tool", "tool_call_id": "c1", "content": "sunny in Rome"}


def test_the_terminal_chat_resumes_its_session(provider_server: ProviderServer, run: Run) -> None:
    provider_server.script(answer("Hello Ada."), answer("Ada, of course."))
    with run(CHAT) as first:
        first.read_until("🆕 Starting new conversation...")
        first.enter("I am Ada")
        first.read_until("🤖 Hello Ada.\n")
        first.enter("exit")
        first.ends_well()
    with run(CHAT) as second:
        second.read_until("📚 Resuming conversation...")
        second.enter("Who am I?")
        second.read_until("🤖 Ada, of course.\n")
        second.enter("quit")
        second.ends_well()
    spoken = [
        (message["role"], message["content"])
        for message in provider_server.requests[1].body["messages"][1:]
    ]
    assert spoken == [("user", "I am Ada"), ("assistant", "Hello Ada."), ("user", "Who am I?")]


def test_cancellable_streaming_leaves_the_model_as_soon_as_its_flag_is_looked_at(
    provider_server: ProviderServer, run: Run
) -> None:
    pressed = threading.Event()
    provider_server.script(Reply([Text("Once"), Pause(pressed), Text(" upon"), Hang()]))
    with run(BEFORE_CANCELLABLE + CANCELLABLE + RUN_CANCELLABLE) as program:
        program.read_until("Once")
        program.interrupt()
        pressed.set()
        program.read_until("⚠️ Generation cancelled by user")
        provider_server.requests[0].when_closed()
        assert program.ends_well().strip() == "cancelled"


def test_the_live_research_assistant_researches_three_topics(
    provider_server: ProviderServer, run: Run, tmp_path: Path
) -> None:
    for number in range(3):
        provider_server.script(
            Reply([
                Call(0, f"w{number}", "files-write",
                     f'{{"path": "report{number}.md", "content": "# Report"}}'),
                Finish("tool_calls"), UsageChunk(),
            ]),
            answer("A report."),
        )  # fmt: skip
    with run(RESEARCH) as program:
        out = program.ends_well()
    assert out.count("✅ Research Complete!") == 3
    assert out.count("[🔧 files-write] Saving report...") == 3
    assert out.count("📊 Tools used: files-write") == 3
    assert out.count("📝 Total length: 9 characters") == 3
    assert [(tmp_path / f"report{n}.md").read_text() for n in range(3)] == ["# Report"] * 3
    prompts = [r.body["messages"][1]["content"] for r in provider_server.requests[::2]]
    assert "Climate change solutions for 2024" in prompts[1]
    assert "4. Save the report to a file" in prompts[1]
    offered = {tool["function"]["name"] for tool in provider_server.requests[0].body["tools"]}
    assert {"web-search", "web-fetch", "files-read", "files-write"} <= offered
