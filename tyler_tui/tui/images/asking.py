"""What the terminal says it can draw.

It is asked when the first picture is opened, not at the start. Textual reads the terminal by then,
so its driver takes the answers out of what comes in: as keys they would be typed into the chat.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from enum import StrEnum

from tyler_tui.terminals import is_mute, standing_between, terminal_name

QUESTION = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c"
"""Whether kitty's protocol is known; then what any terminal answers (DA1), so that nobody waits."""
WAIT_SECONDS = 0.5
LISTEN_SECONDS = 5.0
_ANSWERS = re.compile("\x1b_G([^\x1b]*)\x1b\\\\|\x1b\\[\\?([\\d;]*)c")
_BEGUN = re.compile("\x1b(?:_[^\x1b]*\x1b?|\\[\\?[\\d;]*)\\Z")
_SIXEL = "4"


class Graphics(StrEnum):
    """How pictures are drawn."""

    KITTY = "kitty graphics"
    SIXEL = "sixel"
    HALF_BLOCKS = "half blocks"


def may_ask(environ: Mapping[str, str]) -> bool:
    """Whether the answer would be the terminal's own: what stands between keeps its own picture of
    the screen, in which there is no place for pixels."""
    return (
        not is_mute(environ)
        and standing_between(environ) is None
        and terminal_name(environ) != "macOS Terminal"  # prints what it does not know
    )


class GraphicsAnswers:
    """Takes the answers to QUESTION out of the input, once `ask` was called. Input comes in a
    thread of its own."""

    def __init__(self) -> None:
        self._listen_until = 0.0
        self._begun = ""
        self._kitty = False
        self._told: Callable[[Graphics], object] = lambda _: None

    async def ask(self, write: Callable[[str], object]) -> Graphics:
        """Ask by `write`, and wait up to WAIT_SECONDS for what the terminal can do."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Graphics] = loop.create_future()

        def take(graphics: Graphics) -> None:
            if not answer.done():
                answer.set_result(graphics)

        self._told = lambda graphics: loop.call_soon_threadsafe(take, graphics)
        self._kitty = False
        self._listen_until = time.monotonic() + LISTEN_SECONDS
        write(QUESTION)
        try:
            return await asyncio.wait_for(answer, WAIT_SECONDS)
        except TimeoutError:
            return Graphics.HALF_BLOCKS

    def __call__(self, data: str) -> str:
        """`data` without answers. The beginning of one is kept for when the rest comes."""
        if time.monotonic() > self._listen_until:
            return data
        data, self._begun = self._begun + data, ""
        data = _ANSWERS.sub(self._take, data)
        if (begun := _BEGUN.search(data)) is not None:
            self._begun, data = begun[0], data[: begun.start()]
        return data

    def _take(self, answer: re.Match[str]) -> str:
        if answer[2] is None:
            self._kitty = answer[1].endswith(";OK")
            return ""
        if self._kitty:
            self._told(Graphics.KITTY)
        else:
            has_sixel = _SIXEL in answer[2].split(";")[1:]
            self._told(Graphics.SIXEL if has_sixel else Graphics.HALF_BLOCKS)
        return ""
