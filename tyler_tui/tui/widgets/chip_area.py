"""A text area in which long pastes stand as chips: one thing to the cursor and to the keys that
delete; a click opens them."""

from typing import Any

from textual import events
from textual.geometry import Offset
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tyler_tui.tui.draft import Draft
from tyler_tui.tui.paste_chips import PasteChips

MOST_LAID_OUT = 20_000
"""Characters."""
MOST_LINES_LAID_OUT = 2_000


def is_too_long(text: str) -> bool:
    """Whether to lay it out where prompts are written would hold up the keys, then and at each that
    is typed into it."""
    return len(text) > MOST_LAID_OUT or text.count("\n") > MOST_LINES_LAID_OUT


Location = tuple[int, int]
"""A row and a column."""
Span = tuple[Location, Location]


class ChipArea(TextArea):
    """Holds a draft: a text, and the pastes that its chips stand for."""

    def __init__(self, **options: Any) -> None:
        """`options` are those of TextArea."""
        self.chips = PasteChips()
        super().__init__(**options)

    @property
    def full_text(self) -> str:
        """The text with chips expanded."""
        return self.chips.expanded(self.text)

    @property
    def draft(self) -> Draft:
        """What is being written, to be restored later."""
        return Draft(self.text, dict(self.chips.pastes), self.cursor_location)

    def restore(self, draft: Draft) -> None:
        """Go on with `draft` in place of what is there."""
        self.chips = PasteChips(draft.pastes)
        self.set_draft(draft.text)
        if draft.cursor is not None:
            self.move_cursor(draft.cursor)

    def set_draft(self, text: str) -> None:
        """Replace the text; the cursor goes to its end. A very long one becomes a chip."""
        self.load_text(self.chips.chip_for(text) if is_too_long(text) else text)
        self.move_cursor(self.document.end)

    def put(self, text: str, start: Location, end: Location) -> None:
        """Put `text` in the place of what stands between two (row, column); the cursor goes behind
        it."""
        self.move_cursor(
            self.replace(text, start, end, maintain_selection_offset=False).end_location
        )

    def cut(self, start: int, end: int) -> None:
        """Take out the characters from `start` to `end` of the text, and a space behind them."""
        text = self.text
        end += text[end : end + 1] == " "
        self.delete(_location(text, start), _location(text, end))

    def prepend_draft(self, text: str) -> None:
        """Put `text` before what is being written."""
        self.restore(self.draft.after(text))

    def clear_draft(self) -> None:
        """Begin anew, without the pastes."""
        self.load_text("")
        self.chips = PasteChips()

    def validate_selection(self, selection: Selection) -> Selection:
        """No end of the selection stands inside a chip."""
        return Selection(self._beside_chip(selection.start), self._beside_chip(selection.end))

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:
        # Textual asks for this in the middle of an undo too, when the cursor may stand behind the
        # end of the text, and would raise.
        if self.cursor_location[0] >= self.document.line_count:
            return Offset()
        return super().scroll_cursor_visible(center, animate)

    def _beside_chip(self, location: Location) -> Location:
        row, column = location
        if row >= self.document.line_count:  # while the text is being replaced
            return location
        for start, end in self.chips.spans(self.document.get_line(row)):
            if start < column < end:
                before = self.selection.end
                if before == (row, start):  # a step into it goes through it
                    return row, end
                if before == (row, end):
                    return row, start
                return row, start if column - start < end - column else end
        return location

    def _chip(
        self, *, starts: bool = False, ends: bool = False
    ) -> tuple[Location, Location] | None:
        """The chip that starts or ends at the cursor."""
        row, column = self.cursor_location
        spans = self.chips.spans(self.document.get_line(row)) if self.selection.is_empty else []
        for start, end in spans:
            if (starts and start == column) or (ends and end == column):
                return (row, start), (row, end)
        return None

    def expand_chip(self) -> bool:
        """Put the paste into the place of the chip at the cursor; undo takes it back. A very long
        one is for an editor of the user's own. Returns whether there is one."""
        chip = self._chip(starts=True) or self._chip(ends=True)
        if chip is None:
            return False
        paste = self.chips.expanded(self.get_text_range(*chip))
        if is_too_long(paste):
            self.notify(
                "It is too long to be opened here; Ctrl+G opens it in your editor.", markup=False
            )
        else:
            self.put(paste, *chip)
        return True

    def action_delete_left(self) -> None:
        self._delete(self._chip(ends=True)) or super().action_delete_left()

    def action_delete_word_left(self) -> None:
        self._delete(self._chip(ends=True)) or super().action_delete_word_left()

    def action_delete_right(self) -> None:
        self._delete(self._chip(starts=True)) or super().action_delete_right()

    def action_delete_word_right(self) -> None:
        self._delete(self._chip(starts=True)) or super().action_delete_word_right()

    def _delete(self, chip: Span | None) -> bool:
        if chip is not None:
            self.delete(*chip)
        return chip is not None

    def on_click(self, event: events.Click) -> None:
        row, column = self.get_target_document_location(event)
        for start, end in self.chips.spans(self.document.get_line(row)):
            if start <= column < end:
                self.move_cursor((row, start))
                self.expand_chip()
                return


def _location(text: str, index: int) -> Location:
    before = text[:index]
    return before.count("\n"), len(before) - before.rfind("\n") - 1
