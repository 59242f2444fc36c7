"""A failure in the transcript."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from rich.segment import Segment
from rich.style import Style

from tyler_tui.commands import by_id
from tyler_tui.errors import LimitReachedError, TylerError
from tyler_tui.events import ExecutionEvent
from tyler_tui.hints import in_chat
from tyler_tui.sanitize import sanitize
from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.items.labels import Label, command_at, label_row
from tyler_tui.tui.markdown import Line, wrap_text
from tyler_tui.tui.palette import Palette

REMEDIES = ("message.retry", "model.pick", "message.edit")
"""What can be done about an answer that failed."""
REMEDIES_FOR_LIMITS = ("session.budget", "message.retry", "model.pick")
REMEDIES_FOR_KEYS = ("model.key", "message.retry", "model.pick")
ABOUT_KEYS = ("set_up", "authentication")
"""The kinds of failure that another key may end."""


class ErrorCard(BaseItem):
    """What went wrong, why, what to do, and where the provider said so, when to try again."""

    def __init__(
        self,
        palette: Palette,
        title: str,
        message: str,
        hint: str = "",
        *,
        remedies: Sequence[str] = (),
        wait_s: float = 0.0,
    ) -> None:
        """`remedies` are ids of commands that the card offers; `wait_s` is how long the provider
        wants to be left alone from now on."""
        super().__init__(palette)
        self._title = sanitize(title)
        self._message = sanitize(message)
        self._hint = in_chat(sanitize(hint))
        self._remedies = remedies
        # Not a time of the day: the clock may be set meanwhile.
        self._wait_until = time.monotonic() + wait_s

    @classmethod
    def of_event(cls, palette: Palette, event: ExecutionEvent) -> "ErrorCard":
        """The card for an EXECUTION_ERROR."""
        data = event.data
        age = max(0.0, (datetime.now(UTC) - event.timestamp).total_seconds())
        return cls(
            palette,
            data.get("title") or TylerError.title,
            data.get("message", ""),
            data.get("hint", ""),
            remedies=_remedies_for(data),
            wait_s=(data.get("retry_after_s") or 0.0) - age,
        )

    @property
    def seconds_left(self) -> int:
        """How long the provider wants to be left alone yet."""
        return max(0, ceil(self._wait_until - time.monotonic()))

    @property
    def bar(self) -> Segment:
        return Segment("▌ ", self.palette.error_bar)

    @property
    def fill(self) -> Style | None:
        return self.palette.error_fill

    def render(self, width: int) -> list[Line]:
        fill = self.palette.error_fill
        lines = wrap_text(f"✗ {self._title}", width, self.palette.error_bar + Style(bold=True))
        if self._message and self._message != self._title:
            lines += wrap_text(self._message, width, fill)
        if self._hint:
            lines += wrap_text(f"→ {self._hint}", width, fill + Style(bold=True))
        if left := self.seconds_left:
            at = (datetime.now() + timedelta(seconds=left)).strftime("%H:%M:%S")
            lines += wrap_text(f"→ Retry at {at}, in {_wait_text(left)}.", width, fill)
        if self._remedies:
            lines.append(label_row(self._labels()))
        return lines

    def command_at(self, line: int, cell: int) -> str | None:
        is_last = line == len(self.lines(self._width)) - 1
        return command_at(self._labels(), cell) if self._remedies and is_last else None

    def _labels(self) -> list[Label]:
        key = self.palette.error_fill + Style(bold=True)
        muted = self.palette.muted + self.palette.error_fill.background_style
        labels: list[Label] = []
        for id in self._remedies:
            command = by_id(id)
            labels += [
                Label(command.name, key, id),
                Label(f" /{command.slash[0]}", muted, id),
                Label("   ", muted),
            ]
        return labels[:-1]

    def estimate(self, width: int) -> int:
        return 4


def _remedies_for(data: Mapping[str, Any]) -> Sequence[str]:
    if data.get("error_type") == LimitReachedError.__name__:
        return REMEDIES_FOR_LIMITS
    return REMEDIES_FOR_KEYS if data.get("kind") in ABOUT_KEYS else REMEDIES


def _wait_text(seconds: int) -> str:
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60} s"
