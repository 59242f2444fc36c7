"""The chat: routes keys to the conversation and its events to the widgets. It formats nothing."""

import asyncio
import re
import time
from functools import cached_property

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Static

from tyler_tui.commands import COMMANDS, Command, by_slash, editing
from tyler_tui.conversation import Conversation, State
from tyler_tui.errors import NoModelError, TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.sanitize import one_line
from tyler_tui.tui.backend import Backend, Launch
from tyler_tui.tui.items.cards import Welcome
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.prompt_history import PromptHistory
from tyler_tui.tui.widgets.approval_card import ApprovalCard
from tyler_tui.tui.widgets.composer import Composer
from tyler_tui.tui.widgets.conversation_view import ConversationView
from tyler_tui.tui.widgets.header import Header
from tyler_tui.tui.widgets.status_bar import StatusBar
from tyler_tui.tui.widgets.transcript import Transcript

SHORT_ROWS = 30
"""Screens with fewer rows do without the space above the composer."""
QUIT_SECONDS = 2.0
CALM_SECONDS = 1.0
"""After a cancel, Ctrl+C does nothing for so long: a mashed key must not lead to leaving."""

WELCOME_KEYS = (
    ("Enter", "send"),
    ("Ctrl+J", "new line"),
    ("Ctrl+C", "stop an answer; twice to leave"),
    ("Ctrl+S", "sessions"),
    ("Ctrl+T", "tool calls"),
    ("Ctrl+P", "all commands"),
    ("F1", "all keys"),
)
APPROVAL_WORDS = {
    "ask": "every write is asked about",
    "edits": "files are written unasked",
    "auto": "everything runs unasked",
}
FOCUS_NEXT = editing("focus.next")
_SLASH_WORD = re.compile(r"/([A-Za-z][\w-]*)(?:\s+(.*))?\s*")


