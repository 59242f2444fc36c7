"""The floor of drawing by lines: one ScrollView; finished blocks are kept as strips, the last one
is rendered by Rich for each frame."""

from collections.abc import Iterator

import httpx
from rich.markdown import Markdown
from textual import on, work
from textual.app import App, ComposeResult
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

from tests.bench.floors.client import read_answer

FRAMES_PER_SECOND = 20


class Pane(ScrollView):
    def __init__(self) -> None:
        super().__init__()
        self._done: list[Strip] = []
        self._live: list[Strip] = []
        self._source = ""
        self._drawn = True

    def on_mount(self) -> None:
        self.set_interval(1 / FRAMES_PER_SECOND, self._frame)

    def append(self, text: str) -> None:
        self._source += text
        self._drawn = False

    def start(self) -> None:
        self._done, self._live, self._source = [], [], ""

    def _frame(self) -> None:
        if self._drawn:
            return
        self._drawn = True
        first = len(self._done)
        *finished, self._source = _blocks(self._source)
        for block in finished:
            self._done += self._render_block(block)
        self._live = self._render_block(self._source)
        height = len(self._done) + len(self._live)
        top = self.scroll_offset.y
        self.virtual_size = Size(self.size.width, height)
        self.scroll_end(animate=False, immediate=True)
        if self.scroll_offset.y == top:
            self.refresh(Region(0, first - top, self.size.width, height - first))

    def _render_block(self, source: str) -> list[Strip]:
        options = self.app.console.options.update(width=max(1, self.size.width - 2))
        lines = self.app.console.render_lines(Markdown(source), options, new_lines=False)
        return [Strip(line) for line in [*lines, []]]

    def render_line(self, y: int) -> Strip:
        at, width = y + self.scroll_offset.y, self.size.width
        strips, at = (
            (self._done, at) if at < len(self._done) else (self._live, at - len(self._done))
        )
        strip = strips[at] if at < len(strips) else Strip([])
        return strip.adjust_cell_length(width, self.rich_style).apply_style(self.rich_style)


def _blocks(source: str) -> Iterator[str]:
    """What blank lines part, but for those within a code fence."""
    block = ""
    for line in source.splitlines(keepends=True):
        block += line
        if line == "\n" and block.count("```") % 2 == 0:
            yield block
            block = ""
    yield block


class LinesFloor(App[None]):
    CSS = "Pane { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Pane()
        yield Input(placeholder="Ask anything")

    def on_mount(self) -> None:
        self.client = httpx.AsyncClient(timeout=None)
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.input.clear()
        self._answer(event.value)

    @work
    async def _answer(self, prompt: str) -> None:
        pane = self.query_one(Pane)
        pane.start()
        async for text in read_answer(self.client, prompt):
            pane.append(text)


if __name__ == "__main__":
    LinesFloor().run()
