"""The question before a tool runs: exactly what will happen, and the keys to answer."""

import time
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.sanitize import one_line, sanitize

DEAF_SECONDS = 0.5
"""Keys that arrive sooner were meant for something else."""

_ANSWERS = {
    "y": Decision(Verdict.ALLOW_ONCE),
    "a": Decision(Verdict.ALLOW_SESSION),
    "n": Decision(Verdict.DENY),
    "escape": Decision(Verdict.DENY),
}


class ApprovalCard(Vertical, can_focus=True):
    """Shown while a call waits for a decision. Listens to keys only when it has the focus, and
    not before it has been on screen for DEAF_SECONDS."""

    DEFAULT_CSS = """
    ApprovalCard {
        display: none;
        height: auto;
        max-height: 60%;
        background: $surface;
        border-left: thick $warning;
        padding: 0 1;
        & > VerticalScroll { height: auto; max-height: 12; margin: 0 0 0 0; }
        & > .approval--title { color: $warning; text-style: bold; }
        & > .approval--keys { color: $text-muted; }
        &:focus > .approval--keys { color: $foreground; text-style: bold; }
    }
    """

    @dataclass
    class Decided(Message):
        """The user answered."""

        tool_call_id: str
        decision: Decision

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tool_call_id: str | None = None
        self._shown_at = 0.0

    def compose(self) -> ComposeResult:
        yield Static(classes="approval--title", markup=False)
        with VerticalScroll(can_focus=False):
            yield Static(id="approval-preview", markup=False)
        yield Static(classes="approval--keys", markup=False)

    def ask(self, tool_call_id: str, tool_name: str, summary: str, preview: str) -> None:
        """Show a question. The caller decides whether to give it the focus."""
        self.tool_call_id = tool_call_id
        self._shown_at = time.monotonic()
        self.query_one(".approval--title", Static).update(
            Content(f"{one_line(tool_name, 60)} wants to run: {one_line(summary, 300)}")
        )
        self.query_one("#approval-preview", Static).update(_diff_text(sanitize(preview)))
        self.query_one("#approval-preview", Static).display = bool(preview.strip())
        self._show_keys()
        self.display = True

    def close(self) -> None:
        self.tool_call_id = None
        self.display = False

    def on_focus(self) -> None:
        self._show_keys()

    def on_blur(self) -> None:
        self._show_keys()

    def _show_keys(self) -> None:
        keys = "y allow once · a allow for this session · n deny"
        if not self.has_focus:
            keys = f"Tab to answer: {keys}"
        self.query_one(".approval--keys", Static).update(Content(keys))

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "pageup", "pagedown"):
            scroll = self.query_one(VerticalScroll)
            scroll.scroll_relative(y=-3 if event.key in ("up", "pageup") else 3, animate=False)
            event.stop()
            return
        decision = _ANSWERS.get(event.key)
        if decision is None or self.tool_call_id is None:
            return
        event.stop()
        if time.monotonic() - self._shown_at < DEAF_SECONDS:
            return
        tool_call_id = self.tool_call_id
        self.close()
        self.post_message(self.Decided(tool_call_id, decision))


def _diff_text(preview: str) -> Text:
    text = Text()
    for line in preview.splitlines():
        style = ""
        if line.startswith("+") and not line.startswith("+++"):
            style = "green"
        elif line.startswith("-") and not line.startswith("---"):
            style = "red"
        elif line.startswith("@@"):
            style = "cyan"
        text.append(line + "\n", style)
    text.rstrip()
    return text
