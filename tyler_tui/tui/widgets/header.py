"""The top line: which session on the left and what the others do, which model and what it costs on
the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tyler_tui.commands import by_id, key_label, keys_of
from tyler_tui.figures import ABOUT, cost_text, tokens_text
from tyler_tui.sanitize import model_on_one_line, one_line
from tyler_tui.tui.items.base import fit
from tyler_tui.tui.open_session import Mark
from tyler_tui.tui.widgets.kept_rows import KeptRows
from tyler_tui.usage import Usage

if TYPE_CHECKING:
    from tyler_tui.conversation import Conversation

BETWEEN = " · "
CACHED_COLUMNS = 100
"""From here on there is room for how many tokens came from the provider's cache."""


class Header(KeptRows, Widget):
    """Shows the session's name, model, tokens, money and how full the context is, whether something
    is not saved, and how many other sessions are busy, ask or have news."""

    DEFAULT_CSS = """
    Header {
        height: 1;
        background: $panel;
        color: $foreground;
        padding: 0 1;
    }
    """

    class UnsavedClicked(Message):
        """The user wants to know why something is not saved."""

    class OthersClicked(Message):
        """The user wants to go to the other session that has most to say."""

    session = reactive("")
    model = reactive("")
    usage: reactive[Usage] = reactive(Usage)
    cost_usd: reactive[float | None] = reactive[float | None](0.0)
    budget_usd: reactive[float | None] = reactive[float | None](None)
    context_share: reactive[float | None] = reactive[float | None](None)
    unsaved = reactive(False)
    others: reactive[Mapping[Mark, int]] = reactive[Mapping[Mark, int]](dict)

    def __init__(self, keys: Mapping[str, str], *, id: str | None = None) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(id=id)
        self._way_there = next(
            (f" ({key_label(key)})" for key in keys_of(by_id("session.waiting"), keys) if key), ""
        )

    @dataclass
    class CommandChosen(Message):
        """What a command tells more of, or changes, was clicked."""

        command: str

    def show(self, conversation: "Conversation") -> None:
        """Show what `conversation` is and what it cost so far."""
        self.session = conversation.thread.name or conversation.thread.title
        self.model = conversation.agent.model_name
        self.usage = conversation.usage
        self.cost_usd = conversation.cost_usd
        self.budget_usd = conversation.agent.budget_usd
        self.context_share = conversation.context_share

    def render(self) -> Content:
        left, others, right = self._parts()
        product, _, name = left.partition(" · ")
        space = self.size.width - cell_len(left + self._notice + others + right)
        pressing = Mark.ASKS in self.others or Mark.FAILED in self.others
        return Content.assemble(
            (product, "bold $primary"),
            (f" · {name}" if name else "", "$foreground"),
            (self._notice, "bold $error"),
            (others, "bold $warning" if pressing else "$accent"),
            " " * max(1, space),
            (right, "$muted"),
        )

    def _parts(self) -> tuple[str, str, str]:
        right, others = self._right(), self._others()
        room = self.size.width - cell_len(right + others + self._notice)
        name = one_line(self.session) or "new session"
        return fit(f"tyler · {name}", max(8, room - 2)), others, right

    @property
    def _kept(self) -> int:
        """Cells that the right side leaves to the others."""
        return 16 + cell_len(self._notice + self._others())

    @property
    def _notice(self) -> str:
        return "   ▲ not saved " if self.unsaved else ""

    def _others(self) -> str:
        told = [f"{self.others[mark]} {mark.value}" for mark in Mark if self.others.get(mark)]
        return f"   {' · '.join(told)}{self._way_there} " if told else ""

    def on_click(self, event: events.Click) -> None:
        left, others, right = self._parts()
        if self._click_right(event.x - (self.gutter.left + self.size.width - cell_len(right))):
            return
        if 0 <= event.x - self.gutter.left < cell_len(left):
            self.post_message(self.CommandChosen("session.open"))
        at = event.x - self.gutter.left - cell_len(left)
        if 0 <= at < cell_len(self._notice):
            self.post_message(self.UnsavedClicked())
        at -= cell_len(self._notice)
        if 0 <= at < cell_len(others):
            self.post_message(self.OthersClicked())

    def _click_right(self, at: int) -> bool:
        """Do what a click at that cell of the right side means; returns whether it was there."""
        if at < 0:
            return False
        is_model = at < cell_len(self._right().partition(BETWEEN)[0])
        self.post_message(self.CommandChosen("model.pick" if is_model else "session.cost"))
        return True

    def _right(self) -> str:
        parts = [model_on_one_line(self.model, 40) or "no model"]
        if self.usage.total_tokens:
            estimated = self.usage.estimated
            parts.append(f"{ABOUT if estimated else ''}{tokens_text(self.usage.total_tokens)} tok")
            if self.usage.cached_tokens and self.size.width >= CACHED_COLUMNS:
                parts.append(f"{tokens_text(self.usage.cached_tokens)} cached")
            cost = cost_text(self.cost_usd, estimated=estimated)
            limited = self.budget_usd is not None
            parts.append(f"{cost} of {cost_text(self.budget_usd)}" if limited else cost)
        if self.context_share is not None:
            parts.append(f"{self.context_share:.0%} ctx")
        while len(parts) > 1 and cell_len(BETWEEN.join(parts)) > self.size.width - self._kept:
            parts.pop(2 if parts[2:] and parts[2].endswith("cached") else 1)
        return BETWEEN.join(parts)
