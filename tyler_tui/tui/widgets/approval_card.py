"""The question before a tool runs: exactly what will happen, and how to answer."""

import time
from dataclasses import dataclass

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tui.palette import Palette

DEAF_SECONDS = 0.5
"""Keys and clicks that arrive sooner were meant for something else."""

_ANSWERS = {
    "y": ("allow once", Decision(Verdict.ALLOW_ONCE)),
    "a": ("allow for this session", Decision(Verdict.ALLOW_SESSION)),
    "n": ("deny", Decision(Verdict.DENY)),
}
_SCROLLS = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}


class _Answer(Static):
    """One answer: a click is its key."""

    @dataclass
    class Clicked(Message):
        key: str

    def __init__(self, key: str, label: str) -> None:
        super().__init__(Content.assemble((f" {key} ", "bold reverse"), f" {label}"), markup=False)
        self._key = key

    def on_click(self) -> None:
        self.post_message(self.Clicked(self._key))


class ApprovalCard(Vertical, can_focus=True):
    """Shown while a call waits for a decision. Listens to keys only when it has the focus, and
    not before it has been on screen for DEAF_SECONDS."""

    DEFAULT_CSS = """
    ApprovalCard {
        display: none;
        height: auto;
        max-height: 60%;
        background: $surface;
        border-left: outer $warning;
        padding: 0 1;
        & > VerticalScroll { height: auto; max-height: 12; margin: 0; }
        & > .approval--title { color: $warning; text-style: bold; }
        & > Horizontal { height: 1; margin: 1 0 0 0; color: $text-muted; }
        & _Answer { width: auto; margin: 0 3 0 0; }
        & _Answer:hover { color: $warning; }
        & .approval--hint { width: auto; display: block; }
        &:focus > Horizontal { color: $foreground; }
        &:focus .approval--hint { display: none; }
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
        with Horizontal():
            for key, (label, _) in _ANSWERS.items():
                yield _Answer(key, label)
            yield Static("Tab to answer", classes="approval--hint", markup=False)

    def ask(self, tool_call_id: str, tool_name: str, summary: str, preview: str) -> None:
        """Show a question. The caller decides whether to give it the focus."""
        self.tool_call_id = tool_call_id
        self._shown_at = time.monotonic()
        self.query_one(".approval--title", Static).update(
            Content(f"{one_line(tool_name, 60)} asks: {one_line(summary, 300)}")
        )
        shown = self.query_one("#approval-preview", Static)
        palette = Palette.from_theme(self.app.current_theme)
        shown.update(_diff_text(sanitize(preview), palette))
        shown.display = bool(preview.strip())
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self.display = True

    def close(self) -> None:
        self.tool_call_id = None
        self.display = False

    def on_key(self, event: events.Key) -> None:
        if event.key in _SCROLLS:
            scroll = self.query_one(VerticalScroll)
            scroll.scroll_relative(y=_SCROLLS[event.key], animate=False)
            event.stop()
        elif event.key in _ANSWERS or event.key == "escape":
            event.stop()
            self._decide("n" if event.key == "escape" else event.key)

    @on(_Answer.Clicked)
    def _answer_clicked(self, event: _Answer.Clicked) -> None:
        event.stop()
        self._decide(event.key)

    def _decide(self, key: str) -> None:
        if self.tool_call_id is None or time.monotonic() - self._shown_at < DEAF_SECONDS:
            return
        tool_call_id = self.tool_call_id
        self.close()
        self.post_message(self.Decided(tool_call_id, _ANSWERS[key][1]))


def _diff_text(preview: str, palette: Palette) -> Text:
    text = Text()
    for line in preview.splitlines():
        style = palette.text
        if line.startswith("+") and not line.startswith("+++"):
            style = palette.added
        elif line.startswith("-") and not line.startswith("---"):
            style = palette.removed
        elif line.startswith("@@"):
            style = palette.muted
        text.append(line + "\n", style)
    text.rstrip()
    return text
