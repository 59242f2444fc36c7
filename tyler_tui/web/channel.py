"""One client and its conversation, and all of them that a server has."""

import asyncio
from collections.abc import Awaitable, Callable

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.conversation import Conversation, State
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message
from tyler_tui.store.columns import name_key
from tyler_tui.web import protocol as said
from tyler_tui.web.outbox import Outbox
from tyler_tui.web.translation import refusal, translate, waiting

QUEUE_LIMIT = 32
"""So many prompts of one client may wait."""

QUEUED_LENGTH = 200
"""So many characters of each are told with the state."""

OpenConversation = Callable[[str | None, str | None], Awaitable[Conversation]]
"""Opens the session of that name or id, or a new one, with that model or the usual one. Raises
TylerError."""


class Channel:
    """What a client says goes to its conversation, what happens there goes to its outbox."""

    def __init__(
        self, conversation: Conversation, outbox: Outbox, *, approval_timeout_s: float
    ) -> None:
        self.conversation = conversation
        self.outbox = outbox
        self.closed = asyncio.Event()
        self._approval_timeout_s = approval_timeout_s
        self._unanswered: asyncio.TimerHandle | None = None
        self._told: list[said.ServerMessage] = []
        conversation.subscribe(self._hear)

    async def take(self, message: said.ClientMessage) -> None:
        """Do what the client asks for; what cannot be done is told as an `error`."""
        try:
            match message:
                case said.ChatMessage():
                    await self._send(message.content)
                case said.Cancel():
                    self.conversation.cancel()
                case said.Decide():
                    await self._decide(message)
                case said.GetHistory():
                    await self._show_history(message)
        except TylerError as error:
            await self.outbox.put(refusal(error))
        # A client that reads slowly must still be heard: its next word may be a cancel.
        await self.tell(urgent=True)

    async def _send(self, text: str) -> None:
        if not text.strip():
            await self.outbox.put(said.Error("bad_message", "There is no text to send."))
        elif len(self.conversation.queue) >= QUEUE_LIMIT:
            await self.outbox.put(
                said.Error("too_large", f"{QUEUE_LIMIT} messages wait already.", "Wait, or cancel.")
            )
        else:
            await self.conversation.catch_up()
            self.conversation.send(text)

    async def _decide(self, answer: said.Decide) -> None:
        decision = Decision(answer.verdict, answer.message, answer.arguments)
        if self.conversation.decide(answer.id, decision):
            self._stop_waiting()
        else:
            await self.outbox.put(
                said.Error("not_found", "Nobody asks about that call (any more).")
            )

    async def _show_history(self, wanted: said.GetHistory) -> None:
        limit = max(0, min(wanted.limit, said.HISTORY_LIMIT))
        room, shown = said.HISTORY_CHARACTERS, list[Message]()
        for message in reversed(await self.conversation.history(wanted.before, limit)):
            room -= len(message.content)
            if room < 0 and shown:
                break
            shown.insert(0, message)
        await self.outbox.put(said.History([message.to_dict() for message in shown]))

    async def tell(self, *, urgent: bool = False) -> None:
        """Tell the client how things stand, as far as it does not know yet."""
        conversation, thread = self.conversation, self.conversation.thread
        model = conversation.agent.model_name
        now: list[said.ServerMessage] = [
            said.Session(thread.id, thread.name, thread.title, model),
            said.State(conversation.state.value, waiting(conversation.queue, QUEUED_LENGTH)),
        ]
        news = [message for message in now if message not in self._told]
        self._told = now
        for message in news:
            await self.outbox.put(message, urgent=urgent)

    async def _hear(self, event: ExecutionEvent) -> None:
        message = translate(event, approval_timeout_s=self._approval_timeout_s)
        if event.type.is_terminal:
            self._stop_waiting()
        if isinstance(message, said.Cancelled | said.Error):
            message.returned = waiting(self.conversation.queue.take())
        if message is not None:
            await self.outbox.put(message, urgent=event.type.is_terminal)
        if event.type is EventType.APPROVAL_REQUESTED:
            self._wait_for_decision(event.data["tool_call_id"])
        await self.tell()

    def _wait_for_decision(self, tool_call_id: str) -> None:
        def give_up() -> None:
            word = f"Nobody answered within {self._approval_timeout_s:g} s."
            self.conversation.decide(tool_call_id, Decision(Verdict.DENY, word))

        if self.conversation.state is State.ASKING:  # it may have been answered by now
            loop = asyncio.get_running_loop()
            self._unanswered = loop.call_later(self._approval_timeout_s, give_up)

    def _stop_waiting(self) -> None:
        if self._unanswered is not None:
            self._unanswered.cancel()
            self._unanswered = None

    async def stop(self) -> None:
        """Stop the answer and wait until what has arrived is kept. What waited goes back to the
        client, like at a cancel of its own."""
        self._stop_waiting()
        self.conversation.cancel()
        await self.conversation.wait_idle()
        await self.conversation.close()
        self._stop_waiting()


class Channels:
    """The channels of a server."""

    def __init__(self, open_conversation: OpenConversation, *, approval_timeout_s: float) -> None:
        self._open_conversation = open_conversation
        self._approval_timeout_s = approval_timeout_s
        self._open: set[Channel] = set()
        self._leaving: set[Channel] = set()
        self.is_closing = False

    async def open(self, outbox: Outbox, session: str | None, model: str | None) -> Channel:
        """A channel to a session; it must be given to `close`. Raises TylerError."""
        session, model = (session or "").strip() or None, (model or "").strip() or None
        await self._wait_for_who_left(session)
        conversation = await self._open_conversation(session, model)
        self._join(conversation)
        channel = Channel(conversation, outbox, approval_timeout_s=self._approval_timeout_s)
        self._open.add(channel)
        await channel.tell()
        if conversation.notice:
            await outbox.put(said.Notice("session", {"message": conversation.notice}))
        return channel

    async def _wait_for_who_left(self, session: str | None) -> None:
        """A client that comes back at once finds its session as it left it, and free."""
        for channel in tuple(self._leaving):
            thread = channel.conversation.thread
            if session == thread.id or _is_same_name(session, thread.name):
                await channel.closed.wait()

    def _join(self, conversation: Conversation) -> None:
        """Clients that start a session of the same name start one session."""
        thread = conversation.thread
        for channel in self._open:
            other = channel.conversation.thread
            if not thread.all_messages and _is_same_name(thread.name, other.name):
                thread.id = other.id

    async def close(self, channel: Channel) -> None:
        """The client is gone: stop its answer, and wait until what has arrived is kept."""
        self._leaving.add(channel)
        try:
            await channel.stop()
        finally:
            self._open.discard(channel)
            self._leaving.discard(channel)
            channel.closed.set()

    def of_session(self, session_id: str) -> list[Channel]:
        """The channels to the session with that id."""
        return [each for each in self._open if each.conversation.thread.id == session_id]

    async def close_all(self) -> None:
        """Stop all answers, tell the clients, and wait until they have heard it."""
        self.is_closing = True
        channels = tuple(self._open)
        await asyncio.gather(*(channel.stop() for channel in channels))
        for channel in channels:
            channel.outbox.close()
        for channel in channels:
            await channel.closed.wait()


def _is_same_name(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and name_key(one) == name_key(other)
