"""Standard output as a stream of text, as one JSON object, or as one for each event."""

import json
from typing import Any, Protocol

from tyler_tui.conversation import Conversation
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.sanitize import sanitize_chunk
from tyler_tui.stdio.outcome import Outcome
from tyler_tui.stdio.writer import Writer

VERSION = 1
"""Of both JSON forms; see the package's text."""


class Form(Protocol):
    """What standard output is made of. All raise OSError when it takes no more."""

    async def hear(self, event: ExecutionEvent) -> None: ...

    async def pause(self) -> None:
        """Let something else be written to the terminal, if it is one."""
        ...

    async def finish(self, outcome: Outcome) -> None:
        """Write what comes at the end."""
        ...

    def close(self) -> None:
        """Give back the terminal, whatever happened."""
        ...


class PlainText:
    """The answer as it streams, an empty line between two parts of it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._at_line_start = True
        self._new_answer = False

    async def hear(self, event: ExecutionEvent) -> None:
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                text = sanitize_chunk(event.data["content_chunk"])
                if not text:
                    return
                if self._new_answer:
                    await self._writer.write("\n")
                    self._new_answer = False
                await self._writer.write(text)
                self._at_line_start = text.endswith("\n")
            case EventType.LLM_RESPONSE if event.data["content"]:
                await self._break_line()
                self._new_answer = True
            case _:
                pass

    async def pause(self) -> None:
        await self._break_line()

    async def finish(self, outcome: Outcome) -> None:
        await self._break_line()

    def close(self) -> None:
        """Nothing of the terminal was taken."""

    async def _break_line(self) -> None:
        if not self._at_line_start:
            await self._writer.write("\n")
            self._at_line_start = True


class _Json:
    def __init__(self, writer: Writer, conversation: Conversation) -> None:
        self._writer = writer
        self._conversation = conversation

    async def pause(self) -> None:
        """A line is written as a whole."""

    def close(self) -> None:
        """Nothing of the terminal was taken."""


class JsonLines(_Json):
    """`stream-json`."""

    async def hear(self, event: ExecutionEvent) -> None:
        await self._writer.write(_line(self._conversation.thread.id, event.to_dict()))

    async def finish(self, outcome: Outcome) -> None:
        """All has been said."""


class JsonObject(_Json):
    """`json`."""

    async def hear(self, event: ExecutionEvent) -> None:
        """Nothing is said before the end."""

    async def finish(self, outcome: Outcome) -> None:
        thread, data = self._conversation.thread, outcome.data
        form = {
            "session": thread.name,
            "model": self._conversation.agent.model_name,
            "status": outcome.status,
            "exit_code": outcome.exit_code,
            "content": outcome.content,
            "tools_used": data.get("tools_used", []),
            "usage": data.get("usage"),
            "cost_usd": data.get("cost_usd"),
            "duration_ms": data.get("duration_ms"),
            "error": outcome.error,
        }
        await self._writer.write(_line(thread.id, form))


def failure_line(error: TylerError, output: str) -> str:
    """What a program that reads JSON gets when there is no conversation; "" for text."""
    event = ExecutionEvent.failure(error)
    if output == "stream-json":
        return _line(None, event.to_dict())
    if output != "json":
        return ""
    form: dict[str, Any] = {
        "session": None,
        "model": None,
        "status": "error",
        "exit_code": error.exit_code,
        "content": "",
        "tools_used": [],
        "usage": None,
        "cost_usd": None,
        "duration_ms": None,
        "error": event.data,
    }
    return _line(None, form)


def _line(thread_id: str | None, form: dict[str, Any]) -> str:
    return (
        json.dumps({"version": VERSION, "thread_id": thread_id, **form}, ensure_ascii=True) + "\n"
    )
