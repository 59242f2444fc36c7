"""The chat: routes keys to the conversation and its events to the widgets. It formats nothing."""

import time
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import Static

from tyler_tui.commands import COMMANDS, Command, by_slash
from tyler_tui.conversation import Conversation, State
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.tui.backend import Backend, Launch
from tyler_tui.tui.items.cards import ErrorCard, Welcome
from tyler_tui.tui.items.reply import Reply, Thinking
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.presenter import Presenter
from tyler_tui.tui.prompt_history import PromptHistory
from tyler_tui.tui.widgets.approval_card import ApprovalCard
from tyler_tui.tui.widgets.composer import Composer
from tyler_tui.tui.widgets.header import Header
from tyler_tui.tui.widgets.status_bar import StatusBar
from tyler_tui.tui.widgets.tool_panel import ToolPanel
from tyler_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tyler_tui.tui.app import TylerApp

WIDE_COLUMNS = 100
"""From here on the tool panel stands beside the transcript; below, it lies over it."""
HISTORY_WINDOW = 60
"""How many stored messages are read at a time."""
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


class ChatScreen(Screen[object]):
    """One conversation with its tool panel and composer."""

    CSS_PATH = "chat.tcss"
    BINDINGS = [
        Binding(
            ",".join(command.keys),
            command.action,
            command.name,
            id=command.id,
            priority=command.anywhere,
            show=False,
        )
        for command in COMMANDS
        if command.keys
    ]

    def __init__(self, backend: Backend, launch: Launch) -> None:
        super().__init__()
        self._backend = backend
        self._launch = launch
        self._conversation: Conversation | None = None
        self._presenter: Presenter | None = None
        self._unsubscribe = lambda: None
        self._waiting_prompt = launch.prompt
        self._oldest_message: str | None = None
        self._panel_wanted: bool | None = None
        self._quit_armed_at = 0.0
        self._cancelled_at = 0.0

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal(id="main"):
            yield Transcript(id="transcript")
            yield ToolPanel(id="tools")
        yield ApprovalCard(id="approval")
        with Horizontal(id="entry"):
            yield Static(">", id="prompt-mark", markup=False)
            yield Composer(PromptHistory(self._launch.history), id="composer")
        yield StatusBar()

    async def on_mount(self) -> None:
        self.transcript.frames_per_second = self._launch.frames_per_second
        self.status.still = self._launch.reduced_motion
        self.composer.set_draft(self._launch.typed)
        self.composer.focus()
        self.set_class(self.size.width < WIDE_COLUMNS, "-narrow")
        if self._backend.model is not None:
            self.call_after_refresh(self.open_first)

    # The widgets

    @property
    def transcript(self) -> Transcript:
        return self.query_one("#transcript", Transcript)

    @property
    def panel(self) -> ToolPanel:
        return self.query_one("#tools", ToolPanel)

    @property
    def composer(self) -> Composer:
        return self.query_one("#composer", Composer)

    @property
    def approval(self) -> ApprovalCard:
        return self.query_one("#approval", ApprovalCard)

    @property
    def status(self) -> StatusBar:
        return self.query_one(StatusBar)

    @property
    def header(self) -> Header:
        return self.query_one(Header)

    @property
    def _tyler(self) -> "TylerApp":
        from tyler_tui.tui.app import TylerApp  # noqa: PLC0415 - the app imports this screen

        assert isinstance(self.app, TylerApp)
        return self.app

    # Opening conversations

    @work(exclusive=True, group="open")
    async def open_first(self) -> None:
        """Open what the command line asked for, behind the first paint."""
        try:
            conversation = await self._backend.open_first()
        except TylerError as error:
            self._show_failure(error)
            return
        await self._show_conversation(conversation)
        self.run_worker(self._prepare_model(), group="prepare")
        if self._launch.pick_session:
            self.action_sessions()

    async def _prepare_model(self) -> None:
        try:
            await self._backend.prepare()
        except TylerError as error:
            self._show_failure(error)
            return
        self._show_totals()

    @work(exclusive=True, group="open")
    async def _switch_to(self, thread_id: str | None) -> None:
        try:
            if thread_id is None:
                conversation = await self._backend.new_session()
            else:
                conversation = await self._backend.open_session(thread_id)
        except TylerError as error:
            self._tyler.report(error)
            return
        await self._show_conversation(conversation)

    async def _show_conversation(self, conversation: Conversation) -> None:
        """Show `conversation` in place of the one that was open."""
        await self.close_conversation()
        self._conversation = conversation
        palette = self._tyler.palette
        self.transcript.clear()
        self.panel.forget_all()
        self._presenter = Presenter(
            self.transcript, self.panel, palette, assistant=conversation.agent.name
        )
        try:
            messages = await conversation.history(limit=HISTORY_WINDOW)
        except TylerError as error:
            self._show_failure(error)
            messages = []
        self._oldest_message = messages[0].id if messages else None
        if not messages:
            self.transcript.append(Welcome(palette, self._facts(conversation), WELCOME_KEYS))
        for item in self._presenter.items_of(messages):
            self.transcript.append(item)
        self.transcript.scroll_to_end()
        self._unsubscribe = conversation.subscribe(self._heard)
        self._show_panel()
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
        return facts

    async def close_conversation(self) -> None:
        """Stop what runs, keeping the partial answer, and let go of the conversation."""
        self._unsubscribe()
        if self._conversation is not None:
            await self._conversation.close()
            self._conversation = None

    def _show_failure(self, error: TylerError) -> None:
        palette = self._tyler.palette
        self.transcript.append(ErrorCard(palette, error.title, error.message, error.hint))

    # Events of the conversation

    async def _heard(self, event: ExecutionEvent) -> None:
        conversation, presenter = self._conversation, self._presenter
        if conversation is None or presenter is None or not self.is_attached:
            return
        presenter.show(event)
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                self.status.count_text(event.data["content_chunk"])
                return
            case EventType.LLM_THINKING_CHUNK:
                self.status.count_text(event.data["thinking_chunk"])
                return
            case EventType.TOOL_SELECTED:
                self.status.count_tool()
                self._show_panel()
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
        conversation, header = self._conversation, self.header
        if conversation is None:
            return
        thread = conversation.thread
        header.session = thread.name or thread.title
        header.model = conversation.agent.model_name
        header.usage = conversation.usage
        header.cost_usd = conversation.cost_usd
        header.context_share = conversation.context_share

    # What the user does

    @on(Composer.Submitted)
    def _submitted(self, event: Composer.Submitted) -> None:
        text = event.text
        word, _, argument = text.strip().removeprefix("/").partition(" ")
        command = by_slash(word) if text.startswith("/") and "\n" not in text.strip() else None
        if command is not None:
            self.run_command(command, argument.strip())
        elif self._conversation is None:
            self._waiting_prompt = "\n".join(filter(None, [self._waiting_prompt, text]))
            self.status.say("opening the session… your prompt goes out when it is there")
        else:
            self._send(text)

    def _send(self, text: str) -> None:
        conversation = self._conversation
        if conversation is None:
            return
        conversation.send(text)
        self.transcript.scroll_to_end()
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

    @on(Transcript.ToolOpened)
    def _tool_opened(self, event: Transcript.ToolOpened) -> None:
        self._panel_wanted = True
        self._show_panel()
        self.panel.open_run(event.run)

    @on(Transcript.CopyRequested)
    def _copy_requested(self, event: Transcript.CopyRequested) -> None:
        self._copy(event.text, event.what)

    @on(Transcript.LinkOpened)
    def _link_opened(self, event: Transcript.LinkOpened) -> None:
        self.app.open_url(event.href)

    @on(LineView.NearStart, "#transcript")
    def _near_start(self) -> None:
        if self._oldest_message is not None:
            self._load_older()

    @work(exclusive=True, group="older")
    async def _load_older(self) -> None:
        conversation, presenter = self._conversation, self._presenter
        if conversation is None or presenter is None or self._oldest_message is None:
            return
        messages = await conversation.history(before=self._oldest_message, limit=HISTORY_WINDOW)
        self._oldest_message = messages[0].id if messages else None
        if messages:
            self.transcript.prepend(list(presenter.items_of(messages)))

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {what}: {len(text):,} characters", markup=False, timeout=2)

    # Actions of the command table

    def action_interrupt(self) -> None:
        now = time.monotonic()
        selected = self.get_selected_text()
        conversation = self._conversation
        if selected:
            self._copy(selected, "selection")
            self.clear_selection()
        elif conversation is not None and conversation.is_busy:
            self._cancel(conversation)
        elif now - self._cancelled_at < CALM_SECONDS:
            return
        elif self.composer.text:
            self.composer.stash()
            self.status.say("draft cleared · Up brings it back")
        elif now - self._quit_armed_at < QUIT_SECONDS:
            self.run_worker(self.action_quit_saving(), group="leave")
        else:
            self._quit_armed_at = now
            self.status.say("Ctrl+C again to leave")
            self.set_timer(QUIT_SECONDS, lambda: self.status.say(""))

    def action_escape(self) -> None:
        conversation = self._conversation
        if self.get_selected_text():
            self.clear_selection()
        elif self.has_class("-narrow") and self.panel.display:
            self.action_tool_panel()
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

    def action_new_session(self) -> None:
        self._switch_to(None)

    @work(exclusive=True, group="dialog")
    async def action_sessions(self) -> None:
        from tyler_tui.tui.screens.sessions import SessionsScreen  # noqa: PLC0415 - not for start

        try:
            summaries = await self._backend.sessions()
        except TylerError as error:
            self._tyler.report(error)
            return
        picked = await self.app.push_screen_wait(SessionsScreen(summaries))
        if picked is not None:
            self._switch_to(picked)

    @work(exclusive=True, group="rename")
    async def action_rename(self, name: str = "") -> None:
        if self._conversation is None:
            return
        if not name:
            self.composer.set_draft("/rename ")
            self.composer.focus()
            return
        try:
            await self._backend.rename(self._conversation.thread.id, name)
        except TylerError as error:
            self._tyler.report(error)
            return
        self._conversation.thread.name = name
        self._show_totals()

    def action_copy_reply(self) -> None:
        replies = [item for item in self.transcript.viewport.items if isinstance(item, Reply)]
        if replies:
            self._copy(replies[-1].text, "reply")
        else:
            self.status.say("nothing to copy yet")

    def action_page(self, by: int) -> None:
        self.transcript.scroll_pages(by)

    def action_view_start(self) -> None:
        self.transcript.scroll_to_start()

    def action_view_end(self) -> None:
        self.transcript.scroll_to_end()

    def action_toggle_thinking(self) -> None:
        items = [item for item in self.transcript.viewport.items if isinstance(item, Thinking)]
        any_open = any(item.is_open for item in items)
        for item in items:
            if item.is_open == any_open:
                item.toggle()
        self.transcript.refresh_now()

    def action_tool_panel(self) -> None:
        """Show the panel and go into it; from inside, hide it."""
        panel = self.panel
        if panel.display and (panel.has_focus or self.has_class("-narrow")):
            self._panel_wanted = False
            self._show_panel()
            self.composer.focus()
        else:
            self._panel_wanted = True
            self._show_panel()
            panel.focus()

    def action_expand_tools(self) -> None:
        if not self.panel.display:
            self._panel_wanted = True
            self._show_panel()
        self.panel.toggle_all()

    def action_palette(self) -> None:
        self.app.action_command_palette()

    def action_keys(self) -> None:
        from tyler_tui.tui.screens.keys import KeysScreen  # noqa: PLC0415 - not for start

        self.app.push_screen(KeysScreen())

    def action_toggle_theme(self) -> None:
        from tyler_tui.tui import themes  # noqa: PLC0415 - not for start

        self.app.theme = themes.LIGHT if self.app.current_theme.dark else themes.DARK

    # Looks

    def set_palette(self, palette: Palette) -> None:
        """Draw everything in another theme's styles."""
        if self._presenter is not None:
            self._presenter.set_palette(palette)
        try:
            self.transcript.set_palette(palette)
            self.panel.set_palette(palette)
        except NoMatches:
            return

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE_COLUMNS, "-narrow")
        self._show_panel()

    def _show_panel(self) -> None:
        """By itself the panel appears beside the transcript once there are calls; the user's
        own wish counts more."""
        has_calls = bool(self.panel.tool_rows)
        by_itself = has_calls and not self.has_class("-narrow")
        self.panel.display = by_itself if self._panel_wanted is None else self._panel_wanted
