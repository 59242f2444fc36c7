"""The message cursor: which message of the transcript is marked."""

from collections.abc import Sequence

from tyler_tui.tui.items.base import BaseItem, Gap
from tyler_tui.tui.items.message_head import MessageHead
from tyler_tui.tui.items.reply import Reply
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.widgets.transcript import Transcript


class MessageCursor:
    """Marks one message of a transcript at a time: a prompt, or a whole turn of the model."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._head: MessageHead | None = None

    @property
    def marked(self) -> MessageHead | None:
        """The first item of the marked message."""
        if self._head is not None and self._head not in self._transcript.viewport.items:
            self._head = None  # the transcript shows something else by now
        return self._head

    def move(self, by: int) -> bool:
        """Mark the message before (-1) or after (1), starting from the last one on view. Returns
        whether there is one."""
        heads = self._heads()
        marked = self.marked
        to = heads.index(marked) + by if marked is not None else self._last_on_view(heads)
        if not 0 <= to < len(heads):
            return False
        self.mark(heads[to])
        return True

    def mark(self, head: MessageHead | None, *, reveal: bool = True) -> None:
        """Mark the message that begins with `head`, and bring its first row on view, unless
        `reveal` is False; None marks none."""
        for item in self.items():
            _set_marked(item, False)
        self._head = head
        for item in self.items():
            _set_marked(item, True)
        self._transcript.styles_changed()
        if head is not None and reveal:
            self._transcript.ensure_visible(head)

    def items(self) -> Sequence[BaseItem]:
        """The items of the marked message."""
        head, items = self.marked, self._transcript.viewport.items
        return _message_of(head, items) if head is not None else ()

    def text(self) -> str:
        """The source text of the marked message."""
        return "\n\n".join(
            item.text for item in self.items() if isinstance(item, UserPrompt | Reply)
        )

    def prompt(self) -> UserPrompt | None:
        """The marked prompt, or the one that the marked turn answers; with nothing marked, the
        last one."""
        prompts = [head for head in self._heads_to_marked() if isinstance(head, UserPrompt)]
        return prompts[-1] if prompts else None

    def following(self) -> UserPrompt | None:
        """The prompt that comes after the marked message."""
        marked, heads = self.marked, self._heads()
        after = heads[heads.index(marked) + 1 :] if marked is not None else []
        return next((head for head in after if isinstance(head, UserPrompt)), None)

    def with_branches(self) -> MessageHead | None:
        """The marked message, or else the last one that has branches."""
        if self.marked is not None:
            return self.marked
        return next((head for head in reversed(self._heads()) if head.has_branches), None)

    def _heads(self) -> list[MessageHead]:
        return [item for item in self._transcript.viewport.items if isinstance(item, MessageHead)]

    def _heads_to_marked(self) -> list[MessageHead]:
        heads, marked = self._heads(), self.marked
        return heads if marked is None else heads[: heads.index(marked) + 1]

    def _last_on_view(self, heads: Sequence[MessageHead]) -> int:
        last = self._transcript.last_on_view
        items = self._transcript.viewport.items
        shown = [n for n, head in enumerate(heads) if items.index(head) <= last]
        return shown[-1] if shown else 0


def _message_of(head: MessageHead, items: Sequence[Item]) -> list[BaseItem]:
    start = items.index(head)
    message: list[BaseItem] = [head]
    for item in items[start + 1 :]:
        if isinstance(item, MessageHead):
            break
        if isinstance(item, BaseItem):
            message.append(item)
    while isinstance(message[-1], Gap):
        message.pop()
    return message


def _set_marked(item: BaseItem, on: bool) -> None:
    if isinstance(item, MessageHead):
        item.set_marked(on)
    else:
        item.is_marked = on
