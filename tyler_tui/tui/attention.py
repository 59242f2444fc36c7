"""Calls the user who looks elsewhere, and says in the terminal's title what goes on.

The title is put on the terminal's own stack first and taken from there at the end (CSI 22 t and
23 t, https://invisible-island.net/xterm/ctlseqs/ctlseqs.html); a terminal without a stack gets an
empty one, and shows what it likes.
"""

import os
import time
from typing import TYPE_CHECKING, Any

from textual.app import App

from tyler_tui.conversation import State
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.figures import duration_text
from tyler_tui.sanitize import one_line
from tyler_tui.terminals import auto_notice, is_mute, notice
from tyler_tui.tui.open_session import Mark, OpenSession

if TYPE_CHECKING:
    from tyler_tui.tui.launch import Launch

PROGRAM = "tyler-chat"
_SAVE, _RESTORE = "\x1b[22;2t", "\x1b]2;\a\x1b[23;2t"
_MARKS: dict[Mark | None, str] = {Mark.ASKS: "? ", Mark.FAILED: "✗ ", Mark.BUSY: "… "}


class Attention:
    """Writes through the driver of `app`, and only while it has the terminal."""

    def __init__(self, app: App[Any], launch: "Launch") -> None:
        self._app = app
        self._way = auto_notice(os.environ) if launch.notify == "auto" else launch.notify
        self._long_s = launch.notify_after
        self._has_title = launch.terminal_title and not is_mute(os.environ)
        self._title = ""
        self._others_ask = False
        self._shown: str | None = None

    # The title

    def begin(self) -> None:
        """Take the title over, at the start and after the shell had the terminal."""
        if self._has_title and self._shown is None:
            self._write(_SAVE)
            self._shown = ""
            self._show()

    def end(self) -> None:
        """Give the title back."""
        if self._shown is not None:
            self._write(_RESTORE)
            self._shown = None

    def tell(self, session: OpenSession | None, *, others_ask: bool | None = None) -> None:
        """Say what goes on in the session on the screen, and whether another one waits for an
        answer; None is as before."""
        if others_ask is not None:
            self._others_ask = others_ask
        mark = session.mark if session is not None else None
        sign = _MARKS.get(Mark.ASKS if self._others_ask else mark, "")
        thread = session.conversation.thread if session is not None else None
        label = one_line(thread.name or thread.title, 60) if thread is not None else ""
        self._title = f"{sign}{label} · {PROGRAM}" if label else f"{sign}{PROGRAM}"
        self._show()

    def _show(self) -> None:
        if self._shown is not None and self._title and self._title != self._shown:
            self._write(f"\x1b]2;{self._title}\a")
            self._shown = self._title

    # Calls

    def heard(self, session: OpenSession, event: ExecutionEvent) -> None:
        """Call when a long answer ends or a question waits, and the terminal is out of focus, as
        far as it says."""
        if self._app.app_focus or event.is_by_hand:
            return
        match event.type:
            case EventType.APPROVAL_REQUESTED if session.conversation.state is State.ASKING:
                what = f"{event.data['tool_name']}: {event.data['summary']}"
                self._call(f"{session.label} asks", what)
            case EventType.EXECUTION_COMPLETE if not session.conversation.queue:
                self._call_of_end(session, "the answer is there")
            case EventType.EXECUTION_ERROR:
                self._call_of_end(session, "an error ended the answer")
            case _:
                pass

    def _call_of_end(self, session: OpenSession, what: str) -> None:
        took_s = time.monotonic() - session.progress.began
        if took_s >= self._long_s:
            self._call(session.label, f"{what} ({duration_text(took_s * 1000)})")

    def _call(self, title: str, text: str) -> None:
        self._write(notice(self._way, title, text, os.environ))

    def _write(self, sequence: str) -> None:
        driver = self._app._driver
        if driver is not None and sequence:
            driver.write(sequence)
            driver.flush()
