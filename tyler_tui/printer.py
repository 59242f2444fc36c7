"""Print mode: one prompt in, its answer on standard output, all else on standard error.

`text` is the answer as it streams. Tool calls, refusals and errors are lines on standard error.

`stream-json` is one object a line, an event each, as it happens:

    {"version": 1, "thread_id": "…", "type": "llm_stream_chunk", "timestamp": "…", "data": {…}}

`type` and the keys of `data` are those of `tyler_tui.events.EventType`. The last line's type is
`execution_complete`, `execution_cancelled` or `execution_error`.

`json` is one object when all is over:

    {"version": 1, "thread_id": "…", "session": "its name" or null, "model": "…",
     "status": "complete", "limit", "cancelled" or "error", "content": "the last answer's text",
     "tools_used": [names], "usage": {tokens by kind} or null, "cost_usd": a number or null,
     "duration_ms": a number, "error": null or the data of `execution_error`}

`version` grows when a key changes its meaning or goes; keys may be added at any time. JSON is
ASCII, so nothing in it can act on a terminal.

Nobody can be asked here, so a tool call that must be asked about is denied.
"""

import asyncio
import json
import select
import signal
import sys
from contextlib import suppress
from typing import Any, TextIO

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.conversation import Conversation
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.sanitize import one_line, sanitize, sanitize_chunk

VERSION = 1
FAILED, LIMIT_REACHED, RETRYABLE, CANCELLED = 1, 3, 75, 130
NOBODY = "Nobody is there to ask, so calls that need a yes cannot run."
_STOPPING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


async def print_answer(conversation: Conversation, prompt: str, *, output: str = "text") -> int:
    """Send `prompt` and print the answer as it comes; returns the exit code.

    `output` is "text", "json" or "stream-json". Ctrl+C and SIGTERM stop the answer; what has been
    printed stays, and is in the store. Raises OSError when standard output takes no more.
    """
    printer = _Printer(conversation, output)
    conversation.subscribe(printer.hear)
    with _StopOnSignals(conversation):
        conversation.send(prompt)
        await conversation.wait_idle()
        return await printer.finish()


