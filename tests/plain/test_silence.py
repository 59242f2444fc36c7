"""What is said while nothing is heard, and to whom a long answer rings."""

import asyncio
import io
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.provider_server import Call, Finish, Pause, ProviderServer, Reply, Text, Thinking, answer
from tyler_tui.build import Options
from tyler_tui.config import Settings
from tyler_tui.local_backend import LocalBackend
from tyler_tui.plain.chat import Chat
from tyler_tui.plain.launch import Launch
from tyler_tui.plain.prompts import PipedPrompts
from tyler_tui.plain.voice import BELL, Voice


class Heard(io.StringIO):
    """Standard output; `wait_for` a text on it."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def write(self, text: str) -> int:
        self._news.set()
        return super().write(text)

    async def wait_for(self, text: str) -> None:
        while text not in self.getvalue():
            self._news.clear()
            await self._news.wait()


@pytest.fixture
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


async def opened(workspace: Path, heard: Heard) -> Chat:
    settings = Settings(model="openai/anything", approval="auto")
    backend = LocalBackend(Options(workspace), settings)
    voice = Voice(heard, bell=True)
    chat = Chat(backend, Launch(), voice, PipedPrompts(voice), silence_s=0.05)
    await chat.show(await backend.open_first())
    return chat


async def closed(chat: Chat) -> None:
    await chat.close()
    await chat.backend.close()


async def test_that_it_still_thinks_is_said_from_time_to_time(
    served: ProviderServer, tmp_path: Path
) -> None:
    enough = threading.Event()
    served.script(Reply([Thinking("hm"), Pause(enough), Text("Yes."), Finish()]))
    chat = await opened(tmp_path, heard := Heard())
    taking = asyncio.create_task(chat.take("think"))
    await heard.wait_for("Still thinking, ")
    enough.set()
    await taking
    assert heard.getvalue().endswith(" tokens.\n")
    await closed(chat)


async def test_a_tool_that_takes_long_is_told_of_with_its_last_line(
    served: ProviderServer, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    call = Call(0, "1", "command_line-run", '{"command": "echo halfway; cat pipe"}')
    served.script(Reply([call, Finish("tool_calls")]), answer("Done."))
    chat = await opened(tmp_path, heard := Heard())
    taking = asyncio.create_task(chat.take("run"))
    await heard.wait_for("command_line-run is still running: halfway, ")
    await asyncio.to_thread((tmp_path / "pipe").write_text, "end\n")
    await taking
    assert "command_line-run done in " in heard.getvalue()
    await closed(chat)


async def test_an_answer_that_took_long_rings(served: ProviderServer, tmp_path: Path) -> None:
    served.fallback = answer("Yes.")
    chat = await opened(tmp_path, heard := Heard())
    await chat.take("quick")
    assert BELL not in heard.getvalue()
    chat.launch = replace(chat.launch, bell_after=0.0)
    await chat.take("slow")
    assert heard.getvalue().endswith(BELL)
    await closed(chat)
