"""Where a conversation was cut: a rule across the transcript, and the summary below it."""

from rich.cells import cell_len
from rich.style import Style

from tyler_tui.figures import tokens_text
from tyler_tui.messages import Message, compaction_of, summary_text
from tyler_tui.sanitize import sanitize
from tyler_tui.tui.items.base import BaseItem, fit, row
from tyler_tui.tui.items.gradual import Rows
from tyler_tui.tui.markdown.wrap import wrapped_text
from tyler_tui.tui.palette import Palette


class SummaryCard(BaseItem):
    """One row that says what the model no longer sees; opened, the summary that it sees instead."""

    def __init__(self, palette: Palette, message: Message) -> None:
        super().__init__(palette)
        compaction = compaction_of(message)
        assert compaction is not None
        self._compaction = compaction
        self._text = sanitize(summary_text(message))
        self.is_open = False

    def click(self, line: int, cell: int) -> bool:
        if line == 0:
            self.toggle()
            return True
        return False

    def toggle(self) -> None:
        self.is_open = not self.is_open
        self.changed()

    def render(self, width: int) -> Rows:
        compaction, style = self._compaction, self.palette.accent
        arrow = "▾" if self.is_open else "▸"
        count = compaction.messages
        tokens = f"{tokens_text(compaction.tokens_before)} → {tokens_text(compaction.tokens_after)}"
        label = f"{count} message{'s' * (count != 1)} above summarised · {tokens} tok"
        if kept := len(compaction.kept):
            label += " · the last one kept" if kept == 1 else f" · the last {kept} kept"
        label = fit(label, max(1, width - 6))
        rest = "─" * max(0, width - 6 - cell_len(label))
        yield row([("── ", style), (f"{arrow} ", style), (label, style), (f" {rest}", style)])
        if self.is_open:
            muted = self.palette.muted + Style(italic=True)
            for line in wrapped_text(self._text, max(1, width - 2), muted):
                yield row([("│ ", muted), (line.text, muted)], decoration=1, block=1)
