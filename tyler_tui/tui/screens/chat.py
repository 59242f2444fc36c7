"""The chat: composes the widgets, and routes keys, commands and events to whoever has the job.

It formats nothing and decides nothing: sessions belong to `desk`, prompts to `sending`, approvals
to `questions`, stopping and leaving to `leaving`, and what a command does stands in
`tyler_tui.tui.actions`, whose text says how to add one.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Static
from textual.worker import Worker

from tyler_tui.commands import COMMANDS, Command, by_id
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.hints import in_chat
from tyler_tui.prompt_history import PromptHistory
from tyler_tui.tui import clipboard, links
from tyler_tui.tui.background import Work, run_beside
from tyler_tui.tui.bindings import bound
from tyler_tui.tui.branching import Branching
from tyler_tui.tui.code_blocks import CodeWalk
from tyler_tui.tui.finding import Finding
from tyler_tui.tui.keeping import Keeping
from tyler_tui.tui.launch import Launch
from tyler_tui.tui.leaving import Leaving
from tyler_tui.tui.mcp_watch import McpWatch
from tyler_tui.tui.message_cursor import MessageCursor
from tyler_tui.tui.open_session import Mark, OpenSession
from tyler_tui.tui.opening import Opening
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.questions import Questions
from tyler_tui.tui.sending import Sending
from tyler_tui.tui.session_desk import SessionDesk
from tyler_tui.tui.welcome import welcome, what_is_used
from tyler_tui.tui.widgets.composer import Composer
from tyler_tui.tui.widgets.conversation_view import ConversationView
from tyler_tui.tui.widgets.header import Header
from tyler_tui.tui.widgets.kept_rows import KeptRows
from tyler_tui.tui.widgets.letter_commands import LetterCommands
from tyler_tui.tui.widgets.status_bar import StatusBar
from tyler_tui.tui.widgets.transcript import Transcript
from tyler_tui.tui.writing import Writing

if TYPE_CHECKING:
    from tyler_tui.backend import Backend
    from tyler_tui.conversation import Conversation
    from tyler_tui.messages import Message
    from tyler_tui.tui.app import TylerApp
    from tyler_tui.tui.widgets.approval_card import ApprovalCard
    from tyler_tui.tui.widgets.attachment_bar import AttachmentBar
    from tyler_tui.tui.widgets.completion import CompletionList
    from tyler_tui.tui.widgets.find_bar import FindBar
    from tyler_tui.tui.widgets.queue_list import QueueList
    from tyler_tui.tui.widgets.tool_rows import ToolRows

SHORT_ROWS = 30
"""Screens with fewer rows do without the space above the composer."""
FOCUS_NEXT = by_id("focus.next")


class ChatScreen(KeptRows, Screen[object]):
    """One conversation with its tool panel and composer."""

    app: "TylerApp"
    AUTO_FOCUS = "#composer"

    BINDINGS = [
        bound(
            command,
            f"command({command.id!r})",
            priority=command.anywhere and command is not FOCUS_NEXT,
        )
        for command in (*COMMANDS, FOCUS_NEXT)
        if not command.on_marked
    ]

    def __init__(self, backend: "Backend", launch: Launch) -> None:
        super().__init__()
        self.backend = backend
        self.launch = launch
        self.opening = Opening(self)
        self.desk = SessionDesk(self)
        self.sending = Sending(self)
        self.questions = Questions(self)
        self.leaving = Leaving(self)
        self.keeping = Keeping(self)
        self.mcp_watch = McpWatch(self)
        self.finding = Finding(self)
        self.writing = Writing(self)
        self.furnished = asyncio.Event()
        """Set when what comes behind the first paint is there."""
        self._is_prompt_begun = False
        """Whether text typed elsewhere is on its way to the composer."""

    def compose(self) -> ComposeResult:
        yield Header(self.launch.keys)
        yield ConversationView(self.palette, self.launch.keys, id="conversation")
        with Horizontal(id="entry"):
            yield Static(">", id="prompt-mark", markup=False)
            history = PromptHistory(self.launch.history)
            yield Composer(history, self.launch.keys, id="composer")
        yield StatusBar(self.launch.keys)

    async def furnish(self) -> None:
        """Make what is not seen at first; it would keep the first paint waiting."""
        from tyler_tui.tui import actions  # noqa: F401, PLC0415 - or the first key waits for them
        from tyler_tui.tui.widgets.approval_card import ApprovalCard  # noqa: PLC0415
        from tyler_tui.tui.widgets.attachment_bar import AttachmentBar  # noqa: PLC0415
        from tyler_tui.tui.widgets.completion import CompletionList  # noqa: PLC0415
        from tyler_tui.tui.widgets.find_bar import FindBar  # noqa: PLC0415
        from tyler_tui.tui.widgets.queue_list import QueueList  # noqa: PLC0415

        await self.view.furnish()
        await self.mount(
            ApprovalCard(self.launch.keys, id="approval"),
            FindBar(id="find"),
            QueueList(self.launch.keys, id="queue"),
            CompletionList(id="completions"),
            AttachmentBar(id="attachments"),
            before="#entry",
        )
        self.approval.fit(self.size.height)
        self.writing.completing.refresh()
        self.furnished.set()

    async def on_mount(self) -> None:
        self.view.transcript.frames_per_second = self.launch.frames_per_second
        self.view.transcript.viewport.mode = self.launch.follow
        self.view.transcript.use_keys(self.launch.keys)
        self.status.still = self.composer.still = self.launch.reduced_motion
        self.composer.set_draft(self.launch.typed)
        self.view.show_end = self.desk.show_end
        self.composer.recall = self.sending.edit_last_queued
        self.composer.helper = self.writing
        self.composer.focus()
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.call_after_refresh(self.opening.begin)

    # The widgets

    @cached_property  # these two are asked for with every token
    def view(self) -> ConversationView:
        return self.query_one(ConversationView)

    @cached_property
    def cursor(self) -> MessageCursor:
        """Which message is marked."""
        return MessageCursor(self.view.transcript)

    @cached_property
    def code_walk(self) -> CodeWalk:
        return CodeWalk(self.view.transcript)

    @cached_property
    def branching(self) -> Branching:
        return Branching(self, self.cursor)

    @property
    def composer(self) -> Composer:
        return self.query_one(Composer)

    @property
    def queue_list(self) -> "QueueList":
        """There once a session is."""
        return cast("QueueList", self.query_one("#queue"))

    @property
    def approval(self) -> "ApprovalCard":
        """There once a session is."""
        return cast("ApprovalCard", self.query_one("#approval"))

    @property
    def asking_card(self) -> "ApprovalCard | None":
        """The card, while it asks something."""
        cards = (card for card in self.query("#approval") if card.display)
        return cast("ApprovalCard | None", next(cards, None))

    @property
    def focused_card(self) -> "ApprovalCard | None":
        """The card, while it or a part of it has the focus."""
        card = self.asking_card
        return card if card is not None and card.has_focus_within else None

    @cached_property
    def status(self) -> StatusBar:
        return self.query_one(StatusBar)

    @property
    def conversation(self) -> "Conversation | None":
        """What is shown; None until the store is open."""
        return self.desk.shown.conversation if self.desk.shown is not None else None

    @property
    def palette(self) -> Palette:
        return self.app.palette

    # Commands

    def run_command(self, command: Command, argument: str = "") -> None:
        """Do what a command of the table says."""
        from tyler_tui.tui import actions  # noqa: PLC0415 - not before the first paint

        actions.run(self, command, argument)

    def _key_escape(self) -> None:
        """Textual would let go of a selection here, before `Leaving` sees that there is one and
        stops no answer for it."""

    def action_command(self, id: str) -> None:
        """The action of every key of the table."""
        self.desk.switching.press(by_id(id))

    # Events of the conversation

    def show_session(self, session: OpenSession, past: "Sequence[Message]") -> None:
        """Show a session that was put on the desk's top: its messages before the turn that is
        under way, that turn, and its question."""
        conversation = session.conversation
        card = welcome(self.palette, conversation, self.launch.workspace, self.launch.keys)
        if self.view.panel.has_focus_within:  # it is about another session now, or empty
            self.composer.focus()
        self.view.open(conversation, past, session.events(), card)
        self.status.follow(session.progress)
        self.show_state()
        self.questions.show(session.question)
        self.show_totals()
        if not conversation.is_busy:
            self.sending.return_queue(session)

    async def show_message(self, message_id: str, pattern: re.Pattern[str] | None) -> bool:
        """Go to a message of the session that is shown, and to what `pattern` finds first in it.
        Returns whether it is on the current branch. Raises StoreError."""
        head = await self.view.go_to(message_id, pattern)
        if head is not None:
            self.cursor.mark(head, reveal=False)
        return head is not None

    def heard(self, event: ExecutionEvent) -> None:
        """Show one event of the conversation."""
        if self.conversation is None or not self.is_attached:
            return
        self.view.show(event)
        match event.type:
            case EventType.LLM_STREAM_CHUNK | EventType.LLM_THINKING_CHUNK:
                return
            case EventType.EXECUTION_CANCELLED | EventType.EXECUTION_ERROR:
                if self.desk.shown is not None:
                    self.sending.return_queue(self.desk.shown)
            case _:
                pass
        self.questions.heard(event)
        self.show_state()
        self.show_totals()

    def show_state(self) -> None:
        """Show what the session is doing, and what waits in it."""
        if self.conversation is not None:
            queue = tuple(self.conversation.queue)
            self.status.set_state(self.conversation.state, len(queue))
            if self.queue_list.has_focus and not queue:
                self.composer.focus()
            self.queue_list.show(queue)
            self.composer.tell_of_queue(bool(queue))
            self.app.attention.tell(self.desk.shown)

    def show_totals(self) -> None:
        """Show what the session is, cost so far, and may do unasked."""
        for header in self.query(Header):  # there is none any more while the program leaves
            if self.conversation is not None:
                header.show(self.conversation)
                self.status.set_mode(self.conversation.policy.mode)
                self.view.tell_what_is_used(what_is_used(self.conversation, self.launch.workspace))
        self.writing.attached.show()  # another model may see images, or not
        self.app.attention.tell(self.desk.shown)

    def show_others(self, marks: Mapping[Mark, int]) -> None:
        """Show how many other sessions bear each mark."""
        for header in self.query(Header):
            header.others = dict(marks)
        self.app.attention.tell(self.desk.shown, others_ask=bool(marks.get(Mark.ASKS)))

    def work_on(self, work: Work[object], group: str, *, exclusive: bool = False) -> Worker[None]:
        """Let `work` go on beside the screen, `exclusive` in place of what its group does; an error
        that belongs to no conversation is told."""
        return run_beside(self, partial(self._reported, work), group, exclusive=exclusive)

    async def _reported(self, work: Work[object]) -> None:
        try:
            await work()
        except TylerError as error:
            self.report(error)

    def show_unsaved(self, on: bool) -> None:
        """Show that something is not saved, or no longer."""
        for header in self.query(Header):
            header.unsaved = on

    def report(self, error: TylerError, title: str = "") -> None:
        """Tell of an error that belongs to no conversation."""
        text = f"{error.message}\n{in_chat(error.hint)}".strip()
        self.notify(text, title=title or error.title, severity="error", markup=False, timeout=10)

    # Messages of the widgets

    # By name, as those of the widgets that come behind the first paint

    def on_completion_list_taken(self, event: "CompletionList.Taken") -> None:
        self.writing.completing.take_clicked(event.choice)

    def on_attachment_bar_remove_requested(self, event: "AttachmentBar.RemoveRequested") -> None:
        self.writing.attached.remove(event.name)

    @on(Composer.LeaveRequested)
    def _leave_requested(self) -> None:
        self.leaving.leave_on_second("Ctrl+D")

    @on(Header.UnsavedClicked)
    def _unsaved_clicked(self) -> None:
        self.keeping.explain()

    @on(Header.OthersClicked)
    def _others_clicked(self) -> None:
        self.desk.switch_to_pressing()

    def on_find_bar_changed(self, event: "FindBar.Changed") -> None:
        self.finding.look_for(event.text)

    def on_find_bar_stepped(self, event: "FindBar.Stepped") -> None:
        self.finding.step(event.by)

    def on_approval_card_decided(self, event: "ApprovalCard.Decided") -> None:
        self.questions.decided(event)

    def on_approval_card_edited(self, event: "ApprovalCard.Edited") -> None:
        self.work_on(partial(self.questions.reconsider, event), group="reconsider", exclusive=True)

    def on_approval_card_typed(self, event: "ApprovalCard.Typed") -> None:
        """These keys came before the question could be read."""
        self.composer.focus()
        self.composer.insert(event.text)

    @on(Transcript.CopyRequested)
    def _copy_requested(self, event: Transcript.CopyRequested) -> None:
        clipboard.copy(self, event.text, event.what)

    @on(Transcript.MessageClicked)
    def _message_clicked(self, event: Transcript.MessageClicked) -> None:
        self.cursor.mark(event.head)
        self.view.transcript.focus(scroll_visible=False)

    @on(Transcript.ImageOpened)
    def _image_opened(self, event: Transcript.ImageOpened) -> None:
        from tyler_tui.tui.actions.images import look_at  # noqa: PLC0415 - as above

        look_at(self, event.image)

    @on(LetterCommands.CommandChosen)
    @on(Header.CommandChosen)
    @on(StatusBar.CommandChosen)
    def _command_chosen(
        self, event: LetterCommands.CommandChosen | Header.CommandChosen | StatusBar.CommandChosen
    ) -> None:
        self.action_command(event.command)

    def on_tool_rows_link_opened(self, event: "ToolRows.LinkOpened") -> None:
        links.open_link(self, event.href)

    @on(Transcript.LinkOpened)
    def _link_opened(self, event: Transcript.LinkOpened) -> None:
        links.open_link(self, event.href)

    # The screen itself

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if event.widget is not self.composer:
            self._is_prompt_begun = False
        places = [event.widget.id or "", *(parent.id or "" for parent in event.widget.ancestors)]
        self.status.set_place(next((place for place in places if place), ""))

    def on_key(self, event: events.Key) -> None:
        """Text that is typed where nothing takes it belongs into the composer, and so does what
        follows it before the focus does."""
        if event.is_printable and self.asking_card is None:
            self._is_prompt_begun = True
            self.cursor.mark(None)
            self.composer.focus()
        elif not (self._is_prompt_begun and event.key == "enter"):
            return
        event.stop()  # the composer takes all of these, so that none comes back
        self.composer.post_message(events.Key(event.key, event.character))

    def on_resize(self) -> None:
        self.set_class(self.size.height < SHORT_ROWS, "-short")
        for card in self.query("#approval"):
            cast("ApprovalCard", card).fit(self.size.height)

    def _theme_changed(self, _: Theme) -> None:
        self.view.set_palette(self.palette)
