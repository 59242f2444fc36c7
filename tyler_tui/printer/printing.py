"""One prompt, from its first event to its exit code."""

import sys
from collections.abc import Sequence
from typing import Any

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.conversation import Conversation
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Attachment
from tyler_tui.printer.forms import Form, JsonLines, JsonObject, PlainText, failure_line
from tyler_tui.printer.notes import Notes
from tyler_tui.printer.outcome import Outcome
from tyler_tui.printer.signals import StopOnSignals
from tyler_tui.printer.writer import Writer

NOBODY = "Nobody is there to ask, so calls that need a yes cannot run."


async def print_answer(
    conversation: Conversation,
    prompt: str,
    *,
    output: str = "text",
    attachments: Sequence[Attachment] = (),
) -> int:
    """Send `prompt` and print the answer as it comes; returns the exit code.

    `output` is "text", "json" or "stream-json". Ctrl+C and SIGTERM stop the answer; what has been
    printed stays, and is in the store. Raises OSError when standard output takes no more.
    """
    printing = _Printing(conversation, output)
    conversation.subscribe(printing.hear)
    with StopOnSignals(conversation.cancel):
        conversation.send(prompt, attachments)
        await conversation.wait_idle()
        return await printing.finish()


async def print_failure(error: TylerError, *, output: str) -> None:
    """Tell a program that reads JSON what kept the conversation from starting."""
    await Writer(sys.stdout).write(failure_line(error, output))


class _Printing:
    def __init__(self, conversation: Conversation, output: str) -> None:
        self._conversation = conversation
        self._outcome = Outcome()
        self._form = _form(output, conversation)
        self._notes = Notes(sys.stderr, self._summary)
        self._failure: OSError | None = None

    async def hear(self, event: ExecutionEvent) -> None:
        self._outcome.hear(event)
        if self._failure is not None:
            return
        try:
            self._notes.hear(event)
            await self._form.hear(event)
            if event.type is EventType.APPROVAL_REQUESTED:
                self._answer(event.data)
        except OSError as error:  # nobody reads any more, or the disk is full
            self._failure = error
            self._conversation.cancel()

    def _answer(self, request: dict[str, Any]) -> None:
        self._notes.denied(request, "denied: nobody is there to ask; see --approval")
        decision = Decision(Verdict.DENY, message=NOBODY)
        self._conversation.decide(request["tool_call_id"], decision)

    async def finish(self) -> int:
        """Write what comes at the end; returns the exit code."""
        if self._failure is not None:
            raise self._failure
        await self._form.finish(self._outcome)
        self._notes.finish(self._outcome)
        return self._outcome.exit_code

    def _summary(self, name: str, arguments: dict[str, Any]) -> str:
        tool = self._conversation.agent.toolbox.get(name)
        return tool.summary(arguments) if tool is not None else ""


def _form(output: str, conversation: Conversation) -> Form:
    writer = Writer(sys.stdout)
    match output:
        case "json":
            return JsonObject(writer, conversation)
        case "stream-json":
            return JsonLines(writer, conversation)
        case _:
            return PlainText(writer)
