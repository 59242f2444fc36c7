"""The top line: which session on the left, which model and what it costs on the right."""

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tyler_tui.conversation import Conversation
from tyler_tui.figures import ABOUT, cost_text, tokens_text
from tyler_tui.messages import Usage
from tyler_tui.sanitize import one_line
from tyler_tui.tui.items.base import fit


class Header(Widget):
    """Shows the session's name, model, tokens, money and how full the context is."""

    DEFAULT_CSS = """
    Header {
        height: 1;
        background: $panel;
        color: $foreground;
        padding: 0 1;
    }
    """

    session = reactive("")
    model = reactive("")
    usage: reactive[Usage] = reactive(Usage)
    cost_usd: reactive[float | None] = reactive[float | None](0.0)
    approval = reactive("ask")
    context_share: reactive[float | None] = reactive[float | None](None)

    def show(self, conversation: Conversation) -> None:
        """Show what `conversation` is and what it cost so far."""
        self.session = conversation.thread.name or conversation.thread.title
        self.model = conversation.agent.model_name
        self.usage = conversation.usage
        self.cost_usd = conversation.cost_usd
        self.context_share = conversation.context_share
        self.approval = conversation.policy.mode

    def render(self) -> Content:
        right = self._right()
        room = self.size.width - cell_len(right)
        left = fit(f"tyler · {one_line(self.session) or 'new session'}", max(8, room - 2))
        product, _, name = left.partition(" · ")
        space = " " * max(1, room - cell_len(left))
        return Content.assemble(
            (product, "bold $primary"),
            (f" · {name}" if name else "", "$foreground"),
            space,
            (right, "$text-muted"),
        )

    def _right(self) -> str:
        parts = [one_line(self.model, 40) or "no model"]
        if self.usage.total_tokens:
            estimated = self.usage.estimated
            parts.append(f"{ABOUT if estimated else ''}{tokens_text(self.usage.total_tokens)} tok")
            parts.append(cost_text(self.cost_usd, estimated=estimated))
        if self.approval != "ask":
            parts.append(f"approves {'all' if self.approval == 'auto' else self.approval}")
        if self.context_share is not None:
            parts.append(f"{self.context_share:.0%} ctx")
        while len(parts) > 1 and cell_len(" · ".join(parts)) > self.size.width - 16:
            parts.pop(1)
        return " · ".join(parts)
