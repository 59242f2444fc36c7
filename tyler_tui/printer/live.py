"""The answer as rendered Markdown on a terminal, while it streams.

What is finished is printed once and scrolls away; only the block that still grows, and a line that
says what is under way, are drawn over and over. A block that outgrows the screen is printed line by
line as it leaves it, but for tables, whose columns move.
"""

import asyncio
import io
import logging
import time
from collections.abc import Mapping, Sequence
from typing import TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.printer.under_way import UnderWay
from tyler_tui.sanitize import sanitize_chunk
from tyler_tui.stdio.markdown import AnswerMarkdown, cut, cut_finished, is_table, theme_for
from tyler_tui.stdio.outcome import Outcome
from tyler_tui.stdio.writer import Writer

_log = logging.getLogger(__name__)

FRAME_S = 1 / 15
SHARE = 1 / 3
"""For at most so much of the time a frame is drawn."""
_BEGIN_FRAME, _END_FRAME = "\x1b[?2026h", "\x1b[?2026l"
"""Synchronised output: a terminal that knows it shows a frame at once, any other ignores it."""


class LiveMarkdown:
    """A Form for a terminal."""

    def __init__(self, stream: TextIO, environ: Mapping[str, str], *, still: bool) -> None:
        self._writer = Writer(stream)
        self._buffer = io.StringIO()
        self._console = Console(
            file=self._buffer,
            force_terminal=True,
            highlight=False,
            markup=False,
            emoji=False,
            theme=theme_for(environ),
        )
        self._is_dark = not _is_light(environ)
        self._live: Live | None = None
        self._under_way = UnderWay(still=still)
        self._tail = ""
        self._printed = 0
        """How many rows of `_tail` are printed already."""
        self._width = 0
        self._is_first = True
        self._changed = asyncio.Event()
        self._drawing = asyncio.Lock()
        self._frames: asyncio.Task[None] | None = None
        self._failure: OSError | None = None

    async def hear(self, event: ExecutionEvent) -> None:
        if self._failure is not None:
            raise self._failure
        if self._frames is None:
            self._frames = asyncio.create_task(self._draw_frames())
        async with self._drawing:  # a terminal that takes no more holds up the answer
            self._under_way.hear(event)
            match event.type:
                case EventType.LLM_STREAM_CHUNK:
                    self._tail += sanitize_chunk(event.data["content_chunk"])
                case EventType.LLM_RESPONSE:
                    await self._finish_answer()
                case _:
                    pass
            self._changed.set()

    async def pause(self) -> None:
        """Take away what was drawn for the moment. It comes again with the next event."""
        async with self._drawing:
            self._changed.clear()
            await self._take_away()

    async def finish(self, outcome: Outcome) -> None:
        async with self._drawing:
            self._under_way.clear()
            await self._finish_answer()
            await self._take_away()

    def close(self) -> None:
        if self._frames is not None:
            self._frames.cancel()
        if self._live is not None:  # it was not finished: an error, or a second Ctrl+C
            self._live.stop()
            self._writer.write_now(self._taken())

    async def _draw_frames(self) -> None:
        try:
            while True:
                if not self._under_way.moves:
                    await self._changed.wait()
                began = time.monotonic()
                async with self._drawing:
                    if self._changed.is_set() or (self._live is not None and self._under_way.moves):
                        self._changed.clear()
                        await self._draw()
                took = time.monotonic() - began
                await asyncio.sleep(max(FRAME_S, took / SHARE - took))
        except OSError as error:
            self._failure = error

    async def _draw(self) -> None:
        """Print what is finished by now, and show the rest."""
        finished, self._tail = cut_finished(self._tail)
        self._print_blocks(finished)
        growing = cut(self._tail)
        rows = self._rows(growing)
        under_way = self._console.render_lines(self._under_way.text(), pad=False)
        room = max(1, self._console.height - 2 - len(under_way))
        if len(rows) - self._printed > room and not is_table(growing[-1]):
            self._print(rows[self._printed : -room])
            self._printed = len(rows) - room
        self._show([*rows[max(self._printed, len(rows) - room) :], *under_way])
        await self._flush()

    async def _finish_answer(self) -> None:
        self._show([])
        self._print_blocks(cut(self._tail))
        self._tail, self._printed = "", 0
        await self._flush()

    def _print_blocks(self, blocks: Sequence[str]) -> None:
        """Print blocks for good, but for the rows of them that are printed already."""
        rows = self._rows(blocks)
        self._print(rows[self._printed :])
        self._printed = max(0, self._printed - len(rows))
        self._is_first = self._is_first and not rows

    def _print(self, rows: Sequence[list[Segment]]) -> None:
        if rows:
            self._console.print(_Rows(rows), end="")

    def _rows(self, blocks: Sequence[str]) -> list[list[Segment]]:
        """The blocks as rows of the terminal, with an empty one between any two."""
        if not self._printed:  # else the rows that were printed could not be told from the rest
            self._width = self._console.width
        options = self._console.options.update(width=self._width)
        rows: list[list[Segment]] = []
        for block in blocks:
            if own := _trimmed(self._rendered(block, options)):
                rows += own if self._is_first and not rows else [[], *own]
        return rows

    def _rendered(self, block: str, options: ConsoleOptions) -> list[list[Segment]]:
        try:
            markdown = AnswerMarkdown(block, is_dark=self._is_dark)
            return self._console.render_lines(markdown, options, pad=False)
        except Exception:  # whatever a model writes, it must be seen
            _log.exception("Markdown could not be rendered")
            return self._console.render_lines(Text(block), options, pad=False)

    def _show(self, rows: Sequence[list[Segment]]) -> None:
        if self._live is None:
            if not rows:
                return
            self._live = Live(
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        self._live.update(_Rows(rows), refresh=True)

    async def _take_away(self) -> None:
        if self._live is not None:
            self._live.update(_Rows([]))
            self._live.stop()
            self._live = None
        await self._flush()

    async def _flush(self) -> None:
        if frame := self._taken():
            await self._writer.write(f"{_BEGIN_FRAME}{frame}{_END_FRAME}")

    def _taken(self) -> str:
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text


class _Rows:
    """Rows that are rendered already."""

    def __init__(self, rows: Sequence[list[Segment]]) -> None:
        self._rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for row in self._rows:
            yield from row
            yield Segment.line()


def _trimmed(rows: list[list[Segment]]) -> list[list[Segment]]:
    """Without the empty rows that Rich puts around some blocks."""
    full = [number for number, row in enumerate(rows) if any(part.text.strip() for part in row)]
    return rows[full[0] : full[-1] + 1] if full else []


def _is_light(environ: Mapping[str, str]) -> bool:
    """Whether the terminal says that its background is light, as some do."""
    return environ.get("COLORFGBG", "").rpartition(";")[2] in ("7", "15")
