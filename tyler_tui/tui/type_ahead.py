"""Keys that arrive faster than the screens for which they are meant.

Over a slow line Ctrl+S, a few letters and Enter come at once. Textual gives each key to what has
the focus when it is read, and some at once to the screen; here a key waits until the one before it
has had its effect, when that may open or close a dialog, or could be overtaken.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Set
from typing import Any, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.worker import Worker

from tyler_tui.tui.background import run_beside

PATIENCE_SECONDS = 0.5
"""What has no effect by then keeps no key waiting."""
ROUNDS = 3
"""How often news goes up from what has the focus: a key for which it has a binding, what it tells
then, and what its parent makes of that."""
SOON_TURNS = 30
LOOK_AGAIN_SECONDS = 0.005


@runtime_checkable
class Choosing(Protocol):
    """A dialog that may not be done with a key yet."""

    is_choosing: bool


@runtime_checkable
class HandingOn(Protocol):
    """A widget that hands on what is typed there and is no command or answer of its own."""

    hands_on_text: bool


class TypeAhead:
    """Hands keys and pastes to `handle` in their order."""

    def __init__(
        self, app: App[Any], handle: Callable[[events.Key | events.Paste], Awaitable[None]]
    ) -> None:
        self._app = app
        self._handle = handle
        self._line: deque[events.Key | events.Paste] = deque()
        self._is_waiting = False
        self._commands: set[Worker[None]] = set()
        """Commands under way that may yet open a dialog, or did and do something behind it."""

    def follow(self, command: Worker[None]) -> None:
        """Let the next keys wait for what `command` opens, or does after that closed."""
        self._commands.add(command)

    async def take(self, event: events.Key | events.Paste) -> None:
        """Handle a key: now, or when those before it have had their effect."""
        if self._is_waiting:
            self._line.append(event)
            return
        if self._overtakes(event):
            self._line.append(event)
        else:
            goes_up = self._goes_up(event)
            await self._handle(event)
            if not (goes_up or self._has_dialog or self._under_way):
                return
        self._is_waiting = True
        run_beside(self._app, self._hand_out, "type ahead")

    async def _hand_out(self) -> None:
        try:
            await self._settled()
            while self._line:
                await self._handle(self._line.popleft())
                await self._settled()
        finally:
            self._is_waiting = False

    def _overtakes(self, event: events.Key | events.Paste) -> bool:
        """Whether a key works anywhere while what has the focus has yet to see to others: Enter
        behind the name of a session, say."""
        focused = self._app.focused
        if focused is None or not focused.message_queue_size or not isinstance(event, events.Key):
            return False
        bound = self._app.screen.active_bindings.get(event.key)
        return bound is not None and bound.binding.priority

    def _goes_up(self, event: events.Key | events.Paste) -> bool:
        """Whether what has the focus hands the event on, for others to see to it: a key that works
        anywhere would be quicker."""
        focused = self._app.focused
        if isinstance(focused, HandingOn) and focused.hands_on_text:
            return True
        if not isinstance(event, events.Key) or event.is_printable:
            return False
        bound = self._app.screen.active_bindings.get(event.key)
        return bound is not None and not bound.binding.priority

    @property
    def _has_dialog(self) -> bool:
        return len(self._app.screen_stack) > 1

    @property
    def _under_way(self) -> Set[Worker[None]]:
        self._commands = {command for command in self._commands if not command.is_finished}
        return self._commands

    async def _settled(self) -> None:
        """Return when the key that was handled last has had its effect, and what a command did at
        its end."""
        before = self._under_way
        await self._taken_in()
        if not await _until(self._is_ready):
            self._commands.clear()
        elif before - self._under_way:
            await self._taken_in()

    async def _taken_in(self) -> None:
        """Return when what waits by now has come up from what has the focus."""
        for _ in range(ROUNDS):
            screen = next(reversed(self._app.screen_stack), None)
            if screen is None:  # the program ends
                return
            for node in (screen.focused or screen).ancestors_with_self:
                await self._emptied(node)

    def _is_ready(self) -> bool:
        """Whether it is clear who gets the next key: a dialog that is complete, or the chat."""
        if not self._has_dialog:
            return not self._under_way
        screen = self._app.screen_stack[-1]
        is_choosing = isinstance(screen, Choosing) and screen.is_choosing
        takes_keys = screen.focused is not None or not screen.focus_chain
        return screen.is_mounted and takes_keys and not is_choosing

    async def _emptied(self, node: MessagePump) -> None:
        """Return when `node` has done what waits for it by now, or is no more."""
        is_done = asyncio.Event()
        if node.call_later(is_done.set):
            await _until(lambda: is_done.is_set() or not node.is_running)


async def _until(holds: Callable[[], bool]) -> bool:
    """Wait until `holds`, or for as long as is reasonable; returns whether it does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    turns = 0
    while not holds():
        if time.monotonic() > deadline:
            return False
        # Most is done within a few turns of the event loop.
        await asyncio.sleep(0 if turns < SOON_TURNS else LOOK_AGAIN_SECONDS)
        turns += 1
    return True
