"""Which conversations are open, and which one is on the screen.

Switching away from an answer leaves it running: its session stays open, follows the events and
draws nothing. A session that has nothing more to say is let go of, and read from the store when it
is wanted again.
"""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from tyler_tui.agent.approval import ApprovalPolicy
from tyler_tui.conversation import Conversation
from tyler_tui.errors import NoModelError, TylerError
from tyler_tui.events import ExecutionEvent
from tyler_tui.sanitize import one_line
from tyler_tui.tui.drafts import Drafts
from tyler_tui.tui.open_session import Mark, OpenSession

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


class SessionDesk:
    """Opens sessions for the chat, shows one of them, and closes all at the end."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._backend = chat.backend
        self._open: dict[str, OpenSession] = {}
        self._marks: dict[str, Mark | None] = {}
        """The marks as they were told last, of what is not on the screen."""
        self._policies: dict[str, ApprovalPolicy] = {}
        """What was allowed in sessions that were let go of."""
        self.shown: OpenSession | None = None
        """What is on the screen; None until the store is open."""
        self.drafts = Drafts()
        self._is_first_open = asyncio.Event()

    @property
    def open_ids(self) -> list[str]:
        """The sessions that are open, on the screen or behind it."""
        return list(self._open)

    # The first session

    def open_first(self, *, pick: bool) -> None:
        """Open what the command line asked for, behind the first paint; with `pick`, what the user
        chooses from the list."""
        self._chat.run_worker(self._open_first(pick), group="open first")

    async def _open_first(self, pick: bool) -> None:
        app = self._chat.app
        try:
            picked = await self.pick() if pick else None
            conversation = await self._open_or_choose_model(picked)
        except TylerError as error:  # without a session there is nothing to do here
            app.exit(error)
            return
        if conversation is None:
            app.exit()
            return
        await self._show(self._take_in(conversation))
        self._is_first_open.set()
        self.prepare_model()

    async def _open_or_choose_model(self, picked: str | None) -> Conversation | None:
        """The conversation that was picked, or that the command line asked for; None when a model
        was needed and none was chosen."""
        try:
            return await self._open_picked(picked)
        except NoModelError:
            from tyler_tui.tui.screens.first_run import FirstRunScreen  # noqa: PLC0415 - once

            await self._chat.app.push_screen_wait(FirstRunScreen(self._backend))
        return None if self._backend.model is None else await self._open_picked(picked)

    async def _open_picked(self, picked: str | None) -> Conversation:
        if picked is not None:
            return await self._backend.open_session(picked)
        return await self._backend.open_first()

    def prepare_model(self) -> None:
        """Load what the model in use needs, behind the screen."""
        self._chat.run_worker(self._prepare_model(), group="prepare", exclusive=True)

    async def _prepare_model(self) -> None:
        status = self._chat.status
        status.set_loading(True)
        try:
            await self._backend.prepare()
        except TylerError as error:
            self._chat.view.show_error(error)
            return
        finally:
            status.set_loading(False)
        self._chat.show_totals()
        from tyler_tui.tui.markdown.warming import warm  # noqa: PLC0415 - not for the first paint

        await asyncio.to_thread(warm)

    async def pick(self) -> str | None:
        """The id of the session that the user chooses from the list. Raises TylerError."""
        from tyler_tui.tui.screens.sessions import SessionsScreen  # noqa: PLC0415 - not for start

        summaries = await self._backend.sessions()
        return await self._chat.app.push_screen_wait(SessionsScreen(summaries))

    # Switching

    def switch_to(self, session_id: str | None) -> None:
        """Show another session, or a new one. What is under way in this one goes on."""
        self._chat.run_worker(self._switch_to(session_id), group="open", exclusive=True)

    async def _switch_to(self, session_id: str | None) -> None:
        await self._is_first_open.wait()
        await self._chat.composer.settled()  # a prompt that was sent before belongs to this session
        try:
            session = await self._opened(session_id)
        except TylerError as error:
            self._chat.report(error)
            return
        if session is self.shown:
            what = "new, and nothing was said in it yet" if session.is_blank else "the one you see"
            self._chat.status.say(f"this session is {what}")
        else:
            await self._show(session)

    async def _opened(self, session_id: str | None) -> OpenSession:
        """The session with that id, opened unless it is; without one, a blank one."""
        if session_id is None:
            blank = [s for s in self._open.values() if s.is_blank and not s.has_name]
            return blank[0] if blank else self._take_in(await self._backend.new_session())
        if session_id in self._open:
            return self._open[session_id]
        return self._take_in(await self._backend.open_session(session_id))

    def _take_in(self, conversation: Conversation) -> OpenSession:
        session = OpenSession(conversation, self._heard)
        conversation.policy = self._policies.pop(session.id, conversation.policy)
        self._open[session.id] = session
        return session

    async def _show(self, session: OpenSession) -> None:
        """Put `session` on the screen in place of the one that is there."""
        failure: TylerError | None = None
        try:
            past = await session.past()
        except TylerError as error:
            past, failure = [], error
        # From here on nothing is awaited: no event may come between what is drawn and what follows.
        before, self.shown, session.news = self.shown, session, None
        composer = self._chat.composer
        if before is not None:
            self._chat.branching.give_up()
            self.drafts.put(before.id, composer.draft)
            composer.restore(self.drafts.take(session.id))
        self._chat.show_session(session, past)
        if failure is not None:
            self._chat.view.show_error(failure)
        self._clear_away()
        self._tell_others()

    async def reshow(self) -> None:
        """Draw the session that is shown anew, from its thread, after that was changed."""
        session = self.shown
        if session is None:
            return
        session.turn.clear()
        await self.show_end()

    async def show_end(self) -> None:
        """Draw the end of the session that is shown. Raises StoreError."""
        session = self.shown
        if session is None:
            return
        past = await session.past()
        if session is self.shown:
            self._chat.view.open(session.conversation, past, session.turn.events())

    def _clear_away(self) -> None:
        """Let go of what can be read from the store again."""
        for session in list(self._open.values()):
            if session is not self.shown and session.may_go:
                session.let_go()
                del self._open[session.id]
                self._marks.pop(session.id, None)
                self._policies[session.id] = session.conversation.policy

    # What goes on behind the screen

    def _heard(self, session: OpenSession, event: ExecutionEvent) -> None:
        if session is self.shown:
            session.news = None  # it is seen as it comes
            self._chat.heard(event)
        elif self._marks.get(session.id) is not session.mark:
            self._tell_others()
            self._notify(session)

    def _tell_others(self) -> None:
        """Show how many other sessions are busy, ask, or have news."""
        others = [session for session in self._open.values() if session is not self.shown]
        self._marks = {session.id: session.mark for session in others}
        self._chat.show_others(Counter(mark for mark in self._marks.values() if mark))

    def _notify(self, session: OpenSession) -> None:
        """Tell what cannot wait until the user looks there."""
        mark = self._marks[session.id]
        if mark is Mark.ASKS and session.question is not None:
            data = session.question.data
            what = one_line(f"{data['tool_name']}: {data['summary']}", 120)
            self._chat.notify(f"{what}\nF2 goes there.", title=f"{session.label} asks",
                              severity="warning", markup=False)  # fmt: skip
        elif mark is Mark.FAILED:
            self._chat.notify("An error ended the answer.\nF2 goes there.", title=session.label,
                              severity="error", markup=False)  # fmt: skip

    def switch_to_pressing(self) -> None:
        """Show the other session that is waited for most: one that asks, or else failed, or has an
        answer, or is busy."""
        order = list(Mark)
        others = [s for s in self._open.values() if s is not self.shown and s.mark]
        if others:
            self.switch_to(min(others, key=lambda s: order.index(s.mark or Mark.BUSY)).id)
        else:
            self._chat.status.say("no other session is busy or has news")

    # The end

    @property
    def busy_others(self) -> int:
        """How many answers are under way behind the screen."""
        return sum(
            session.conversation.is_busy
            for session in self._open.values()
            if session is not self.shown
        )

    async def close(self) -> None:
        """Stop what runs, keeping the partial answers, and let go of all sessions."""
        sessions, self._open, self.shown = list(self._open.values()), {}, None
        await asyncio.gather(*(session.close() for session in sessions))
