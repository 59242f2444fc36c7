"""Which sessions are open, and which one is on the screen.

Switching away from an answer leaves it running: its session stays open, follows the events and
draws nothing. A session that has nothing more to say is let go of, and read from the store when it
is wanted again.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from tyler_tui.commands import by_id, key_label, keys_of
from tyler_tui.errors import ThreadBusyError, TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.sanitize import one_line
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.drafts import Drafts
from tyler_tui.tui.open_session import Mark, OpenSession, Place
from tyler_tui.tui.run_record import RunRecord
from tyler_tui.tui.switching import Switching, Target

if TYPE_CHECKING:
    from tyler_tui.agent.approval import ApprovalPolicy
    from tyler_tui.conversation import Conversation
    from tyler_tui.tui.screens.chat import ChatScreen


TITLES = "titles"


class SessionDesk:
    """Opens sessions for the chat, shows one of them, and closes all at the end."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._backend = chat.backend
        self._open: dict[str, OpenSession] = {}
        self._marks: dict[str, Mark | None] = {}
        """The marks as they were told last, also that of what is on the screen."""
        self._policies: dict[str, ApprovalPolicy] = {}
        """What was allowed in sessions that were let go of."""
        self.shown: OpenSession | None = None
        """What is on the screen; None until the store is open."""
        self.drafts = Drafts(chat.launch.drafts, chat.launch.workspace, self._waiting_in)
        self.said = RunRecord()
        self._watchers: list[Callable[[], None]] = []
        self.switching = Switching(chat, chat.launch.prompt)

    @property
    def open_ids(self) -> list[str]:
        """The sessions that are open, on the screen or behind it."""
        return list(self._open)

    # Switching

    async def pick(self) -> Place | None:
        """What the user chooses from the list. Raises TylerError."""
        from tyler_tui.tui.screens.sessions import SessionsScreen  # noqa: PLC0415 - not for start

        screen = SessionsScreen(await self._backend.stored(), self, self._chat.launch.keys)
        return await self._chat.app.push_screen_wait(screen)

    async def show_first(self, conversation: "Conversation", place: Place | None) -> None:
        """Show the first session."""
        session = self._take_in(conversation)
        await self.show(session, place, then=self.switching.arrived)
        self.switching.follow_up()

    def switch_to(self, target: Target, draft: str = "") -> None:
        """Show a session, or a new one, with a draft before the one that is there. What is under
        way in this one goes on."""
        self.switching.go(target, draft)

    def is_shown(self, target: Target) -> bool:
        """Whether `target` is known to be what is on the screen."""
        if target is None:
            return self._blank is not None and self._blank is self.shown
        if not isinstance(target, Place) or target.message_id is not None:
            return False
        return self.shown is not None and self.shown.id == target.session_id

    @property
    def _blank(self) -> OpenSession | None:
        """The session in which something new may be said."""
        return next((s for s in self._open.values() if s.is_blank and not s.has_name), None)

    async def opened(self, session_id: str | None) -> OpenSession:
        """The session with that id, opened unless it is; without one, a blank one. Raises
        TylerError."""
        if session_id is None:
            return self._blank or self._take_in(await self._backend.new_session())
        if session_id in self._open:
            return self._open[session_id]
        return self._take_in(await self._backend.open_session(session_id))

    def _take_in(self, conversation: "Conversation") -> OpenSession:
        session = OpenSession(conversation, self._heard)
        conversation.policy = self._policies.pop(session.id, conversation.policy)
        self._open[session.id] = session
        self._tell_notice(session)
        return session

    def _tell_notice(self, session: OpenSession) -> None:
        """Say once what whoever is in a session must know."""
        notice, session.conversation.notice = session.conversation.notice, ""
        if notice:
            self._chat.notify(notice, title="Session", severity="warning", markup=False, timeout=30)

    async def show(
        self, session: OpenSession, place: Place | None, *, then: Callable[[OpenSession], None]
    ) -> None:
        """Put `session` on the screen in place of the one that is there, and call `then` before
        anything else happens in it."""
        failure: TylerError | None = None
        if not session.is_blank:
            from tyler_tui.tui.markdown.warming import warm_parser  # noqa: PLC0415 - not for start

            await asyncio.to_thread(warm_parser)  # or the keys would wait for it
        try:
            past = await session.past()
        except TylerError as error:
            past, failure = [], error
        # From here on nothing is awaited: no event may come between what is drawn and what follows.
        before, self.shown, session.news = self.shown, session, None
        if before is not session:
            self._chat.branching.give_up()
        self._chat.show_session(session, past)
        self._chat.app.seen(session.id)
        then(session)
        if failure is not None:
            self._chat.view.show_error(failure)
        self._clear_away()
        self._tell_marks()
        if place is not None and place.message_id is not None:
            await self._go_to(session.conversation, place.message_id, place.pattern)

    async def _go_to(
        self, conversation: "Conversation", message_id: str, pattern: re.Pattern[str] | None
    ) -> None:
        """Show a message of the session on the screen, on whatever branch it stands."""
        chat = self._chat
        try:
            if await chat.show_message(message_id, pattern):
                return
            await conversation.switch_branch(message_id)
            await self.reshow(conversation)
            await chat.show_message(message_id, pattern)
        except KeyError:
            chat.status.say("that message is not in this session any more")
        except TylerError as error:
            chat.report(error)

    async def reshow(self, conversation: "Conversation") -> None:
        """Draw a conversation anew, from its thread, after that was changed; when another one is
        shown by now, it is drawn so later. Raises StoreError."""
        session = self._open.get(conversation.thread.id)
        if session is None:
            return
        session.turn.clear()
        if session is self.shown:
            await self.show_end()

    async def show_end(self) -> None:
        """Draw the end of the session that is shown. Raises StoreError."""
        session = self.shown
        if session is None:
            return
        past = await session.past()
        if session is self.shown:
            self._chat.view.open(session.conversation, past, session.events())

    def _clear_away(self) -> None:
        """Let go of what can be read from the store again."""
        for session in list(self._open.values()):
            if session is not self.shown and session.may_go:
                session.let_go()
                del self._open[session.id]
                self._marks.pop(session.id, None)
                self._policies[session.id] = session.conversation.policy

    # What goes on behind the screen

    @property
    def marks(self) -> Mapping[str, Mark]:
        """What the open sessions have to say, by their ids."""
        return {id: mark for id, mark in self._marks.items() if mark is not None}

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call `told` when `marks` change; returns the call that ends it."""
        self._watchers.append(told)
        return lambda: self._watchers.remove(told)

    def _heard(self, session: OpenSession, event: ExecutionEvent) -> None:
        if event.type is EventType.ITERATION_START:
            self.said.note(session.id, session.label)
            self._tell_notice(session)
        if session is self.shown:
            session.news = None  # it is seen as it comes
            self._chat.heard(event)
        if event.type is EventType.ITERATION_START or event.type.is_terminal:
            self.keep_waiting(session)  # only now is what began saved as a message
        self._chat.app.attention.heard(session, event)
        if event.type is EventType.LLM_RESPONSE or event.type.is_terminal:
            self._chat.app.collect_soon()
        is_answered = event.type is EventType.EXECUTION_COMPLETE and not event.is_by_hand
        if is_answered and self._chat.launch.titles and not session.is_titling:
            session.is_titling = True
            run_beside(self._chat, partial(self._write_title, session), TITLES)
        if self._marks.get(session.id) is not session.mark:
            self._tell_marks()
            if session is not self.shown:
                self._notify(session)

    def keep_waiting(self, session: OpenSession) -> None:
        """Let what waits in a session outlive the program, where that has changed."""
        waiting = self._waiting_in(session.id)
        if waiting == session.kept_waiting or session.id not in self._open:
            return
        session.kept_waiting = waiting
        if session is self.shown and not self.switching.is_under_way:
            self._chat.writing.save_draft()
        else:
            self.drafts.keep_anew(session.id, new_as=session.new_as)

    def _waiting_in(self, session_id: str) -> list[str]:
        """The prompts that wait for their turn in a session, and those on their way there."""
        if (session := self._open.get(session_id)) is None:
            return []
        unsaid = session.conversation.unsaid
        return [*(queued.text for queued in unsaid if queued.call is None),
                *filter(None, session.sending)]  # fmt: skip

    async def _write_title(self, session: OpenSession) -> None:
        try:
            if await session.conversation.write_title() and session is self.shown:
                self._chat.show_totals()
        finally:
            session.is_titling = False
            self._clear_away()

    def _tell_marks(self) -> None:
        """Show how many other sessions are busy, ask, or have news."""
        self._marks = {session.id: session.mark for session in self._open.values()}
        shown_id = self.shown.id if self.shown is not None else None
        self._chat.show_others(
            Counter(mark for id, mark in self._marks.items() if mark and id != shown_id)
        )
        for told in self._watchers:
            told()

    def _notify(self, session: OpenSession) -> None:
        """Tell what cannot wait until the user looks there."""
        mark = self._marks[session.id]
        if mark is Mark.ASKS and session.question is not None:
            data = session.question.data
            what = one_line(f"{data['tool_name']}: {data['summary']}", 120)
            self._chat.app.notify(
                f"{what}\n{self._way_there}",
                title=f"{session.label} asks",
                severity="warning",
                markup=False,
                about=session.id,
            )
        elif mark is Mark.FAILED:
            self._chat.app.notify(
                f"An error ended the answer.\n{self._way_there}",
                title=session.label,
                severity="error",
                markup=False,
                about=session.id,
            )

    @property
    def _way_there(self) -> str:
        command = by_id("session.waiting")
        key = keys_of(command, self._chat.launch.keys)[0]
        return f"{key_label(key) if key else f'/{command.slash[0]}'} goes there."

    # Changing what is kept

    @property
    def unsaid(self) -> list[OpenSession]:
        """Sessions behind the screen that are nowhere else: nothing was said in them yet."""
        return [s for s in self._open.values() if s.is_blank and s is not self.shown]

    async def rename(self, session_id: str, name: str) -> None:
        """Give a session a name. Raises NameTakenError, StoreError."""
        await self._backend.rename(session_id, name)
        session = self._open.get(session_id)
        if session is not None:
            session.conversation.thread.name = " ".join(name.split())
            self._chat.show_totals()

    async def delete(self, session_id: str) -> None:
        """Put a session into the trash; the one on the screen makes room for a new one. Raises
        ThreadBusyError while an answer is under way in it, StoreError."""
        session = self._open.get(session_id)
        if session is not None and not session.may_go and not session.is_blank:
            raise ThreadBusyError(
                f"An answer is under way in “{session.label}”, or waits for you there.",
                hint="Stop it, or look there first.",
            )
        if session is None or not session.is_blank:
            await (await self._backend.stored()).delete_thread(session_id)
        if session is not None:
            if session is self.shown:
                await self.show(await self.opened(None), None, then=self._bring_draft)
            session.let_go()
            self._open.pop(session_id, None)
            self.drafts.drop(session_id)
            self._tell_marks()

    def _bring_draft(self, session: OpenSession) -> None:
        """Show the draft of a session in place of one that goes away."""
        if not self.switching.is_under_way:
            self._chat.composer.restore(self.drafts.take(session.id))

    def switch_to_pressing(self) -> None:
        """Show the other session that is waited for most: one that asks, or else failed, or has an
        answer, or is busy."""
        order = list(Mark)
        others = [s for s in self._open.values() if s is not self.shown and s.mark]
        if others:
            most = min(others, key=lambda session: order.index(session.mark or Mark.BUSY))
            self.switch_to(Place(most.id))
        else:
            self._chat.status.say("no other session is busy or has news")

    # The end

    @property
    def is_answering(self) -> bool:
        """Whether an answer is under way, on the screen or behind it."""
        return any(session.conversation.is_busy for session in self._open.values())

    @property
    def busy_others(self) -> int:
        """How many answers are under way behind the screen."""
        return sum(
            session.conversation.is_busy
            for session in self._open.values()
            if session is not self.shown
        )

    async def close(self) -> None:
        """Stop what runs, keeping the partial answers, and let go of all sessions. What waits for
        its turn becomes the draft."""
        self.switching.give_up()
        for session in self._open.values():
            self._chat.sending.give_up(session)
        if self.shown is not None:
            draft = self._chat.branching.draft_and_edit()
            self.drafts.put(self.shown.id, draft, new_as=self.shown.new_as)
        self._chat.workers.cancel_group(self._chat, TITLES)
        sessions, self._open, self.shown = list(self._open.values()), {}, None
        await asyncio.gather(*(session.close() for session in sessions))
        for session in sessions:  # only now is it known what had not begun
            self._chat.sending.return_queue(session)
            self.drafts.keep_anew(session.id, new_as=session.new_as)
