"""What the user said."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from tyler_tui.sanitize import sanitize
from tyler_tui.tui.items.attached_files import file_rows, images_among
from tyler_tui.tui.items.gradual import Rows
from tyler_tui.tui.items.message_head import MessageHead
from tyler_tui.tui.items.shortening import missing_note, start_of
from tyler_tui.tui.markdown.wrap import wrapped_text
from tyler_tui.tui.palette import Palette

if TYPE_CHECKING:
    from tyler_tui.messages import Attachment, Message


class UserPrompt(MessageHead):
    """A prompt, shown as it was written, on a panel of its own with a bar at its left; what went
    with it stands below, a line a file."""

    MARKED_COMMANDS: Mapping[str, str] = {
        "message.copy": "copy", "message.edit": "edit", "message.retry": "retry",
        "message.quote": "quote", "session.fork": "fork",
    }  # fmt: skip

    def __init__(
        self,
        palette: Palette,
        text: str,
        message_id: str | None = None,
        files: "Sequence[Attachment]" = (),
    ) -> None:
        super().__init__(palette, message_id)
        self._written = text
        self._files = files

    @classmethod
    def of(cls, palette: Palette, message: "Message") -> "UserPrompt":
        return cls(palette, message.content, message.id, message.attachments)

    @cached_property
    def text(self) -> str:
        """What was written, without control characters: many prompts that are loaded are never on
        view."""
        return sanitize(self._written)

    @property
    def images(self) -> "Sequence[Attachment]":
        return images_among(self._files)

    def image_at(self, line: int, cell: int) -> "Attachment | None":
        number = line - (len(self.lines(self._width)) - len(self._files))
        file = self._files[number] if number >= 0 and not self.is_behind else None
        return file if file is not None and file.is_image else None

    def marked_commands(self) -> Mapping[str, str]:
        view = {"message.images": "view"} if self.images else {}
        return {**self.MARKED_COMMANDS, **view}

    @property
    def bar(self) -> Segment:
        return Segment("▌ ", self.palette.user_bar)

    @property
    def fill(self) -> Style | None:
        return self.palette.user_fill

    def render(self, width: int) -> Rows:
        start = start_of(self.text)
        parts = [start, missing_note(self.text, start)]
        text = "\n".join(part for part in parts if part).lstrip("\n")
        fill = self.palette.user_fill
        yield from self.label_rows()
        if text or not self._files:
            yield from wrapped_text(text, width, fill)
        yield from file_rows(self._files, width, self.palette, fill)

    def estimate(self, width: int) -> int:
        rows = self._written.count("\n") + len(self._written) // max(1, width) + 1
        return rows + len(self._files)
