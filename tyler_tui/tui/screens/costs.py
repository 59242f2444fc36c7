"""What the session that is shown cost."""

from collections.abc import Sequence

from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tyler_tui.charts import Inks, SessionCharts
from tyler_tui.conversation import Conversation
from tyler_tui.figures import ABOUT, UNKNOWN, cost_text
from tyler_tui.messages import Message
from tyler_tui.messages.costs import COLUMNS, ModelCost, cost_rows
from tyler_tui.sanitize import one_line
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.screens.page import PageScreen

MOST_TURNS = 20
"""Of so many the tools are shown."""


class CostsScreen(PageScreen):
    """What each model and each turn cost."""

    DEFAULT_CSS = "CostsScreen > VerticalScroll { width: 84; }"

    def __init__(
        self, conversation: Conversation, messages: Sequence[Message], costs: Sequence[ModelCost]
    ) -> None:
        """`messages` are those of the branch that is shown."""
        super().__init__()
        self._conversation = conversation
        self._messages = messages
        self._costs = costs

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "Costs of this session"
            scroll.border_subtitle = "Esc closes"
            yield Static(self._table())
            yield Static("\n" + "\n".join(self._facts()) + "\n", markup=False)
            yield Static(self._charts())

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for _ in COLUMNS[1:]:
            table.add_column(justify="right", no_wrap=True)
        head = Style(color=Palette.from_theme(self.app.current_theme).accent.color)
        table.add_row(*(Text(name, head) for name in COLUMNS))
        rows = cost_rows(self._costs)
        for number, row in enumerate(rows):
            together = number >= len(self._costs)
            table.add_row(*(Text(one_line(cell), Style(bold=together)) for cell in row))
        return table

    def _charts(self) -> SessionCharts:
        palette = Palette.from_theme(self.app.current_theme)
        inks = Inks(palette.primary, palette.error, palette.muted, palette.strong)
        return SessionCharts(self._messages, inks, MOST_TURNS)

    def _facts(self) -> list[str]:
        conversation = self._conversation
        facts = []
        last = conversation.last_result
        if last is not None:
            cost = cost_text(last.cost_usd, estimated=last.usage.estimated)
            facts.append(f"The last turn cost {cost}.")
        budget = conversation.agent.budget_usd
        if budget is not None:
            facts.append(f"The budget is {cost_text(budget)}; /budget changes it.")
        if conversation.context_share is not None:
            facts.append(
                f"The context is {conversation.context_share:.0%} full; /compact makes room."
            )
        if any(cost.usage.estimated for cost in self._costs):
            facts.append(f"{ABOUT} counted here: the provider did not say.")
        if any(cost.cost_usd is None for cost in self._costs):
            facts.append(f"{UNKNOWN} the price is not known.")
        return facts
