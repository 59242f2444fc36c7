"""The chat of line mode: one conversation at a time, and what becomes of what is typed."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from tyler_tui.agent.approval import ApprovalPolicy, Decision, Verdict
from tyler_tui.backend import Backend
from tyler_tui.commands import by_slash, read_slash
from tyler_tui.conversation import Conversation, State
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Attachment
from tyler_tui.plain.actions import run, unknown
from tyler_tui.plain.announcer import Announcer, error_lines
from tyler_tui.plain.asking import Asker
from tyler_tui.plain.keeping import Keeping
from tyler_tui.plain.launch import Launch
from tyler_tui.plain.naming import with_named_files
from tyler_tui.plain.numbered import Numbered
from tyler_tui.plain.prompts import Prompts
from tyler_tui.plain.telling import tell_notice
from tyler_tui.plain.voice import Voice
from tyler_tui.sanitize import one_line
from tyler_tui.stdio.outcome import Outcome
from tyler_tui.stdio.signals import StopOnSignals
from tyler_tui.stdio.terminal import keeping_typed

SILENCE_S = 15.0
"""After so long without a line it is said what is under way."""
NOBODY = "Nobody is there to ask, so calls that need a yes cannot run."


class Chat:
    """Made before there is a conversation; `opening` shows it the first one."""

    def __init__(
        self,
        backend: Backend,
        launch: Launch,
        voice: Voice,
        prompts: Prompts,
        *,
        silence_s: float = SILENCE_S,
    ) -> None:
        self.backend = backend
        self.launch = launch
        self.voice = voice
        self.prompts = prompts
        self.asker = Asker(voice, prompts.hold)
        self.numbered = Numbered()
        self.keeping = Keeping(self)
        self.is_over = False
        self.was_stopped = False
        """Whether a signal ended it."""
        self.exit_code = 0
        """That of the last answer."""
        self._conversation: Conversation | None = None
        self._announcer = Announcer("", self._summary)
        self._unsubscribe: Callable[[], None] = lambda: None
        self._files: Sequence[Attachment] = launch.attachments
        self._policies: dict[str, ApprovalPolicy] = {}
        """What was allowed in sessions that are no longer open."""
        self._silence_s = silence_s
        self._one_at_a_time = asyncio.Lock()
        self._preparing: asyncio.Task[None] | None = None
        self._failure: OSError | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a conversation by now."""
        return self._conversation is not None

    @property
    def conversation(self) -> Conversation:
        """The one that is open."""
        assert self._conversation is not None
        return self._conversation

    @property
    def someone_is_there(self) -> bool:
        """Whether a question would be heard and could be answered."""
        return sys.stdin.isatty() and sys.stdout.isatty()

    # What is typed

    async def take(self, text: str) -> None:
        """Do a command, or answer a prompt, to its end. Ctrl+C and other signals stop it, and
        errors are said. Raises OSError when standard output takes no more."""
        task = asyncio.create_task(self._take(text))

        def stop(number: int) -> None:
            if number != signal.SIGINT or not self.someone_is_there:
                self.is_over = self.was_stopped = True
            if self._conversation is None or not self._conversation.cancel():
                task.cancel()

        with StopOnSignals(stop), keeping_typed(sys.stdin):
            await asyncio.wait([task])
        try:
            task.result()
        except asyncio.CancelledError:
            await self.voice.say("Stopped.")
        except TylerError as error:
            self.exit_code = error.exit_code
            await self.voice.say(*error_lines(error.message, error.hint))
        await self.keeping.tell()

    async def _take(self, text: str) -> None:
        first, _, rest = text.partition("\n")
        slash = read_slash(first)
        command = by_slash(slash[0]) if slash is not None else None
        if slash is None or (command is None and rest):
            await self.send(text)
        elif command is None:
            raise unknown(slash[0])
        else:
            await run(self, command, f"{slash[1]}\n{rest}".strip())

    async def send(self, text: str) -> None:
        """Send a prompt, with the files that it names, and tell the answer."""
        mcp, agent, typed = self.backend.mcp, self.conversation.agent, text
        more: Sequence[Attachment] = ()
        if mcp is not None and text.startswith("/"):
            from tyler_tui.tools.mcp.typed import expanded  # noqa: PLC0415 - seldom

            if (found := await expanded(text, mcp)) is not None:
                text, more = found
                typed = ""  # what a server wrote names no files of the user
        files = [*await with_named_files(self._files, typed, agent, self.backend), *more]
        if await self.conversation.catch_up():
            await self.voice.say("This session went on in another tyler-chat.")
        self._files = []
        await self.follow(lambda: self.conversation.send(text, files, is_typed=bool(typed)))

    async def follow(self, start: Callable[[], object]) -> None:
        """Start a turn and tell of it to its end."""
        loop = asyncio.get_running_loop()
        began, outcome = loop.time(), Outcome()
        unsubscribe = self.conversation.subscribe(_hearing(outcome))
        telling = asyncio.create_task(self._break_silence())
        try:
            start()
            await self.conversation.wait_idle()
        finally:
            telling.cancel()
            unsubscribe()
        if self._failure is not None:
            raise self._failure
        self.exit_code = outcome.exit_code
        await tell_notice(self)
        if any(queued.focus is None for queued in self.conversation.queue.take()):
            await self.voice.say("The prompt was not sent.")
        if loop.time() - began >= self.launch.bell_after:
            self.voice.ring()

    # The conversation

    async def show(self, conversation: Conversation) -> None:
        """Go on with `conversation` in place of the one that is open."""
        await self.close()
        if self._conversation is not None:
            self._policies[self._conversation.thread.id] = self._conversation.policy
        conversation.policy = self._policies.pop(conversation.thread.id, conversation.policy)
        tells_thoughts = self._announcer.tells_thoughts
        self._conversation = conversation
        self._announcer = Announcer(one_line(conversation.agent.name, 40), self._summary)
        self._announcer.tells_thoughts = tells_thoughts
        self._unsubscribe = conversation.subscribe(self._hear)
        self.prepare()

    def rename_assistant(self) -> None:
        """Call it what the agent of the conversation is called now."""
        self._announcer.name = one_line(self.conversation.agent.name, 40)

    def toggle_thoughts(self) -> bool:
        """Tell what the model thinks, or no longer; returns whether it is told now."""
        self._announcer.tells_thoughts = not self._announcer.tells_thoughts
        return self._announcer.tells_thoughts

    def prepare(self) -> None:
        """Load what the next prompt will need, while it is being typed."""
        if self._preparing is not None:
            self._preparing.cancel()

        async def prepare() -> None:
            with suppress(TylerError):  # the prompt will tell
                await self.backend.prepare()

        self._preparing = asyncio.create_task(prepare())

    async def close(self) -> None:
        """Stop what runs, keeping the partial answer, and let go of the conversation."""
        if self._preparing is not None:
            self._preparing.cancel()
            await asyncio.wait([self._preparing])
        if self._conversation is not None:
            await self._conversation.close()
        self._unsubscribe()

    # Its events

    async def _hear(self, event: ExecutionEvent) -> None:
        if self._failure is not None:
            return
        try:
            async with self._one_at_a_time:
                await self.voice.say(*self._announcer.lines(event))
                if event.type is EventType.APPROVAL_REQUESTED:
                    await self._decide(event)
        except OSError as error:  # nobody listens any more, or the disk is full
            self._failure = error
            self.conversation.cancel()

    async def _decide(self, asked: ExecutionEvent) -> None:
        tool_call_id = asked.data["tool_call_id"]
        if self.someone_is_there:
            decision = await self.asker.decide(
                asked, lambda arguments: self.conversation.reconsider(tool_call_id, arguments)
            )
        else:
            decision = Decision(Verdict.DENY, message=NOBODY)
            what = f"{one_line(asked.data['tool_name'], 60)}: {one_line(asked.data['summary'])}"
            await self.voice.say(f"Nobody is there to ask about {what}; see --approval.")
        self.conversation.decide(tool_call_id, decision)

    async def _break_silence(self) -> None:
        """Say from time to time what goes on where nothing else is said."""
        silent_s = 0.0
        said = self.voice.count
        while True:
            await asyncio.sleep(self._silence_s)
            silent_s = silent_s + self._silence_s if self.voice.count == said else 0.0
            what = self._announcer.under_way()
            if silent_s and what and self.conversation.state is State.ANSWERING:
                with suppress(OSError):  # told by what is said next
                    async with self._one_at_a_time:
                        await self.voice.say(f"{what}, {silent_s:.0f} seconds.")
            said = self.voice.count

    def _summary(self, name: str, arguments: dict[str, Any]) -> str:
        tool = self.conversation.agent.toolbox.get(name)
        return tool.summary(arguments) if tool is not None else ""


def _hearing(outcome: Outcome) -> Callable[[ExecutionEvent], Coroutine[Any, Any, None]]:
    async def hear(event: ExecutionEvent) -> None:
        outcome.hear(event)

    return hear