class _StopOnSignals:
    """A signal cancels the answer instead of the program; the next one ends the program. Signals
    that are ignored (`nohup`) stay so."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._handled: list[int] = []

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for name in _STOPPING_SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self._stop)
                    self._handled.append(number)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        while self._handled:
            loop.remove_signal_handler(self._handled.pop())

    def _stop(self) -> None:
        self.__exit__()
        self._conversation.cancel()


class _Printer:
    def __init__(self, conversation: Conversation, output: str) -> None:
        self._conversation = conversation
        self._output = output
        self._out = _Writer(sys.stdout)
        self._notes = sys.stderr
        self._dim = sys.stderr.isatty()
        self._at_line_start = True
        self._new_answer = False
        self._answer = ""
        self._parts: list[str] = []
        self._summaries: dict[str, str] = {}
        self._rounds = 0
        self._end: ExecutionEvent | None = None
        self._failure: OSError | None = None

    async def hear(self, event: ExecutionEvent) -> None:
        if event.type.is_terminal:
            self._end = event
        if self._failure is not None:
            return
        try:
            self._note_event(event)
            if self._output == "stream-json":
                await self._write_line(event.to_dict())
            elif self._output == "text":
                await self._show(event)
        except OSError as error:  # nobody reads any more, or the disk is full
            self._failure = error
            self._conversation.cancel()

    async def _show(self, event: ExecutionEvent) -> None:
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                text = sanitize_chunk(event.data["content_chunk"])
                if not text:
                    return
                if self._new_answer:
                    await self._out.write("\n")
                    self._new_answer = False
                await self._out.write(text)
                self._at_line_start = text.endswith("\n")
            case EventType.LLM_RESPONSE if event.data["content"]:
                await self._break_line()
                self._new_answer = True
            case _:
                pass

    def _note_event(self, event: ExecutionEvent) -> None:
        """Keep what is told at the end, and say on standard error what is no part of the answer."""
        data = event.data
        match event.type:
            case EventType.LLM_REQUEST:
                self._answer = self._content()
                self._parts.clear()
            case EventType.LLM_STREAM_CHUNK:
                self._parts.append(data["content_chunk"])
            case EventType.APPROVAL_REQUESTED:
                self._note(f"✗ {one_line(data['tool_name'], 60)} {one_line(data['summary'])}")
                self._note("  denied: nobody is there to ask; see --approval")
                decision = Decision(Verdict.DENY, message=NOBODY)
                self._conversation.decide(data["tool_call_id"], decision)
            case EventType.TOOL_SELECTED:
                tool = self._conversation.agent.toolbox.get(data["tool_name"])
                summary = tool.summary(data["arguments"]) if tool is not None else ""
                self._summaries[data["tool_call_id"]] = summary
            case EventType.TOOL_EXECUTING:
                summary = self._summaries.get(data["tool_call_id"], "")
                self._note(f"● {one_line(data['tool_name'], 60)} {one_line(summary)}".rstrip())
            case EventType.TOOL_ERROR if not data.get("denied"):
                self._note(f"✗ {one_line(data['tool_name'], 60)}: {one_line(data['error'])}")
            case EventType.RETRY:
                reason = one_line(str(data["reason"]))
                self._note(f"↻ trying again in {data['wait_s']:.1f} s: {reason}")
            case EventType.ITERATION_LIMIT:
                self._rounds = data["iterations_used"]
            case _:
                pass

    async def finish(self) -> int:
        """Write what comes at the end; returns the exit code."""
        if self._failure is not None:
            raise self._failure
        if self._output == "json":
            await self._write_line(self._form())
        elif self._output == "text":
            await self._break_line()
        status = self._status
        if status == "error":
            return self._report()
        if status == "cancelled":
            self._note("stopped")
            return CANCELLED
        if status == "limit":
            self._note(f"stopped after {self._rounds} rounds of tool calls; see --max-turns")
            return LIMIT_REACHED
        return 0

    @property
    def _status(self) -> str:
        if self._end is None or self._end.type is EventType.EXECUTION_ERROR:
            return "error"
        if self._end.type is EventType.EXECUTION_CANCELLED:
            return "cancelled"
        return "limit" if self._rounds else "complete"

    def _content(self) -> str:
        """The text of the last answer that has any."""
        return "".join(self._parts) or self._answer

    def _form(self) -> dict[str, Any]:
        conversation, end = self._conversation, self._end
        data = end.to_dict()["data"] if end is not None else {}
        return {
            "session": conversation.thread.name,
            "model": conversation.agent.model_name,
            "status": self._status,
            "content": self._content(),
            "tools_used": data.get("tools_used", []),
            "usage": data.get("usage"),
            "cost_usd": data.get("cost_usd"),
            "duration_ms": data.get("duration_ms"),
            "error": data if self._status == "error" else None,
        }

    def _report(self) -> int:
        data = self._end.data if self._end is not None else {}
        message = str(data.get("message") or "The answer ended without a word.")
        self._notes.write(f"Error: {sanitize(message)}\n")
        if hint := data.get("hint"):
            self._notes.write(f"→ {sanitize(str(hint))}\n")
        return RETRYABLE if data.get("retryable") else FAILED

    async def _break_line(self) -> None:
        if not self._at_line_start:
            await self._out.write("\n")
            self._at_line_start = True

    async def _write_line(self, form: dict[str, Any]) -> None:
        head = {"version": VERSION, "thread_id": self._conversation.thread.id}
        await self._out.write(json.dumps(head | form, ensure_ascii=True) + "\n")

    def _note(self, text: str) -> None:
        self._notes.write(f"\x1b[2m{text}\x1b[0m\n" if self._dim else f"{text}\n")
        self._notes.flush()


class _Writer:
    """Writes at once, and waits for a slow reader without keeping the event loop from signals and
    timers: a pipe that is ready takes PIPE_BUF bytes without blocking."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        try:
            self._handle: int | None = stream.fileno()
        except (OSError, ValueError):  # not a file, as under a test
            self._handle = None

    async def write(self, text: str) -> None:
        for start in range(0, len(text), select.PIPE_BUF // 4):  # 4: the longest UTF-8 letter
            await self._ready()
            self._stream.write(text[start : start + select.PIPE_BUF // 4])
            self._stream.flush()

    async def _ready(self) -> None:
        if self._handle is None or select.select([], [self._handle], [], 0)[1]:
            return
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_writer(self._handle, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_writer(self._handle)
