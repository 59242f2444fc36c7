"""Items of the model's own words: the head of a turn, the answer, and its thinking."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.style import Style

from tyler_tui.figures import ABOUT, cost_text, duration_text
from tyler_tui.sanitize import model_on_one_line, sanitize_chunk
from tyler_tui.tui.items.base import BaseItem, row
from tyler_tui.tui.items.gradual import Rows
from tyler_tui.tui.items.message_head import MessageHead
from tyler_tui.tui.items.shortening import missing_note, start_of
from tyler_tui.tui.lines import turn_time
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.markdown.wrap import wrapped_text
from tyler_tui.tui.palette import Palette

if TYPE_CHECKING:
    from tyler_tui.messages import Message

FENCE = re.compile(r"^(?:[ >]|[-*+] |\d{1,9}[.)] )*(?:`{3}|~{3})", re.MULTILINE)
"""The beginning of a code block, within lists and quotes too."""
LIVE_THINKING_ROWS = 3
THINKING_TAIL = 2_000
"""While thinking streams, only so many of its last characters are wrapped for each frame."""


class TurnHead(MessageHead):
    """Who answers, and once it is known how long it took, how much it said and what it cost."""

    MARKED_COMMANDS: Mapping[str, str] = {
        "message.copy": "copy", "message.copy_code": "code", "message.retry": "retry",
        "message.quote": "quote", "session.fork": "fork",
    }  # fmt: skip
    LABELS_LINE = 1

    def __init__(self, palette: Palette, name: str) -> None:
        super().__init__(palette)
        self._name = name
        self.replies: list[Reply] = []
        """What the turn says."""
        self._model = ""
        self._took_ms = 0.0
        self._tokens = 0
        self._estimated = False
        self._cost_usd: float | None = 0.0

    def marked_commands(self) -> Mapping[str, str]:
        has_code = any(reply.has_code for reply in self.replies)
        offered = self.MARKED_COMMANDS.items()
        return {id: word for id, word in offered if has_code or id != "message.copy_code"}

    def count(self, message: "Message") -> None:
        """Add one of the turn's messages to the sums. The first one names the turn."""
        self.message_id = self.message_id or message.id
        self._model = model_on_one_line(str(message.metrics.get("model") or self._model), 40)
        self._took_ms += float(message.metrics.get("latency_ms") or 0.0)
        if message.usage is not None:
            self._tokens += message.usage.completion_tokens
            self._estimated = self._estimated or message.usage.estimated
            cost = message.metrics.get("cost_usd")
            if cost is None or self._cost_usd is None:
                self._cost_usd = None
            else:
                self._cost_usd += cost
        self.changed()

    def render(self, width: int) -> list[Line]:
        parts = [self._model]
        if self._took_ms:
            parts.append(duration_text(self._took_ms))
        if self._tokens:
            parts.append(f"{ABOUT if self._estimated else ''}{self._tokens:,} tok")
            if self._cost_usd != 0:
                parts.append(cost_text(self._cost_usd, estimated=self._estimated))
        detail = " · ".join(part for part in parts if part)
        head = [(self._name, self.palette.primary), (f"  {detail}", self.palette.muted)]
        return [row(head if detail else head[:1]), *self.label_rows()]


class Reply(BaseItem):
    """An answer in Markdown, drawn as it grows."""

    def __init__(self, palette: Palette, text: str = "") -> None:
        from tyler_tui.tui.markdown import MarkdownDocument  # noqa: PLC0415 - not for the first paint

        super().__init__(palette)
        self._pieces: list[str] = []
        self.document = MarkdownDocument(palette.markdown, source=text)
        if text:
            self.document.finish()

    @property
    def text(self) -> str:
        self._flush()
        return self.document.source

    @property
    def has_code(self) -> bool:
        """Whether there is a code block, be it laid out or not."""
        return bool(FENCE.search(self.text) or self.document.code_blocks())

    def append(self, text: str) -> None:
        self._pieces.append(text)

    def finish(self) -> None:
        self._flush()
        self.document.finish()

    def lines(self, width: int) -> Sequence[Line]:
        self._flush()
        return self.document.lines(width, turn_time.left_s())

    @property
    def is_behind(self) -> bool:
        return self.document.is_behind

    def go_on(self) -> None:
        self.document.go_on()

    def estimate(self, width: int) -> int:
        return self.document.estimate(width)

    def source_of(self, block: int) -> str | None:
        return self.document.block_source(block)

    def set_palette(self, palette: Palette) -> None:
        self.palette = palette
        self.document.set_styles(palette.markdown)

    def code_at(self, line: int) -> str | None:
        """The code of the block whose rows include `line`."""
        for block in self.document.code_blocks():
            if block.first_line <= line <= block.last_line:
                return block.code
        return None

    def _flush(self) -> None:
        if self._pieces:
            self.document.append("".join(self._pieces))
            self._pieces.clear()


class _Words:
    """Counts the words of a text that comes in pieces."""

    def __init__(self) -> None:
        self.count = 0
        self._is_open = False
        """Whether the last word may go on."""

    def add(self, piece: str) -> None:
        if piece:
            self.count += len(piece.split()) - (self._is_open and not piece[0].isspace())
            self._is_open = not piece[-1].isspace()


class Thinking(BaseItem):
    """The model's reasoning: its last rows while it streams, one line when it is over, all of it
    when opened."""

    def __init__(self, palette: Palette, text: str = "", *, began: datetime | None = None) -> None:
        """What was thought, or with `began` what is being thought since then."""
        super().__init__(palette)
        self._pieces = [text] if text else []
        """What came since `text` was asked for; the text of many is never on view."""
        self._text = ""
        self._words = _Words()
        self._began = began
        self._took_ms: float | None = None
        self.is_open = False

    @property
    def text(self) -> str:
        if self._pieces:
            piece = sanitize_chunk("".join(self._pieces))
            self._pieces.clear()
            self._text += piece
            self._words.add(piece)
        return self._text

    def append(self, text: str) -> None:
        if text:
            self._pieces.append(text)
            self.changed()

    def finish(self, now: datetime) -> None:
        if self._began is not None:
            self._took_ms = (now - self._began).total_seconds() * 1000
            self._began = None
            self.changed()

    @property
    def _live(self) -> bool:
        return self._began is not None

    def click(self, line: int, cell: int) -> bool:
        if line == 0:
            self.toggle()
            return True
        return False

    def toggle(self) -> None:
        self.is_open = not self.is_open
        self.changed()

    def render(self, width: int) -> Rows:
        muted = self.palette.muted + Style(italic=True)
        arrow = "▾" if self.is_open or self._live else "▸"
        if self._live:
            label = "thinking…"
        elif self._took_ms is not None:
            label = f"thought for {duration_text(self._took_ms)}"
        else:
            label = "thought"
        text = self.text
        words = f"{label} · {self._words.count} words"
        yield row([(f"{arrow} ", muted), (words, muted)], decoration=1)
        if self.is_open:
            text = text.strip()
            start = start_of(text)
            note = missing_note(text, start)
            yield from self._body(f"{start}\n{note}" if note else start, width, muted)
        elif self._live:
            tail = text[-THINKING_TAIL:].strip()
            yield from [*self._body(tail, width, muted)][-LIVE_THINKING_ROWS:]

    def _body(self, text: str, width: int, style: Style) -> Iterator[Line]:
        for line in wrapped_text(text, max(1, width - 2), style):
            yield row([("│ ", style), (line.text, style)], decoration=1, block=1)

    def estimate(self, width: int) -> int:
        return 1
