"""One prompt, from its first event to its exit code."""

import asyncio
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.agents_md import told_of
from tyler_tui.conversation import Conversation
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Attachment
from tyler_tui.printer.asking import ask, someone_is_there
from tyler_tui.printer.forms import Form, JsonLines, JsonObject, PlainText, failure_line
from tyler_tui.printer.notes import Notes
from tyler_tui.sanitize import sanitize
from tyler_tui.stdio.outcome import Outcome
from tyler_tui.stdio.signals import StopOnSignals
from tyler_tui.stdio.terminal import is_dumb
from tyler_tui.stdio.writer import Writer

if TYPE_CHECKING:
    from tyler_tui.tools.mcp import ServerStatus

NOBODY = "Nobody is there to ask, so calls that need a yes cannot run."


async def print_answer(
    conversation: Conversation,
    prompt: str,
    *,
    output: str = "text",
    attachments: Sequence[Attachment] = (),
    still: bool = False,
    bare: bool = False,
) -> int:
    """Send `prompt` and print the answer as it comes; returns the exit code.

    `output` is "text", "json" or "stream-json". With `still` nothing spins, with `bare` nothing is
    drawn: text is written as it comes, without an escape code. Ctrl+C and SIGTERM stop the answer;
    what has been printed stays, and is in the store. Raises OSError when standard output takes no
    more.
    """
    can_ask = output == "text" and someone_is_there()
    form = _form(output, conversation, still=still, bare=bare)
    is_dim = sys.stderr.isatty() and not (bare or is_dumb(os.environ))
    printing = _Printing(conversation, form, can_ask=can_ask, is_dim=is_dim)
    conversation.subscribe(printing.hear)
    with StopOnSignals(lambda _: conversation.cancel()), closing(printing.form):
        await printing.tell_of_project()
        conversation.send(prompt, attachments)
        await conversation.wait_idle()
        return await printing.finish()


async def print_failure(error: TylerError, *, output: str) -> None:
    """Tell a program that reads JSON what kept the conversation from starting."""
    await Writer(sys.stdout).write(failure_line(error, output))


def print_unsaved(trouble: TylerError) -> None:
    """Tell that the answer was printed, but not saved."""
    lines = [f"Not saved: {sanitize(trouble.message)}", f"→ {sanitize(trouble.hint)}"]
    sys.stderr.write("\n".join([*lines[: 1 + bool(trouble.hint)], ""]))


def print_missing(servers: "Iterable[ServerStatus]") -> None:
    """Tell which MCP servers the answer does without."""
    for status in servers:
        if status.state.value == "failed":
            lines = [f"MCP server {status.name}: {status.reason}.", f"→ {status.hint}"]
            sys.stderr.write("\n".join([*map(sanitize, lines[: 1 + bool(status.hint)]), ""]))


class _Printing:
    def __init__(
        self, conversation: Conversation, form: Form, *, can_ask: bool, is_dim: bool
    ) -> None:
        self.form = form
        self._conversation = conversation
        self._outcome = Outcome()
        self._notes = Notes(self._summary)
        self._can_ask = can_ask
        self._is_dim = is_dim
        self._one_at_a_time = asyncio.Lock()
        self._failure: OSError | None = None

    async def hear(self, event: ExecutionEvent) -> None:
        self._outcome.hear(event)
        if self._failure is not None:
            return
        try:
            async with self._one_at_a_time:
                await self._note(self._notes.of(event))
                await self.form.hear(event)
                if event.type is EventType.APPROVAL_REQUESTED:
                    await self._decide(event.data)
        except OSError as error:  # nobody reads any more, or the disk is full
            self._failure = error
            self._conversation.cancel()

    async def _decide(self, request: dict[str, Any]) -> None:
        await self.form.pause()
        if "asks_for" in request:
            decision = Decision(Verdict.DENY)
            await self._note(self._notes.of_question(request))
        elif self._can_ask:
            decision = await ask(request)
            if not decision.allows:
                self._notes.was_denied(request)
        else:
            decision = Decision(Verdict.DENY, message=NOBODY)
            await self._note(
                self._notes.of_denial(request, "nobody is there to ask; see --approval")
            )
        self._conversation.decide(request["tool_call_id"], decision)

    async def tell_of_project(self) -> None:
        """Say which instructions go along, where someone sees it."""
        project = self._conversation.agent.project_files
        if project and sys.stderr.isatty():
            await self._note(f"with {told_of(project)}")

    async def finish(self) -> int:
        """Write what comes at the end; returns the exit code."""
        if self._failure is not None:
            raise self._failure
        await self.form.finish(self._outcome)
        is_error = self._outcome.error is not None
        await self._note(self._notes.of_end(self._outcome), is_dim=not is_error)
        return self._outcome.exit_code

    async def _note(self, text: str, *, is_dim: bool = True) -> None:
        if not text:
            return
        await self.form.pause()
        lines = [f"\x1b[2m{line}\x1b[0m" if self._is_dim and is_dim else line
                 for line in text.split("\n")]  # fmt: skip
        sys.stderr.write("\n".join([*lines, ""]))
        sys.stderr.flush()

    def _summary(self, name: str, arguments: dict[str, Any]) -> str:
        tool = self._conversation.agent.toolbox.get(name)
        return tool.summary(arguments) if tool is not None else ""


def _form(output: str, conversation: Conversation, *, still: bool, bare: bool) -> Form:
    if output == "json":
        return JsonObject(Writer(sys.stdout), conversation)
    if output == "stream-json":
        return JsonLines(Writer(sys.stdout), conversation)
    if bare or not sys.stdout.isatty() or is_dumb(os.environ):
        return PlainText(Writer(sys.stdout))
    from tyler_tui.printer.live import LiveMarkdown  # noqa: PLC0415 - Rich is for terminals only

    return LiveMarkdown(sys.stdout, os.environ, still=still)
