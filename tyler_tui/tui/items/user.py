"""What the user said."""

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from rich.style import Style

from tyler_tui.figures import size_text
from tyler_tui.messages import Message
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tui.items.message_head import MessageHead
from tyler_tui.tui.items.shortening import missing_note, start_of
from tyler_tui.tui.markdown import Line, wrap_text
from tyler_tui.tui.palette import Palette


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
        files: Sequence[str] = (),
    ) -> None:
        super().__init__(palette, message_id)
        self.text = sanitize(text)
        self._files = files

    @classmethod
    def of(cls, palette: Palette, message: Message) -> "UserPrompt":
        files = [
            f"📎 {one_line(file.filename, 200)} · {size_text(len(file.content))}"
            for file in message.attachments
        ]
        return cls(palette, message.content, message.id, files)

    @property
    def bar(self) -> Segment:
        return Segment("▌ ", self.palette.user_bar)

    @property
    def fill(self) -> Style | None:
        return self.palette.user_fill

    def render(self, width: int) -> list[Line]:
        start = start_of(self.text)
        parts = [start, missing_note(self.text, start), *self._files]
        text = "\n".join(part for part in parts if part).lstrip("\n")
        return [*self.label_rows(), *wrap_text(text, width, self.palette.user_fill)]

    def estimate(self, width: int) -> int:
        rows = self.text.count("\n") + len(self.text) // max(1, width) + 1
        return rows + len(self._files)
