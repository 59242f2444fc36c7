"""The streaming guide's examples, run as programs of their own against a provider on loopback.

Only their import lines are ours, and the loop of the second stands in a function.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.provider_server import Call, Finish, ProviderServer, Reply, Text, UsageChunk, answer

BASIC = """
import asyncio
from tyler_tui import Agent, Thread, Message
from tyler_tui import ExecutionEvent, EventType

agent = Agent(
    name="streaming-assistant",
    model_name="gpt-4",
    purpose="To provide real-time responses"
)

async def stream_response():
    thread = Thread()
    message = Message(role="user", content="Tell me a story about space exploration")
    thread.add_message(message)

    print("🤖 Assistant: ", end="", flush=True)

    async for event in agent.go(thread, stream=True):
        if event.type == EventType.LLM_STREAM_CHUNK:
            print(event.data.get("content_chunk", ""), end="", flush=True)

    print()  # New line at the end

asyncio.run(stream_response())
"""

EVENTS = """
from tyler_tui import EventType

async def understand_events(agent, thread):
    async for event in agent.go(thread, stream=True):
        if event.type == EventType.LLM_STREAM_CHUNK:
            # Text being generated
            print(event.data.get("content_chunk", ""), end="", flush=True)

        elif event.type == EventType.TOOL_SELECTED:
            # Tool is about to be called
            print(f"\\n🔧 Calling tool: {event.data['tool_name']}")

        elif event.type == EventType.MESSAGE_CREATED:
            # New message added to thread
            msg = event.data["message"]
            if msg.role == "tool":
                print(f"\\n✅ Tool {msg.name} completed")

        elif event.type == EventType.EXECUTION_COMPLETE:
            # All processing complete
            print(f"\\n✅ Complete in {event.data['duration_ms']:.0f}ms!")
"""

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

CHAT = """
import asyncio
from tyler_tui import Agent, Thread, Message, ThreadStore
from tyler_tui import ExecutionEvent, EventType

class StreamingChat:
    def __init__(self):
        self.agent = None
        self.thread_store = None
        self.thread = None

    async def initialize(self):
        self.thread_store = await ThreadStore.create("sqlite+aiosqlite:///chat.db")

        self.agent = Agent(
            name="chat-assistant",
            model_name="gpt-4",
            purpose="To have helpful conversations",
            thread_store=self.thread_store
        )

    async def start_session(self, session_id: str):
        try:
            self.thread = await self.thread_store.get_thread(session_id)
            print("📚 Resuming conversation...")
        except:
            self.thread = Thread(id=session_id)
            print("🆕 Starting new conversation...")

    async def send_message(self, content: str):
        message = Message(role="user", content=content)
        self.thread.add_message(message)

        print("\\n🤖 ", end="", flush=True)

        async for update in self.agent.go(self.thread, stream=True):
            if update.type == EventType.LLM_STREAM_CHUNK:
                print(update.data.get("content_chunk", ""), end="", flush=True)
            elif update.type == EventType.EXECUTION_COMPLETE:
                # Thread is already updated in place
                await self.thread_store.save_thread(self.thread)
                print("\\n")

# Usage
async def main():
    chat = StreamingChat()
    await chat.initialize()
    await chat.start_session("main-chat")

    while True:
        user_input = input("\\nYou: ")
        if user_input.lower() in ['exit', 'quit']:
            break

        await chat.send_message(user_input)

asyncio.run(main())
"""


@pytest.fixture
def run(provider_server: ProviderServer, tmp_path: Path) -> "Run":
    return Run(provider_server, tmp_path)


class Run:
    """Runs a program in a folder of its own; it must end well and say nothing on standard error."""

    def __init__(self, server: ProviderServer, folder: Path) -> None:
        self._folder = folder
        self._environment = os.environ | {
            "OPENAI_API_BASE": server.base_url,
            "OPENAI_API_KEY": "sk-loopback",
            "PYTHONIOENCODING": "utf-8",
        }

    def __call__(self, code: str, typed: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=typed,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            cwd=self._folder,
            env=self._environment,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


def test_basic_streaming(provider_server: ProviderServer, run: Run) -> None:
    provider_server.script(Reply([Text("Far, far away.", size=4), Finish(), UsageChunk()]))
    assert run(BASIC) == "🤖 Assistant: Far, far away.\n"
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
    lines = run(EVENTS + RUN_EVENTS).splitlines()
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
    first = run(CHAT, "I am Ada\nexit\n")
    assert "🆕 Starting new conversation..." in first
    assert "🤖 Hello Ada.\n" in first
    second = run(CHAT, "Who am I?\nquit\n")
    assert "📚 Resuming conversation..." in second
    assert "🤖 Ada, of course.\n" in second
    spoken = [
        (message["role"], message["content"])
        for message in provider_server.requests[1].body["messages"][1:]
    ]
    assert spoken == [("user", "I am Ada"), ("assistant", "Hello Ada."), ("user", "Who am I?")]
