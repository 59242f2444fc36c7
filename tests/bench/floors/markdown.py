"""The floor of Textual's own making: its Markdown widget and MarkdownStream."""

import httpx
from textual import on, work
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Markdown

from tests.bench.floors.client import read_answer


class MarkdownFloor(App[None]):
    def compose(self) -> ComposeResult:
        yield VerticalScroll()
        yield Input(placeholder="Ask anything")

    def on_mount(self) -> None:
        self.client = httpx.AsyncClient(timeout=None)
        self.query_one(Input).focus()
        self.query_one(VerticalScroll).anchor()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.input.clear()
        self._answer(event.value)

    @work
    async def _answer(self, prompt: str) -> None:
        pane = self.query_one(VerticalScroll)
        await pane.remove_children()
        answer = Markdown()
        await pane.mount(answer)
        stream = Markdown.get_stream(answer)
        try:
            async for text in read_answer(self.client, prompt):
                await stream.write(text)
        finally:
            await stream.stop()


if __name__ == "__main__":
    MarkdownFloor().run()
