"""A conversation that is open, on the screen or behind it."""

import asyncio
import re
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from tyler_tui.conversation import State
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.sanitize import one_line
from tyler_tui.tui.turn_log import TurnLog
from tyler_tui.tui.turn_progress import TurnProgress
from tyler_tui.tui.windows import whole_turns

if TYPE_CHECKING:
    from tyler_tui.conversation import Conversation
    from tyler_tui.messages import Message


class Mark(Enum):
    """What a session that is not on the screen has to say, the most pressing first; the value is
    the word shown for it."""

    ASKS = "asks"
    FAILED = "failed"
    ANSWERED = "answered"
    BUSY = "busy"


class Place(Struct, frozen=True):
    """A session, and maybe a message in it, with the words that were found there."""

    session_id: str
    message_id: str | None = None
    words: tuple[str, ...] = ()

    @property
    def pattern(self) -> re.Pattern[str] | None:
        """What finds the words."""
        return words_pattern(self.words) if self.words else None


def words_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """What finds any of `words`, whatever the case."""
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE)


class OpenSession:
    """Follows a conversation's events, so that it can be shown whole at any moment.

    Nothing is drawn here. `on_event` gets every event, after the session has taken it in.
    """

    def __init__(
        self,
        conversation: "Conversation",
        on_event: "Callable[[OpenSession, ExecutionEvent], None]",
    ) -> None:
        self.conversation = conversation
        self.turn = TurnLog()
        self.progress = TurnProgress()
        self.question: ExecutionEvent | None = None
        """The APPROVAL_REQUESTED that waits for an answer."""
        self.news: Mark | None = None
        """How the last answer ended, until it was seen."""
        self.sending: list[str] = []
        """The prompts that are on their way, which the conversation does not know of yet; "" for
        one that stands in it."""
        self.line = asyncio.Lock()
        """Prompts go out in their order, though the files of one may take longer to read."""
        self.kept_waiting: list[str] = []
        """The prompts that waited when that was written to disk last."""
        self.is_titling = False
        """Whether the model is writing a title for it."""
        self._by_hand: list[ExecutionEvent] = []
        """Calls that the user made, of which no message tells."""
        self._on_event = on_event
        self._unsubscribe = conversation.subscribe(self._heard)

    @property
    def id(self) -> str:
        return self.conversation.thread.id

    @property
    def label(self) -> str:
        """What to call it on the screen."""
        thread = self.conversation.thread
        return one_line(thread.name or thread.title, 40) or "new session"

    @property
    def has_name(self) -> bool:
        return bool(self.conversation.thread.name)

    @property
    def new_as(self) -> str | None:
        """The name, or "", of a session that is stored nowhere yet; None for others."""
        return (self.conversation.thread.name or "") if self.conversation.is_new else None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was said in it yet: then it is nowhere but here."""
        return self.conversation.is_new and not self._is_at_work

    @property
    def _is_at_work(self) -> bool:
        return bool(self.sending) or self.conversation.is_busy

    @property
    def mark(self) -> Mark | None:
        match self.conversation.state:
            case State.ASKING:
                return Mark.ASKS
            case State.ANSWERING | State.CANCELLING:
                return Mark.BUSY
            case State.IDLE:
                return self.news

    @property
    def may_go(self) -> bool:
        """Whether it can be closed and read from the store again without a loss."""
        conversation = self.conversation
        is_done = not (self._is_at_work or self.is_titling or conversation.queue)
        is_stored = not (conversation.is_new or conversation.is_behind)
        return is_done and is_stored and not (self.news or self._by_hand)

    async def past(self) -> "list[Message]":
        """The last stored messages before those that `turn` tells of. Raises StoreError."""
        while True:
            first = self._first_of_turn()
            messages = await whole_turns(self.conversation, before=first)
            if self._first_of_turn() == first:  # else a turn began or ended meanwhile
                return messages

    def _first_of_turn(self) -> str | None:
        """Id of the first message that `turn` tells of."""
        if self.turn.start is None:
            return None
        messages = self.conversation.thread.messages[self.turn.start :]
        return messages[0].id if messages else None

    def let_go(self) -> None:
        """Follow the conversation no longer."""
        self._unsubscribe()

    async def close(self) -> None:
        """Stop what runs, keeping the partial answer."""
        self.let_go()
        await self.conversation.close()

    async def _heard(self, event: ExecutionEvent) -> None:
        if event.is_by_hand:
            self._keep_by_hand(event)
        else:
            self._begin_turn(event)
            self.turn.add(event)
        self.progress.add(event)
        self._follow(event)
        self._on_event(self, event)

    def _keep_by_hand(self, event: ExecutionEvent) -> None:
        if event.type not in (EventType.TOOL_PROGRESS, EventType.EXECUTION_COMPLETE):
            self._by_hand.append(event)

    def events(self) -> list[ExecutionEvent]:
        """What stands behind the messages of `past`: the calls that the user made, and the turn."""
        return [*self._by_hand, *self.turn.events()]

    def _begin_turn(self, event: ExecutionEvent) -> None:
        """Start a new log when the event begins a turn: with a message of the user, or without one
        when an earlier message is answered again."""
        if event.type is EventType.MESSAGE_CREATED and event.data["message"].role == "user":
            self.turn.begin(len(self.conversation.thread.messages) - 1)
        elif event.type is EventType.ITERATION_START and not self.turn.is_open:
            self.turn.begin(len(self.conversation.thread.messages))

    def _follow(self, event: ExecutionEvent) -> None:
        match event.type:
            case EventType.APPROVAL_REQUESTED:
                self.question = event
            case EventType.TOOL_EXECUTING | EventType.TOOL_ERROR:
                asked = self.question
                if asked and asked.data["tool_call_id"] == event.data["tool_call_id"]:
                    self.question = None
            case EventType.EXECUTION_COMPLETE:
                self.question = None
                self.news = self.news if event.is_by_hand else Mark.ANSWERED
            case EventType.EXECUTION_ERROR:
                self.question, self.news = None, Mark.FAILED
            case EventType.EXECUTION_CANCELLED:
                self.question, self.news = None, None
            case _:
                pass
