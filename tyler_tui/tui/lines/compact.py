"""A strip that tells the terminal a colour only where it changes.

Textual writes all colours of every piece of text, and a reset behind it: two thirds of what a
frame of rich text would send.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_ATTRIBUTES = {
    "bold": ("1", "22"), "dim": ("2", "22"), "italic": ("3", "23"), "underline": ("4", "24"),
    "underline2": ("21", "24"), "blink": ("5", "25"), "blink2": ("6", "25"),
    "reverse": ("7", "27"), "conceal": ("8", "28"), "strike": ("9", "29"), "frame": ("51", "54"),
    "encircle": ("52", "54"), "overline": ("53", "55"),
}  # fmt: skip
"""The codes that turn each attribute on and off."""
_SEEN_ON_BLANKS = frozenset(_ATTRIBUTES) - {"bold", "dim", "italic", "conceal"}
_RESET = "\x1b[0m"


class CompactStrip(Strip):
    """Looks as any strip of the same segments does."""

    __slots__ = ("_written",)

    def __init__(self, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        super().__init__(segments, cell_length)
        self._written: str | None = None

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        cuts = list(cuts)
        if cuts == [self.cell_length]:
            return [self]  # kept in its own cache, it could be freed by the collector alone
        return super().divide(cuts)

    def render(self, console: Console) -> str:
        if self._written is None:
            system = COLOR_SYSTEMS[console.color_system or "truecolor"]
            if any(segment.style is not None and segment.style.link for segment in self):
                self._written = super().render(console)
            else:
                self._written = _written(self, system)
        return self._written


class _Look(NamedTuple):
    """How text looks, as codes."""

    attributes: frozenset[str] = frozenset()
    ink: str = ""
    ground: str = ""


_PLAIN = _Look()


def _written(segments: Iterable[Segment], system: ColorSystem) -> str:
    pieces: list[str] = []
    look = _PLAIN
    for text, style, _ in segments:
        wanted = _look(style, system) if style is not None else _PLAIN
        if wanted != look:
            if not text.strip(" ") and not wanted.attributes & _SEEN_ON_BLANKS:
                wanted = _Look(look.attributes - _SEEN_ON_BLANKS, look.ink, wanted.ground)
            pieces.append(_change(look, wanted))
            look = wanted
        pieces.append(text)
    if look != _PLAIN:
        pieces.append(_RESET)
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _look(style: Style, system: ColorSystem) -> _Look:
    ink, ground = style.color, style.bgcolor
    return _Look(
        frozenset(name for name in _ATTRIBUTES if getattr(style, name)),
        ";".join(ink.downgrade(system).get_ansi_codes()) if ink else "",
        ";".join(ground.downgrade(system).get_ansi_codes(foreground=False)) if ground else "",
    )


@lru_cache(maxsize=4096)
def _change(old: _Look, new: _Look) -> str:
    if new == old:
        return ""
    if new == _PLAIN:
        return _RESET
    ended = {_ATTRIBUTES[name][1] for name in old.attributes - new.attributes}
    codes = sorted(ended)
    for name, (on, off) in _ATTRIBUTES.items():
        if name in new.attributes and (name not in old.attributes or off in ended):
            codes.append(on)
    if new.ink != old.ink:
        codes.append(new.ink or "39")
    if new.ground != old.ground:
        codes.append(new.ground or "49")
    return f"\x1b[{';'.join(codes)}m"
