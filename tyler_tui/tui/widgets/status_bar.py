"""The bottom line: what is going on, and the keys that matter now."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tyler_tui.agent.approval import ApprovalMode
from tyler_tui.commands import COMMANDS
from tyler_tui.conversation import State
from tyler_tui.sanitize import one_line
from tyler_tui.tui.key_hints import Hint, hints_for, told
from tyler_tui.tui.turn_progress import TurnProgress
from tyler_tui.tui.widgets.kept_rows import KeptRows

BETWEEN = " · "
CLICKABLE = frozenset(command.id for command in COMMANDS)
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
TICKS_PER_SECOND = 5
REMARK_SECONDS = 6.0
CHARACTERS_PER_TOKEN = 4
"""For the rate shown while an answer streams; exact counts come with its end."""

MODE_WORDS = {
    ApprovalMode.ASK: "asks first",
    ApprovalMode.EDITS: "edits unasked",
    ApprovalMode.AUTO: "all unasked",
}


class StatusBar(KeptRows, Widget):
    """Ticks only while something runs."""

    @dataclass
    class CommandChosen(Message):
        """The approval mode was clicked, or the key of a command."""

        command: str

    DEFAULT_CSS = """
    StatusBar { height: 1; background: $background; color: $text-muted; padding: 0 1; }
    """

    def __init__(self, keys: Mapping[str, str], *, id: str | None = None) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(id=id)
        self._own_keys = keys
        self._state = State.IDLE
        self._remark = ""
        self._remark_timer: Timer | None = None
        self._queued = 0
        self._progress = TurnProgress()
        self._ticker: Timer | None = None
        self._place = ""
        self._is_loading = False
        self._mode = ApprovalMode.ASK
        self.still = False

    def set_place(self, place: str) -> None:
        """Show the keys of the part of the screen that has the focus."""
        self._place = place
        self.refresh()

    def set_mode(self, mode: ApprovalMode) -> None:
        """Show what runs unasked."""
        if mode is not self._mode:
            self._mode = mode
            self.refresh()

    def set_loading(self, on: bool) -> None:
        """Tell, while an answer is waited for, that the model's client is still being loaded."""
        self._is_loading = on
        self.refresh()

    def follow(self, progress: TurnProgress) -> None:
        """Show how the turns that `progress` counts get on."""
        self._progress = progress

    def set_state(self, state: State, queued: int = 0) -> None:
        """Show what the conversation is doing."""
        if state is not State.IDLE and self._state is State.IDLE:
            self._remark = ""
        self._state, self._queued = state, queued
        self._run_ticker(state is not State.IDLE)
        self.refresh()

    def say(self, remark: str, seconds: float | None = REMARK_SECONDS) -> None:
        """Show a remark in place of the activity for so many seconds (None: for good), or until the
        next turn or remark."""
        self._remark = remark
        self.refresh()
        if self._remark_timer is not None:
            self._remark_timer.stop()
        self._remark_timer = self.set_timer(seconds, self._end_remark) if seconds else None

    @contextmanager
    def saying(self, remark: str) -> Iterator[None]:
        """Show a remark for as long as something takes."""
        self.say(remark, seconds=None)
        try:
            yield
        finally:
            if self._remark == remark:
                self._end_remark()

    def _end_remark(self) -> None:
        self._remark = ""
        self.refresh()

    def _run_ticker(self, on: bool) -> None:
        if on and self._ticker is None:
            self._ticker = self.set_interval(1 / TICKS_PER_SECOND, self.refresh)
        elif not on and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def render(self) -> Content:
        left, mode = self._left(), self._mode_words()
        keys = BETWEEN.join(words for _, words in self._hints())
        room = self.size.width - cell_len(left + mode)
        style = "$foreground" if self._state is not State.IDLE or self._remark else "$muted"
        mode_style = "$muted" if self._mode is ApprovalMode.ASK else "$warning"
        return Content.assemble(
            (left, style),
            (mode, mode_style),
            " " * max(1, room - cell_len(keys)),
            (keys, "$foreground" if self._state is State.ASKING else "$muted"),
        )

    def on_click(self, event: events.Click) -> None:
        start = cell_len(self._left())
        if start <= event.x - self.gutter.left < start + len(self._mode_words()):
            self.post_message(self.CommandChosen("approval.mode"))
            return
        at = self.size.width + self.gutter.left
        for id, words in reversed(self._hints()):
            at -= cell_len(words)
            if at <= event.x < at + cell_len(words) and id in CLICKABLE:
                self.post_message(self.CommandChosen(id))
            at -= len(BETWEEN)

    def _hints(self) -> list[Hint]:
        """The keys that matter now, as many as there is room for."""
        room = self.size.width - cell_len(self._left() + self._mode_words())
        hints = told(hints_for(self._place, self._state, self._queued), self._own_keys)
        while hints and room - cell_len(BETWEEN.join(words for _, words in hints)) < 2:
            hints.pop()
        return hints

    def _mode_words(self) -> str:
        """The approval mode behind the activity, if there is room for it."""
        words = f" · {MODE_WORDS[self._mode]}"
        room = self.size.width - self.gutter.width - cell_len(self._left())
        return words if cell_len(words) <= room else ""

    def _activity(self) -> str:
        if self._state is State.ASKING:
            return "waiting for you"
        if self._is_loading and self._progress.first_text_at is None:
            return "loading the model's client"
        if self._state is State.ANSWERING and (running := self._progress.running):
            names = [one_line(name, 40) for name, _ in running.values()]
            return f"running {names[0] if len(names) == 1 else f'{len(names)} tools'}"
        return self._state.value

    def _left(self) -> str:
        if self._remark:
            return self._remark
        if self._state is State.IDLE:
            return "ready"
        now = time.monotonic()
        progress = self._progress
        is_running = self._state is State.ANSWERING and progress.running
        began = (
            min(since for _, since in progress.running.values()) if is_running else progress.began
        )
        elapsed = int(now - began)
        spinner = "*" if self.still else SPINNER[int(now * TICKS_PER_SECOND) % len(SPINNER)]
        parts = [f"{spinner} {self._activity()}"]
        text_at = progress.first_text_at
        is_streaming = self._state is State.ANSWERING and not is_running
        if is_streaming and text_at is not None and now - text_at > 0.5:
            rate = progress.characters / CHARACTERS_PER_TOKEN / (now - text_at)
            parts.append(f"{rate:.0f} tok/s")
        parts.append(f"{elapsed // 60}:{elapsed % 60:02d}")
        if progress.tools:
            parts.append("1 tool" if progress.tools == 1 else f"{progress.tools} tools")
        if self._queued:
            parts.append(f"{self._queued} queued")
        return " · ".join(parts)
