"""The question before a tool runs: exactly what will happen, and how to answer."""

import time
from dataclasses import dataclass

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tui.palette import Palette

DEAF_SECONDS = 0.5
"""Keys and clicks that arrive sooner were meant for something else."""
SETTLE_SECONDS = 0.3
"""A key decides when no other follows it so soon: a word that is typed is no answer."""

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
    """Shown while a call waits for a decision. Listens to keys only when it has the focus, has been
    on screen for DEAF_SECONDS, and nobody is typing: then it gives the keys away as `Typed`."""

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

    @dataclass
    class Typed(Message):
        """Keys that were no answer: text for the composer."""

        text: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tool_call_id: str | None = None
        self._shown_at = 0.0
        self._pressed = ""
        """An answer's key that has not settled yet."""
        self._settling: Timer | None = None

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
        self._take_pressed()

    def on_key(self, event: events.Key) -> None:
        if event.key in _SCROLLS:
            event.stop()
            scroll = self.query_one(VerticalScroll)
            scroll.scroll_relative(y=_SCROLLS[event.key], animate=False)
        elif event.key == "escape":
            event.stop()
            self._decide("n")
        elif event.character and event.is_printable:
            event.stop()
            self._press(event.key, event.character)

    def _press(self, key: str, character: str) -> None:
        if key in _ANSWERS and not self._pressed and not self._is_deaf:
            self._pressed = key
            self._settling = self.set_timer(SETTLE_SECONDS, lambda: self._decide(key))
        else:
            self.post_message(self.Typed(self._take_pressed() + character))

    def _take_pressed(self) -> str:
        if self._settling is not None:
            self._settling.stop()
        pressed, self._pressed, self._settling = self._pressed, "", None
        return pressed

    @on(_Answer.Clicked)
    def _answer_clicked(self, event: _Answer.Clicked) -> None:
        event.stop()
        self._decide(event.key)

    @property
    def _is_deaf(self) -> bool:
        return time.monotonic() - self._shown_at < DEAF_SECONDS

    def _decide(self, key: str) -> None:
        if self.tool_call_id is None or self._is_deaf:
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
