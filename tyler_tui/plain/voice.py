"""Standard output, a line at a time."""

from enum import Enum
from typing import NamedTuple, TextIO

from tyler_tui.plain.folding import folded, width_of
from tyler_tui.sanitize import sanitize
from tyler_tui.stdio.writer import Writer

BELL = "\a"


class Tone(Enum):
    """What kind of line it is."""

    ANSWER = "answer"
    VERBATIM = "verbatim"
    """Text to the letter: it is not broken into lines."""
    NOTE = "note"
    LABEL = "label"
    ERROR = "error"


_COLOURS = {Tone.NOTE: "\x1b[2m", Tone.LABEL: "\x1b[1m", Tone.ERROR: "\x1b[31m"}


class Line(NamedTuple):
    """What is said, and how. It holds no line end."""

    text: str
    tone: Tone = Tone.NOTE


class Voice:
    """Says lines on `stream`. All raise OSError when it takes no more."""

    def __init__(self, stream: TextIO, *, colours: bool = False, bell: bool = False) -> None:
        """With `bell`, `ring` is heard."""
        self._stream = stream
        self._writer = Writer(stream)
        self._colours = colours
        self._bell = bell
        self.count = 0
        """How many lines were said."""

    async def say(self, *lines: Line | str) -> None:
        """Say lines; text alone is a note, and may hold several."""
        for line in lines:
            await self._writer.write(self._form(line))

    def say_now(self, *lines: Line | str) -> None:
        """The same, where nothing can be waited for."""
        for line in lines:
            self._writer.write_now(self._form(line))

    async def ask(self, text: str) -> None:
        """Say what an answer is typed behind."""
        await self._writer.write(sanitize(text))

    def ask_now(self, text: str) -> None:
        """The same, where nothing can be waited for."""
        self._writer.write_now(sanitize(text))

    def ring(self) -> None:
        """Call who does not listen just now."""
        if self._bell:
            self._writer.write_now(BELL)

    def _form(self, line: Line | str) -> str:
        text, tone = line if isinstance(line, Line) else (line, Tone.NOTE)
        self.count += 1
        text = sanitize(text)
        if tone is not Tone.VERBATIM:
            width = width_of(self._stream)
            text = "\n".join(folded(part, width) for part in text.split("\n"))
        colour = _COLOURS.get(tone, "") if self._colours else ""
        if colour and text:
            text = "\n".join(f"{colour}{part}\x1b[0m" for part in text.split("\n"))
        return f"{text}\n"
