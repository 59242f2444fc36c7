import asyncio
from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.pilot import Pilot

from tests.tui.lines.items import TextItem, numbered
from tyler_tui.tui.contrast import READABLE, contrast
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.markdown import Line, MarkdownDocument, MarkdownStyles


class MarkdownItem(TextItem):
    """An item with a Markdown document in it."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.document = MarkdownDocument(MarkdownStyles.dark(), source=source)
        self.document.finish()

    def lines(self, width: int) -> list[Line]:
        return self.document.lines(width)

    def source_of(self, block: int) -> str | None:
        return self.document.block_source(block)


class ViewApp(App[None]):
    def __init__(self, *items: Item) -> None:
        super().__init__()
        self._items = items
        self.clicks: list[LineView.Clicked] = []
        self.starts = 0

    def compose(self) -> ComposeResult:
        yield LineView()

    def on_mount(self) -> None:
        for item in self._items:
            self.view.append(item)

    def on_line_view_clicked(self, event: LineView.Clicked) -> None:
        self.clicks.append(event)

    def on_line_view_near_start(self) -> None:
        self.starts += 1

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    @property
    def drawn(self) -> list[str]:
        """The rows of the widget as they are painted, without the scrollbar."""
        size = self.view.size
        strips = self.view.render_lines(Region(0, 0, size.width, size.height))
        return [strip.crop(0, size.width - 1).text.rstrip() for strip in strips]

    @property
    def bar(self) -> str:
        size = self.view.size
        strips = self.view.render_lines(Region(size.width - 1, 0, 1, size.height))
        return "".join(strip.text for strip in strips)


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause(0.01)


async def test_items_are_drawn_behind_their_gutters() -> None:
    app = ViewApp(TextItem("one"), TextItem("two\nthree"))
    async with app.run_test(size=(30, 8)) as pilot:
        await until(pilot, lambda: app.drawn[0] != "")
        assert app.drawn[:4] == ["> one", "> two", "> three", ""]
        assert app.bar.strip() == ""


async def test_a_frame_asks_for_the_rows_that_changed_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    item = TextItem(numbered(0, 4))
    app = ViewApp(item)
    async with app.run_test(size=(30, 8)) as pilot:
        await until(pilot, lambda: app.drawn[0] != "")
        asked: list[Region] = []
        refresh = app.view.refresh

        def noted(*regions: Region, **options: bool) -> LineView:
            asked.extend(regions)
            return refresh(*regions, **options)

        monkeypatch.setattr(app.view, "refresh", noted)
        item.grow("\nnew")
        app.view.refresh_now()
        assert asked == [Region(0, 4, 30, 1)]
        app.view.refresh_now()
        assert asked == [Region(0, 4, 30, 1)]


async def test_many_changes_make_few_frames() -> None:
    item = TextItem("")
    app = ViewApp(item)
    async with app.run_test(size=(30, 8)) as pilot:
        await until(pilot, lambda: app.view.viewport.height == 8)
        asked = item.asked
        app.view.refresh_items()
        once = item.asked
        for number in range(500):
            item.grow(f" {number}")
            app.view.refresh_items()
        assert once == item.asked == asked
        await until(pilot, lambda: any("499" in row for row in app.drawn))


async def test_the_wheel_scrolls_and_the_end_follows_again() -> None:
    item = TextItem(numbered(0, 40))
    app = ViewApp(item)
    async with app.run_test(size=(30, 10)) as pilot:
        await until(pilot, lambda: app.drawn[-1] == "> row 39")
        await pilot._post_mouse_events([MouseScrollUp], LineView)
        await until(pilot, lambda: app.drawn[-1] == "> row 36")
        item.grow("\nnew")
        app.view.refresh_now()
        assert app.drawn[-1] == "> row 36"
        assert app.view.unseen_rows == 1
        for _ in range(2):
            await pilot._post_mouse_events([MouseScrollDown], LineView)
        await until(pilot, lambda: app.drawn[-1] == "> new")
        assert app.view.unseen_rows == 0


async def test_a_click_on_the_scrollbar_goes_there_and_its_end_follows() -> None:
    app = ViewApp(*(TextItem(numbered(10 * n, 10), estimate=10) for n in range(20)))
    async with app.run_test(size=(30, 10)) as pilot:
        await until(pilot, lambda: app.drawn[-1] == "> row 199")
        assert app.bar == " " * 9 + "┃"
        await pilot.click(LineView, offset=(29, 0))
        await until(pilot, lambda: app.drawn[0] == "> row 0")
        assert app.bar == "┃" + " " * 9
        assert not app.view.viewport.follow
        await pilot.click(LineView, offset=(29, 5))
        await until(pilot, lambda: app.drawn[0] not in ("> row 0", ""))
        assert app.bar[5] == "┃"
        await pilot.click(LineView, offset=(29, 9))
        await until(pilot, lambda: app.drawn[-1] == "> row 199")
        assert app.view.viewport.follow
        assert app.clicks == []


async def test_dragging_the_thumb_scrolls_and_letting_go_ends_it() -> None:
    app = ViewApp(*(TextItem(numbered(10 * n, 10), estimate=10) for n in range(20)))
    async with app.run_test(size=(30, 10)) as pilot:
        await until(pilot, lambda: app.drawn[-1] == "> row 199")
        await pilot.mouse_down(LineView, offset=(29, 9))
        await pilot.hover(LineView, offset=(29, 0))
        await until(pilot, lambda: app.drawn[0] == "> row 0")
        await pilot.mouse_up(LineView, offset=(29, 0))
        await pilot.hover(LineView, offset=(29, 7))
        assert app.drawn[0] == "> row 0"
        assert app.mouse_captured is None


async def test_a_click_tells_item_row_and_cell() -> None:
    second = TextItem("two\nthree")
    app = ViewApp(TextItem("one"), second)
    async with app.run_test(size=(30, 8)) as pilot:
        await until(pilot, lambda: app.drawn[0] != "")
        await pilot.click(LineView, offset=(5, 2))
        await until(pilot, lambda: bool(app.clicks))
        click = app.clicks[0]
        assert (click.item, click.line, click.cell) == (second, 1, 3)
        await pilot.click(LineView, offset=(5, 7))
        assert len(app.clicks) == 1


async def select(pilot: Pilot[None], start: tuple[int, int], end: tuple[int, int]) -> str:
    await pilot.mouse_down(LineView, offset=start)
    await pilot.hover(LineView, offset=end)
    await pilot.mouse_up(LineView, offset=end)
    return pilot.app.screen.get_selected_text() or ""


async def test_dragging_over_rows_copies_their_text_without_gutters() -> None:
    app = ViewApp(TextItem("one\ntwo"), TextItem("three"))
    async with app.run_test(size=(30, 8)) as pilot:
        await until(pilot, lambda: app.drawn[0] != "")
        assert await select(pilot, (3, 0), (5, 1)) == "ne\ntwo"
        assert app.clicks == []


@pytest.mark.parametrize("no_color", ["", "1"])
@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "nord", "solarized-light"])
async def test_what_is_selected_can_be_read(
    monkeypatch: pytest.MonkeyPatch, theme: str, no_color: str
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    app = ViewApp(TextItem("one two"))
    async with app.run_test(size=(30, 8)) as pilot:
        app.theme = theme
        await until(pilot, lambda: app.drawn[0] != "")
        assert await select(pilot, (2, 0), (4, 0)) == "one"
        strip = app.view.render_lines(Region(0, 0, 30, 1))[0]
        style = next(segment.style for segment in strip if segment.text == "one")
        assert style
        assert style.color
        assert style.bgcolor
        colors = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
        assert contrast(*colors) >= READABLE
        if no_color:
            assert all(len({color.r, color.g, color.b}) == 1 for color in colors)


async def test_rows_that_were_wrapped_are_copied_as_one_line() -> None:
    app = ViewApp(TextItem("a line of words that goes on and on over the edge"))
    async with app.run_test(size=(30, 8)) as pilot:
        await until(pilot, lambda: app.drawn[0] != "")
        assert await select(pilot, (4, 0), (29, 4)) == (
            "line of words that goes on and on over the edge"
        )


async def test_a_block_that_is_selected_whole_gives_its_source() -> None:
    source = "# Title\n\nSome **bold** text.\n\n| a | b |\n|---|---|\n| 1 | [x](https://a.b) |"
    app = ViewApp(MarkdownItem(source))
    async with app.run_test(size=(60, 14)) as pilot:
        await until(pilot, lambda: app.drawn[0] != "")
        assert await select(pilot, (0, 0), (58, 12)) == source
        assert await select(pilot, (7, 3), (10, 3)) == "bold"


async def test_wide_characters_are_selected_by_their_cells() -> None:
    app = ViewApp(TextItem("漢字かな"))
    async with app.run_test(size=(30, 8)) as pilot:
        await until(pilot, lambda: app.drawn[0] != "")
        assert await select(pilot, (4, 0), (6, 0)) == "字か"


async def test_a_selection_stays_on_its_text_when_the_view_scrolls() -> None:
    app = ViewApp(TextItem(numbered(0, 40)))
    async with app.run_test(size=(30, 10)) as pilot:
        await until(pilot, lambda: app.drawn[-1] == "> row 39")
        assert await select(pilot, (2, 3), (8, 3)) == "row 33"
        app.view.scroll_rows(-20)
        app.view.prepend([TextItem("older")])
        assert app.screen.get_selected_text() == "row 33"


async def test_the_start_is_told_once_for_each_first_item() -> None:
    app = ViewApp(TextItem(numbered(0, 40)))
    async with app.run_test(size=(30, 10)) as pilot:
        await until(pilot, lambda: app.starts == 1)
        app.view.scroll_to_start()
        await pilot.pause()
        assert app.starts == 1
        app.view.prepend([TextItem("older")])
        app.view.scroll_to_start()
        await until(pilot, lambda: app.starts == 2)
        assert app.drawn[0] == "> older"


async def test_a_resize_wraps_anew_and_the_end_stays_on_view() -> None:
    app = ViewApp(TextItem("word " * 100 + "end"))
    async with app.run_test(size=(60, 10)) as pilot:
        await until(pilot, lambda: app.drawn[-1].endswith("end"))
        for size in ((20, 6), (5, 3), (1, 1), (100, 30)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert all(len(row) <= size[0] for row in app.drawn)
        assert any(row.endswith("end") for row in app.drawn)


async def test_an_item_that_is_removed_is_drawn_no_more() -> None:
    gone = TextItem("gone")
    app = ViewApp(gone, TextItem("kept"))
    async with app.run_test(size=(30, 8)) as pilot:
        await until(pilot, lambda: app.drawn[0] != "")
        app.view.remove_item(gone)
        assert app.drawn[:2] == ["> kept", ""]
        app.view.clear()
        assert app.drawn[0] == ""