class ChatScreen(Screen[object]):
    """One conversation with its tool panel and composer."""

    BINDINGS = [
        Binding(
            ",".join(command.keys),
            command.action,
            command.name,
            id=command.id,
            priority=command.anywhere and command is not FOCUS_NEXT,
            show=False,
        )
        for command in (*COMMANDS, FOCUS_NEXT)
        if command.keys
    ]

    def __init__(self, backend: Backend, launch: Launch) -> None:
        super().__init__()
        self._backend = backend
        self._launch = launch
        self._conversation: Conversation | None = None
        self._unsubscribe = _nothing
        self._waiting_prompt = launch.prompt
        self._quit_armed_at = 0.0
        self._cancelled_at = 0.0

    def compose(self) -> ComposeResult:
        yield Header()
        yield ConversationView(self._palette, id="conversation")
        yield ApprovalCard(id="approval")
        with Horizontal(id="entry"):
            yield Static(">", id="prompt-mark", markup=False)
            history = PromptHistory(self._launch.history)
            yield Composer(history, self._launch.keys, id="composer")
        yield StatusBar()

    async def on_mount(self) -> None:
        self.view.transcript.frames_per_second = self._launch.frames_per_second
        self.status.still = self._launch.reduced_motion
        self.composer.set_draft(self._launch.typed)
        self.composer.focus()
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.call_after_refresh(self.open_first)

    # The widgets

    @cached_property  # these two are asked for with every token
    def view(self) -> ConversationView:
        return self.query_one(ConversationView)

    @property
    def composer(self) -> Composer:
        return self.query_one(Composer)

    @property
    def approval(self) -> ApprovalCard:
        return self.query_one(ApprovalCard)

    @cached_property
    def status(self) -> StatusBar:
        return self.query_one(StatusBar)

    @property
    def conversation(self) -> Conversation | None:
        """What is open; None until the store is."""
        return self._conversation

    @property
    def _palette(self) -> Palette:
        return Palette.from_theme(self.app.current_theme)

    # Opening conversations

    @work(exclusive=True, group="open")
    async def open_first(self) -> None:
        """Open what the command line asked for, behind the first paint."""
        try:
            picked = await self._pick_session() if self._launch.pick_session else None
            conversation = await self._open_or_choose_model(picked)
        except TylerError as error:  # without a session there is nothing to do here
            self.app.exit(error)
            return
        if conversation is None:
            self.app.exit()
            return
        await self._show_conversation(conversation)
        self.run_worker(self._prepare_model(), group="prepare")

    async def _open_or_choose_model(self, picked: str | None) -> Conversation | None:
        """The conversation that was picked, or that the command line asked for; None when a model
        was needed and none was chosen."""
        try:
            if picked is not None:
                return await self._backend.open_session(picked)
            return await self._backend.open_first()
        except NoModelError:
            from tyler_tui.tui.screens.first_run import FirstRunScreen  # noqa: PLC0415 - once

            await self.app.push_screen_wait(FirstRunScreen(self._backend))
        if self._backend.model is None:
            return None
        if picked is not None:
            return await self._backend.open_session(picked)
        return await self._backend.open_first()

    async def _prepare_model(self) -> None:
        self.status.set_loading(True)
        try:
            await self._backend.prepare()
        except TylerError as error:
            self.view.show_error(error)
            return
        finally:
            self.status.set_loading(False)
        self._show_totals()
        from tyler_tui.tui.markdown.warming import warm  # noqa: PLC0415 - not for the first paint

        await asyncio.to_thread(warm)

    @work(exclusive=True, group="open")
    async def _switch_to(self, thread_id: str | None) -> None:
        if self._conversation is not None and self._conversation.is_busy:
            self.status.say("an answer is under way · Ctrl+C stops it, then you can go")
            return
        try:
            if thread_id is None:
                conversation = await self._backend.new_session()
            else:
                conversation = await self._backend.open_session(thread_id)
        except TylerError as error:
            self._report(error)
            return
        await self._show_conversation(conversation)

    async def _show_conversation(self, conversation: Conversation) -> None:
        """Show `conversation` in place of the one that was open."""
        await self.close_conversation()
        self._conversation = conversation
        welcome = Welcome(self._palette, self._facts(conversation), WELCOME_KEYS)
        await self.view.open(conversation, welcome)
        self._unsubscribe = conversation.subscribe(self._heard)
        self._show_totals()
        self.status.set_state(conversation.state)
        if self._waiting_prompt:
            prompt, self._waiting_prompt = self._waiting_prompt, ""
            self._send(prompt)

    def _facts(self, conversation: Conversation) -> list[tuple[str, str]]:
        model = conversation.agent.model_name
        if model.startswith("demo"):
            model = f"{model} · a built-in demo: scripted answers, no network, no key"
        facts = [("Model", model), ("Workspace", str(self._launch.workspace))]
        if conversation.thread.name:
            facts.append(("Session", conversation.thread.name))
        return [(label, one_line(fact)) for label, fact in facts]

    async def close_conversation(self) -> None:
        """Stop what runs, keeping the partial answer, and let go of the conversation."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            await conversation.close()

    def _report(self, error: TylerError) -> None:
        """Tell of an error that belongs to no conversation."""
        text = f"{error.message}\n{error.hint}" if error.hint else error.message
        self.notify(text, title=error.title, severity="error", markup=False, timeout=10)

    # Events of the conversation

    async def _heard(self, event: ExecutionEvent) -> None:
        conversation = self._conversation
        if conversation is None or not self.is_attached:
            return
        self.view.show(event)
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                self.status.count_text(event.data["content_chunk"])
                return
            case EventType.LLM_THINKING_CHUNK:
                self.status.count_text(event.data["thinking_chunk"])
                return
            case EventType.TOOL_SELECTED:
                self.status.count_tool()
            case EventType.APPROVAL_REQUESTED:
                self._ask(event)
            case EventType.TOOL_EXECUTING | EventType.TOOL_ERROR:
                if event.data["tool_call_id"] == self.approval.tool_call_id:
                    self._close_approval()
            case EventType.ITERATION_START:
                if event.data.get("iteration_number") == 0:
                    self.status.begin_turn()
            case EventType.EXECUTION_CANCELLED | EventType.EXECUTION_ERROR:
                self._close_approval()
                self._return_queue()
            case _:
                pass
        self.status.set_state(conversation.state, len(conversation.queue))
        self._show_totals()

    def _ask(self, event: ExecutionEvent) -> None:
        data = event.data
        self.approval.ask(
            data["tool_call_id"], data["tool_name"], data["summary"], data.get("preview", "")
        )
        if not self.composer.text:
            self.approval.focus()

    def _close_approval(self) -> None:
        had_focus = self.approval.has_focus
        self.approval.close()
        if had_focus or self.focused is None:
            self.composer.focus()

    def _return_queue(self) -> None:
        """Give back what was queued: it stands before the draft."""
        if self._conversation is not None:
            queued = self._conversation.take_queue()
            if queued:
                self.composer.prepend_draft("\n".join(message.text for message in queued))

    def _show_totals(self) -> None:
        conversation = self._conversation
        if conversation is None:
            return
        for header in self.query(Header):  # there is none any more while the program leaves
            header.session = conversation.thread.name or conversation.thread.title
            header.model = conversation.agent.model_name
            header.usage = conversation.usage
            header.cost_usd = conversation.cost_usd
            header.context_share = conversation.context_share
            header.approval = conversation.policy.mode

    # What the user does

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        slash = _SLASH_WORD.fullmatch(event.text)
        if slash is not None:
            self._run_slash(slash[1], slash[2] or "", event.text)
        elif self._conversation is None:
            self._waiting_prompt = "\n".join(filter(None, [self._waiting_prompt, event.text]))
            self.status.say("opening the session… your prompt goes out when it is there")
        else:
            self._send(event.text)

    def _run_slash(self, word: str, argument: str, text: str) -> None:
        command = by_slash(word)
        if command is None:
            self.composer.set_draft(text)
            self.status.say(f"there is no command /{word} · F1 lists them")
        else:
            self.run_command(command, argument.strip())

    def _send(self, text: str) -> None:
        conversation = self._conversation
        if conversation is None:
            return
        if conversation.is_busy:
            self._send_to(conversation, text)
        else:
            self._catch_up_and_send(conversation, text)

    @work(group="send")
    async def _catch_up_and_send(self, conversation: Conversation, text: str) -> None:
        """Send a prompt behind what another program may have added to the session."""
        try:
            if await conversation.catch_up():
                await self.view.open(conversation)
                self.notify("This session went on in another tyler-chat.", markup=False)
        except TylerError as error:
            self.composer.prepend_draft(text)
            self._report(error)
            return
        if conversation is self._conversation:
            self._send_to(conversation, text)
        else:
            self.composer.prepend_draft(text)

    def _send_to(self, conversation: Conversation, text: str) -> None:
        conversation.send(text)
        self.view.transcript.scroll_to_end()
        self.status.set_state(conversation.state, len(conversation.queue))

    def run_command(self, command: Command, argument: str = "") -> None:
        """Do what a command of the table says."""
        if command.takes_argument:
            getattr(self, f"action_{command.action}")(argument)
        else:
            self.run_worker(self.run_action(command.action), group="command")

    @on(ApprovalCard.Decided)
    def _decided(self, event: ApprovalCard.Decided) -> None:
        if self._conversation is not None:
            self._conversation.decide(event.tool_call_id, event.decision)
            self.status.set_state(self._conversation.state)
        self.composer.focus()

    @on(ApprovalCard.Typed)
    def _typed_before_a_question(self, event: ApprovalCard.Typed) -> None:
        self.composer.focus()
        self.composer.insert(event.text)

    @on(Transcript.CopyRequested)
    def _copy_requested(self, event: Transcript.CopyRequested) -> None:
        self._copy(event.text, event.what)

    @on(Transcript.LinkOpened)
    def _link_opened(self, event: Transcript.LinkOpened) -> None:
        self.app.open_url(event.href)

    @on(Composer.LeaveRequested)
    def _leave_requested(self) -> None:
        self._quit_on_second("Ctrl+D")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        places = [event.widget.id or "", *(parent.id or "" for parent in event.widget.ancestors)]
        self.status.set_place(next((place for place in places if place), ""))

    def on_key(self, event: events.Key) -> None:
        """Text that is typed where nothing takes it belongs into the composer."""
        if event.character and event.is_printable and not self.approval.display:
            event.stop()
            self.composer.focus()
            self.composer.insert(event.character)

    def on_resize(self) -> None:
        self.set_class(self.size.height < SHORT_ROWS, "-short")

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {what}: {len(text):,} characters", markup=False, timeout=2)

    # Actions of the command table

    def action_interrupt(self) -> None:
        selected = self.get_selected_text()
        conversation = self._conversation
        if selected:
            self._copy(selected, "selection")
            self.clear_selection()
        elif conversation is not None and conversation.is_busy:
            self._cancel(conversation)
        elif time.monotonic() - self._cancelled_at < CALM_SECONDS:
            return
        elif self.composer.text:
            self.composer.stash()
            self.status.say("draft cleared · Up brings it back")
        else:
            self._quit_on_second("Ctrl+C")

    def _quit_on_second(self, key: str) -> None:
        now = time.monotonic()
        if now - self._quit_armed_at < QUIT_SECONDS:
            self.run_worker(self.action_quit_saving(), group="leave")
            return
        self._quit_armed_at = now
        self.status.say(f"{key} again to leave", QUIT_SECONDS)

    def action_escape(self) -> None:
        conversation, panel = self._conversation, self.view.panel
        if self.get_selected_text():
            self.clear_selection()
        elif self.view.is_narrow and panel.display:
            self.action_tool_panel()
        elif panel.has_focus_within:
            self.composer.focus()
        elif conversation is not None and conversation.is_busy:
            self._cancel(conversation)
        elif self.focused is not self.composer:
            self.composer.focus()

    def _cancel(self, conversation: Conversation) -> None:
        self._cancelled_at = time.monotonic()
        if conversation.state is not State.CANCELLING:
            conversation.cancel()
            self.status.set_state(conversation.state)

    async def action_quit_saving(self) -> None:
        thread = self._conversation.thread if self._conversation is not None else None
        await self.close_conversation()
        await self._backend.close()
        self.app.exit(thread.id if thread is not None and thread.head_id is not None else None)

    def action_focus_answer_or_next(self) -> None:
        """A question that waits comes first."""
        if self.approval.display and not self.approval.has_focus:
            self.approval.focus()
        else:
            self.focus_next()

    def action_new_session(self) -> None:
        self._switch_to(None)

    @work(exclusive=True, group="dialog")
    async def action_sessions(self) -> None:
        try:
            picked = await self._pick_session()
        except TylerError as error:
            self._report(error)
            return
        if picked is not None:
            self._switch_to(picked)

    async def _pick_session(self) -> str | None:
        from tyler_tui.tui.screens.sessions import SessionsScreen  # noqa: PLC0415 - not for start

        return await self.app.push_screen_wait(SessionsScreen(await self._backend.sessions()))

    @work(exclusive=True, group="rename")
    async def action_rename(self, name: str = "") -> None:
        if self._conversation is None:
            return
        if not name:
            self.composer.set_draft("/rename ")
            self.composer.focus()
            self.status.say("type the new name behind it, then Enter")
            return
        try:
            await self._backend.rename(self._conversation.thread.id, name)
        except TylerError as error:
            self._report(error)
            return
        self._conversation.thread.name = " ".join(name.split())
        self._show_totals()

    def action_copy_reply(self) -> None:
        reply = self.view.last_reply
        if reply is None:
            self.status.say("nothing to copy yet")
        else:
            self._copy(reply, "reply")

    def action_page(self, by: int) -> None:
        self.view.transcript.scroll_pages(by)

    def action_view_start(self) -> None:
        self.view.transcript.scroll_to_start()

    def action_view_end(self) -> None:
        self.view.transcript.scroll_to_end()

    def action_toggle_thinking(self) -> None:
        self.view.toggle_thinking()

    def action_tool_panel(self) -> None:
        if not self.view.toggle_panel():
            self.composer.focus()

    def action_expand_tools(self) -> None:
        self.view.expand_tools()

    def action_approval_mode(self) -> None:
        if self._conversation is not None:
            mode = self._conversation.policy.next_mode()
            self.status.say(f"approval: {APPROVAL_WORDS[mode]}")
            self._show_totals()

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_keys(self) -> None:
        from tyler_tui.tui.screens.keys import KeysScreen  # noqa: PLC0415 - not for start

        self.app.push_screen(KeysScreen(self._launch.keys))

    def action_toggle_theme(self) -> None:
        from tyler_tui.tui import themes  # noqa: PLC0415 - not for start

        self.app.theme = themes.LIGHT if self.app.current_theme.dark else themes.DARK

    def _theme_changed(self, _: Theme) -> None:
        self.view.set_palette(self._palette)


def _nothing() -> None:
    """What there is to unsubscribe from, before there is a conversation."""
