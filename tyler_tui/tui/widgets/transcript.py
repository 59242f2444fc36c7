"""The conversation, live."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tyler_tui.commands import COMMANDS, keys_of
from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.items.message_head import MessageHead
from tyler_tui.tui.items.reply import Reply
from tyler_tui.tui.items.tool_lines import ToolLines
from tyler_tui.tui.lines import selecting
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import ToolRun
from tyler_tui.tui.widgets.letter_commands import LetterCommands

if TYPE_CHECKING:
    from tyler_tui.messages import Attachment
    from tyler_tui.tui.app import TylerApp

NOTICE_RIGHT = 3


class Transcript(LetterCommands, LineView):
    """Follows the end while text streams, until the reader scrolls up; then it says how many new
    rows wait below."""

    DEFAULT_CSS = """
    Transcript {
        & .line-view--thumb { color: $foreground 35%; }
        & .line-view--found { background: $warning; color: $background; }
        & .line-view--notice { background: $primary; color: $background; text-style: bold; }
        &:ansi .line-view--found, &:ansi .line-view--notice {
            color: ansi_default; background: ansi_default; text-style: bold reverse;
        }
        &:focus .line-view--thumb { color: $primary; }
    }
    """

    BINDINGS = [
        ("up", "rows(-1)"),
        ("down", "rows(1)"),
        ("home", "start"),
        ("end", "end"),
        ("space", "pages(1)"),
        ("enter", "show_calls"),
    ]

    @dataclass
    class ToolOpened(Message):
        """The line of a tool call was clicked."""

        run: ToolRun

    @dataclass
    class CopyRequested(Message):
        """The copy mark of a code block was clicked."""

        text: str
        what: str

    @dataclass
    class LinkOpened(Message):
        """A link was clicked."""

        href: str

    @dataclass
    class ImageOpened(Message):
        """The line of an image was clicked."""

        image: "Attachment"

    @dataclass
    class MessageClicked(Message):
        """The head of a message was clicked."""

        head: MessageHead

    COMPONENT_CLASSES = {"line-view--found"}

    app: "TylerApp"

    _notice = ""
    _pattern: re.Pattern[str] | None = None
    _message_keys: Mapping[str, str] = {}

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Take the user's own keys, by the ids of the commands, in place of the defaults."""
        self._message_keys = {
            key: command.id
            for command in COMMANDS
            if command.on_marked
            for key in keys_of(command, keys)
        }

    def command_of(self, key: str) -> str | None:
        return self._message_keys.get(key) if self._has_marked else None

    @property
    def _has_marked(self) -> bool:
        items = self.viewport.items
        return any(isinstance(item, MessageHead) and item.is_marked for item in items)

    def focus_on_click(self) -> bool:
        """A click in the text leaves the composer ready for typing."""
        return False

    @property
    def last_item(self) -> Item | None:
        items = self.viewport.items
        return items[-1] if items else None

    def set_streaming(self, streaming: bool) -> None:
        self.viewport.streaming = streaming
        self.refresh_items()

    def set_palette(self, palette: Palette) -> None:
        for item in self.viewport.items:
            if isinstance(item, BaseItem):
                item.set_palette(palette)
        self.styles_changed()

    def _lay_out(self) -> None:
        super()._lay_out()
        count = self.unseen_rows
        noun = "line" if count == 1 else "lines"
        notice = f" ↓ {count} new {noun} · Ctrl+End " if count else ""
        if notice != self._notice:
            self._notice = notice
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))

    def highlight(self, pattern: re.Pattern[str] | None) -> None:
        """Make what `pattern` finds stand out, row by row."""
        self._pattern = pattern
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = super().render_lines(crop)
        if self._pattern is not None:
            self._mark_found(strips, crop, self._pattern)
        last = self.size.height - 1
        if self._notice and crop.y <= last < crop.bottom:
            strips[last - crop.y] = self._with_notice(crop, strips[last - crop.y])
        return strips

    def _mark_found(self, strips: list[Strip], crop: Region, pattern: re.Pattern[str]) -> None:
        style = selecting.as_drawn(self, self.get_component_rich_style("line-view--found"))
        for n, (line, lead) in enumerate(self.text_on_view(crop.y, crop.bottom)):
            lead -= crop.x
            found = selecting.found_cells(line, pattern)
            spans = ((lead + start, lead + end) for start, end in found)
            strips[n] = selecting.highlight(strips[n], spans, style)

    def _with_notice(self, crop: Region, strip: Strip) -> Strip:
        width = cell_len(self._notice)
        start = self.size.width - NOTICE_RIGHT - width - crop.x
        if start < 0 or start + width > strip.cell_length:
            return strip
        style = selecting.as_drawn(self, self.get_component_rich_style("line-view--notice"))
        return Strip.join(
            [
                strip.crop(0, start),
                Strip([Segment(self._notice, style)], width),
                strip.crop(start + width),
            ]
        )

    def on_line_view_clicked(self, event: LineView.Clicked) -> None:
        event.stop()
        item = event.item
        if isinstance(item, ToolLines) and (run := item.run_at(event.line)) is not None:
            self.post_message(self.ToolOpened(run))
            return
        if isinstance(item, BaseItem) and (image := item.image_at(event.line, event.cell)):
            self.post_message(self.ImageOpened(image))
            return
        line = item.lines(self.viewport.width)[event.line]
        command = item.command_at(event.line, event.cell) if isinstance(item, BaseItem) else None
        if isinstance(item, MessageHead):
            self.post_message(self.MessageClicked(item))
        if command is not None:
            self.post_message(self.CommandChosen(command))
            return
        for start, end, href in line.links:
            if start <= event.cell < end:
                self.post_message(self.LinkOpened(href))
                return
        if isinstance(item, Reply) and line.kind == "code-header":
            code = item.code_at(event.line)
            if code is not None:
                self.post_message(self.CopyRequested(code, "code block"))
            return
        if isinstance(item, BaseItem) and item.click(event.line, event.cell):
            self.refresh_now()

    def action_show_calls(self) -> None:
        self.post_message(self.CommandChosen("message.calls"))

    def action_rows(self, by: int) -> None:
        self.scroll_rows(by)

    def action_pages(self, by: int) -> None:
        self.scroll_pages(by)

    def action_start(self) -> None:
        self.scroll_to_start()

    def action_end(self) -> None:
        self.follow_on()

    def follow_on(self) -> None:
        """Go to the end and follow it, however following is set."""
        self.viewport.follow_on()
        self.scroll_to_end()
