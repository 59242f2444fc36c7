"""Pick a session: recent first, filtered while typing."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.store import ThreadSummary


class SessionsScreen(ModalScreen[str | None]):
    """Returns the id of the session that was picked, or None."""

    BINDINGS = [
        ("escape,ctrl+c,ctrl+s", "cancel", "Close"),
        ("down", "move(1)", "Next"),
        ("up", "move(-1)", "Previous"),
    ]

    DEFAULT_CSS = """
    SessionsScreen {
        align: center middle;
        & > Vertical {
            width: 90;
            max-width: 96%;
            height: auto;
            max-height: 90%;
            background: $surface;
            border: round $primary;
            border-title-color: $primary;
            padding: 0 1;
        }
        & Input, & Input:focus { border: none; height: 1; margin: 0 1 1 1; background: $panel; }
        & OptionList, & OptionList:focus {
            height: auto; max-height: 20; border: none; background: $surface;
        }
        & .sessions--empty { color: $text-muted; padding: 0 1; display: none; }
    }
    """

    def __init__(self, summaries: "Sequence[ThreadSummary]") -> None:
        super().__init__()
        self._summaries = list(summaries)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Sessions"
            box.border_subtitle = "Enter opens · Esc closes"
            yield Input(placeholder="Type to filter")
            yield OptionList(markup=False)
            yield Static("No session fits.", classes="sessions--empty")

    def on_mount(self) -> None:
        self._fill("")

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    @on(Input.Submitted)
    def _submit(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        if self.is_current:  # a second press on the way out picks nothing more
            self.dismiss(event.option_id)

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_cancel(self) -> None:
        self.dismiss(None)

    def _fill(self, wanted: str) -> None:
        words = wanted.casefold().split()
        fits = [
            summary
            for summary in self._summaries
            if all(word in _haystack(summary) for word in words)
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(_label(summary), id=summary.id) for summary in fits])
        if fits:
            options.highlighted = 0
        options.display = bool(fits)
        self.query_one(".sessions--empty").display = not fits


def _haystack(summary: "ThreadSummary") -> str:
    return f"{summary.name or ''} {summary.title} {summary.id}".casefold()


def _label(summary: "ThreadSummary") -> Content:
    name = one_line(summary.name or summary.title, 60) or "untitled"
    count = "1 message" if summary.message_count == 1 else f"{summary.message_count} messages"
    detail = f"{age_text(summary.updated_at)} · {count}"
    if summary.name and summary.title:
        detail = f"{one_line(summary.title, 50)} · {detail}"
    return Content.assemble((name, "bold"), "  ", (detail, "$text-muted"))


def age_text(moment: datetime) -> str:
    """How long ago `moment` (timezone-aware) was, in a few letters."""
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word} ago"
    return "just now"
