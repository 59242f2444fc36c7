"""Print mode: one prompt in, its answer on standard output, everything else on standard error."""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from typing import TextIO

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.conversation import Conversation
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.sanitize import one_line, sanitize, sanitize_chunk

CANCELLED = 130
NOBODY = "nobody is there to ask; run it again with --approval auto to allow it"


async def print_answer(conversation: Conversation, prompt: str, *, output: str = "text") -> int:
    """Send `prompt` and print the answer as it comes; returns the exit code.

    `output` is "text", "json" (one object at the end) or "stream-json" (one event a line).
    Ctrl+C stops the answer; what has been printed stays.
    """
    printer = _Printer(conversation, output, sys.stdout, sys.stderr)
    conversation.subscribe(printer.hear)
    with _stop_on_interrupt(conversation):
        conversation.send(prompt)
        await conversation.wait_idle()
    return printer.finish()


class _stop_on_interrupt:
    """Ctrl+C cancels the answer instead of the program."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def __enter__(self) -> None:
        with suppress(NotImplementedError, RuntimeError):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGINT, self._conversation.cancel)

    def __exit__(self, *_: object) -> None:
        with suppress(NotImplementedError, RuntimeError):
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


class _Printer:
    def __init__(self, conversation: Conversation, output: str, out: TextIO, notes: TextIO) -> None:
        self._conversation = conversation
        self._output = output
        self._out = out
        self._notes = notes
        self._dim = notes.isatty()
        self._at_line_start = True
        self._end: ExecutionEvent | None = None
        self._answer = ""

    async def hear(self, event: ExecutionEvent) -> None:
        if event.type is EventType.APPROVAL_REQUESTED:
            self._refuse(event)
        if event.type.is_terminal:
            self._end = event
        if self._output == "stream-json":
            self._write(json.dumps(event.to_dict(), ensure_ascii=True) + "\n")
        elif self._output == "text":
            self._show(event)
        if event.type is EventType.LLM_RESPONSE and event.data["content"]:
            self._answer = event.data["content"]

    def _refuse(self, event: ExecutionEvent) -> None:
        self._conversation.decide(
            event.data["tool_call_id"], Decision(Verdict.DENY, message=NOBODY)
        )

    def _show(self, event: ExecutionEvent) -> None:
        data = event.data
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                text = sanitize_chunk(data["content_chunk"])
                self._write(text)
                self._at_line_start = text.endswith("\n") if text else self._at_line_start
            case EventType.LLM_RESPONSE:
                self._break_line()
            case EventType.TOOL_EXECUTING:
                self._note(f"● {one_line(data['tool_name'], 60)}")
            case EventType.TOOL_ERROR:
                self._note(f"✗ {one_line(data['tool_name'], 60)}: {one_line(data['error'])}")
            case EventType.RETRY:
                self._note(f"↻ trying again in {data['wait_s']:.1f} s: {data['reason']}")
            case _:
                pass

    def finish(self) -> int:
        end = self._end
        if self._output == "json":
            form = {
                "thread_id": self._conversation.thread.id,
                "content": self._answer,
                "end": end.to_dict() if end is not None else None,
            }
            self._write(json.dumps(form, ensure_ascii=True, indent=2) + "\n")
        elif self._output == "text":
            self._break_line()
        if end is None or end.type is EventType.EXECUTION_CANCELLED:
            self._note("stopped")
            return CANCELLED
        if end.type is EventType.EXECUTION_ERROR:
            self._report(end)
            return 75 if end.data.get("retryable") else 1
        return 0

    def _report(self, end: ExecutionEvent) -> None:
        self._notes.write(f"Error: {sanitize(str(end.data['message']))}\n")
        if hint := end.data.get("hint"):
            self._notes.write(f"→ {sanitize(str(hint))}\n")
        self._notes.flush()

    def _break_line(self) -> None:
        if not self._at_line_start:
            self._write("\n")
            self._at_line_start = True

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def _note(self, text: str) -> None:
        self._break_line()
        self._notes.write(f"\x1b[2m{text}\x1b[0m\n" if self._dim else f"{text}\n")
        self._notes.flush()
