"""From one session to the next while keys go on coming.

Over a slow line many keys arrive at once: what is typed belongs to the session that was asked for
last, also before that one is on the screen. What stood in the composer then stays the draft of the
session that is left; prompts, and keys that act on a session, wait until theirs is open; when it
cannot be opened, what was typed is put back into the composer.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec import Struct, field

from tyler_tui.commands import Command
from tyler_tui.errors import TylerError
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.draft import Draft, joined
from tyler_tui.tui.open_session import OpenSession, Place
from tyler_tui.tui.widgets.letter_commands import LetterCommands

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

Target = Place | None | Callable[[], Awaitable[Place | None]]
"""Where to go: to a place, to a new session (None), or to what is still to be found out, which may
raise TylerError."""


OPENING = "open"
"""The group of the worker that opens sessions."""


class Said(Struct, frozen=True):
    """What the user sent. `typed` is what was typed of it, which may be less than all: the files
    that are named there go with it. A prompt is sent as it is, else it may be a slash command."""

    text: str
    typed: str
    is_prompt: bool = False


class Coming(Struct):
    """A session that was asked for and is not on the screen yet."""

    target: Target
    brought: str = ""
    """What was put into the composer for it."""
    is_first: bool = False
    """Whether it is the one of the start, which opens by itself."""
    waiting: list[Said | Command] = field(default_factory=list)
    """What is to be sent and done in it."""
    written: Draft | None = None
    """What was being written in it when yet another session was asked for; until then that is in
    the composer."""


class Switching:
    """Opens the sessions that are asked for, one behind the other."""

    def __init__(self, chat: "ChatScreen", prompt: str) -> None:
        """`prompt` goes out once the first session is open."""
        self._chat = chat
        first = Coming(None, is_first=True)
        if prompt:
            first.waiting.append(Said(prompt, prompt, is_prompt=True))
        self._coming = deque([first])
        """What is written in the composer belongs to the last of them, if there is any."""
        self._leaving = 0
        """How many are asked for by keys behind which others are still on their way."""
        self._is_opening = True  # as the first one does by itself

    @property
    def is_under_way(self) -> bool:
        """Whether what is in the composer belongs to another session than the one that is shown."""
        return bool(self._coming)

    def hold(self, said: Said) -> None:
        """Send `said` when the session that comes is there."""
        self._coming[-1].waiting.append(said)
        self._chat.status.say("opening the session… what you sent goes out when it is there")

    def press(self, command: Command) -> None:
        """Do the command of a key, in the session that comes when it is about one. There is no
        other before the first: what its command needs it waits for itself, and the keys behind it
        with it."""
        if self._leaving and not is_for_all(command):
            self._chat.composer.call_behind_keys(lambda: self.press(command))
        elif is_for_all(command) or not self._coming or self._coming[-1].is_first:
            self._chat.run_command(command)
        else:
            self._coming[-1].waiting.append(command)

    def go(self, target: Target, draft: str = "") -> None:
        """Go to a session. The keys that were pressed before are for the one that is left, those
        that follow for the one that comes, behind `draft`."""
        self._leaving += 1
        self._chat.composer.call_behind_keys(lambda: self._leave_for(target, draft))
        if isinstance(self._chat.focused, LetterCommands):  # it is about the one that is left
            self._chat.composer.focus()

    def _leave_for(self, target: Target, draft: str) -> None:
        desk, composer = self._chat.desk, self._chat.composer
        self._leaving -= 1
        if not self._coming and desk.is_shown(target):
            self._stay_here(draft)
            return
        self._chat.branching.give_up()
        if self._coming:
            self._coming[-1].written = composer.draft
        elif desk.shown is not None:
            desk.drafts.put(desk.shown.id, composer.draft, new_as=desk.shown.new_as)
        composer.set_draft(draft)
        self._coming.append(Coming(target, draft))
        self.follow_up()

    def _stay_here(self, draft: str = "") -> None:
        shown = self._chat.desk.shown
        is_blank = shown is not None and shown.is_blank
        what = "new, and nothing was said in it yet" if is_blank else "the one you see"
        self._chat.status.say(f"this session is {what}")
        if draft:
            self._chat.composer.prepend_draft(draft)

    def follow_up(self) -> None:
        """Open what is asked for by now, one behind the other."""
        if self._coming and not self._is_opening:
            self._is_opening = True
            run_beside(self._chat, self._follow_up, OPENING)

    async def _follow_up(self) -> None:
        try:
            while self._coming:
                await self._open_first()
        finally:
            self._is_opening = False

    async def _open_first(self) -> None:
        desk, target = self._chat.desk, self._coming[0].target
        try:
            place = await target() if callable(target) else target
            session = await desk.opened(place.session_id if place is not None else None)
        except TylerError as error:
            self._give_up_first()
            self._chat.report(error)
            return
        if session is desk.shown and (place is None or place.message_id is None):
            self._stay_here()
            self.arrived(session)
        else:
            await desk.show(session, place, then=self.arrived)

    def arrived(self, session: OpenSession) -> None:
        """The session that was asked for first is on the screen: it gets what was typed for it."""
        chat, drafts, coming = self._chat, self._chat.desk.drafts, self._coming.popleft()
        kept = drafts.take(session.id, new_as=session.new_as if coming.is_first else None)
        typed = coming.written or chat.composer.draft
        both = joined([typed, kept], at=0)
        if self._coming:
            drafts.put(session.id, both, new_as=session.new_as)
        elif kept.text:
            chat.composer.restore(both if typed.text else kept)
        if coming.is_first:
            self._is_opening = False
        if kept.text and coming.is_first:
            chat.status.say("what you were writing is back · Ctrl+C clears it")
        for what in coming.waiting:
            if isinstance(what, Said):
                chat.sending.deliver(what)
            else:
                chat.run_command(what)

    def give_up(self) -> None:
        """Open nothing more: what was typed belongs to the session that is shown."""
        self._chat.workers.cancel_group(self._chat, OPENING)
        while self._coming and self._chat.desk.shown is not None:
            self._give_up_first()

    def _give_up_first(self) -> None:
        """Put what was typed for the next session back to where the user is."""
        chat, shown, coming = self._chat, self._chat.desk.shown, self._coming.popleft()
        assert shown is not None  # only the first session comes before there is one
        drafts = chat.desk.drafts
        typed = (coming.written or chat.composer.draft).without(coming.brought)
        said = (Draft(what.text) for what in coming.waiting if isinstance(what, Said))
        parts = [drafts.take(shown.id), *said, typed]
        everything = joined(parts, at=len(parts) - 1)
        if self._coming:
            drafts.put(shown.id, everything, new_as=shown.new_as)
        else:
            chat.composer.restore(everything)


def is_for_all(command: Command) -> bool:
    """Whether a command does the same whichever session is shown."""
    leads_away = command.id in ("session.new", "session.open", "session.switch", "session.waiting")
    return leads_away or command.id.startswith(("app.", "chat.", "prompt."))
