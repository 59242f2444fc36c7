"""What the environment tells of the terminal: which one it is, what stands between it and the
program, and how a control sequence gets through.

Nothing is asked of the terminal here, and nothing is imported that a quick command would feel.
"""

import shutil
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from tyler_tui.sanitize import one_line

SCREEN_CHUNK = 700
"""GNU screen passes on strings of at most 768 bytes."""

_PROGRAMS = (
    # Variables that a terminal gives its shell stay in tmux's environment too, TERM_PROGRAM not.
    ("KITTY_WINDOW_ID", "kitty"),
    ("GHOSTTY_RESOURCES_DIR", "Ghostty"),
    ("WEZTERM_PANE", "WezTerm"),
    ("ITERM_SESSION_ID", "iTerm2"),
    ("ALACRITTY_WINDOW_ID", "Alacritty"),
    ("WT_SESSION", "Windows Terminal"),
    ("KONSOLE_VERSION", "Konsole"),
    ("VTE_VERSION", "a VTE terminal, such as GNOME's"),
)
_BY_NAME = {
    "vscode": "VS Code", "apple_terminal": "macOS Terminal", "iterm.app": "iTerm2",
    "wezterm": "WezTerm", "ghostty": "Ghostty", "kitty": "kitty", "rio": "Rio",
    "warpterminal": "Warp", "hyper": "Hyper", "tabby": "Tabby",
}  # fmt: skip
_BY_TERM = {
    "xterm-kitty": "kitty", "xterm-ghostty": "Ghostty", "foot": "foot", "alacritty": "Alacritty",
    "rxvt": "rxvt", "linux": "the Linux console", "wezterm": "WezTerm", "contour": "Contour",
}  # fmt: skip


class Between(StrEnum):
    """A program that stands between this one and the terminal."""

    TMUX = "tmux"
    SCREEN = "screen"
    ZELLIJ = "Zellij"


def standing_between(environ: Mapping[str, str]) -> Between | None:
    """What the sequences of this program go through first."""
    if environ.get("TMUX"):
        return Between.TMUX
    if environ.get("ZELLIJ"):
        return Between.ZELLIJ
    if environ.get("STY") or environ.get("TERM", "").startswith("screen"):
        return Between.SCREEN
    return None


def has_italics(environ: Mapping[str, str]) -> bool:
    """Whether the code for italics means that: to screen it means reverse video."""
    return standing_between(environ) is not Between.SCREEN


def is_remote(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is on another machine."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def terminal_name(environ: Mapping[str, str]) -> str:
    """What people call the terminal; "" when nothing tells."""
    program = environ.get("TERM_PROGRAM", "").casefold()
    if program in _BY_NAME:
        return _BY_NAME[program]
    for variable, name in _PROGRAMS:
        if environ.get(variable):
            return name
    term = environ.get("TERM", "")
    return next((name for begin, name in _BY_TERM.items() if term.startswith(begin)), "")


def wrapped(sequence: str, environ: Mapping[str, str]) -> str:
    """`sequence` so that it reaches the terminal through what stands between."""
    match standing_between(environ):
        case Between.TMUX:
            return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
        case Between.SCREEN:
            parts = range(0, len(sequence), SCREEN_CHUNK)
            return "".join(f"\x1bP{sequence[at : at + SCREEN_CHUNK]}\x1b\\" for at in parts)
        case _:
            return sequence


class CopyWay(StrEnum):
    """A way to the clipboard."""

    TMUX = "tmux"
    SYSTEM = "the system"
    TERMINAL = "the terminal"


def copy_ways(environ: Mapping[str, str]) -> list[CopyWay]:
    """The ways that are worth a try here. The terminal's own sequence (OSC 52) is always one: of
    it nobody answers whether it was understood."""
    ways = []
    if environ.get("TMUX") and shutil.which("tmux"):
        ways.append(CopyWay.TMUX)
    if not is_remote(environ):
        ways.append(CopyWay.SYSTEM)
    return [*ways, CopyWay.TERMINAL]


NoticeWay = Literal["osc9", "osc777", "bell", "off"]
"""How the desktop hears of something: OSC 9 (iTerm2's), OSC 777 (rxvt's), the bell, not at all."""
_NOTICES: dict[str, NoticeWay] = {
    "iTerm2": "osc9", "WezTerm": "osc9", "Ghostty": "osc9", "kitty": "osc9", "Warp": "osc9",
    "foot": "osc777", "rxvt": "osc777", "Contour": "osc777",
}  # fmt: skip
_BELL = "\a"


def is_mute(environ: Mapping[str, str]) -> bool:
    """Whether a control string would be shown as text, or not be understood at all."""
    return environ.get("TERM", "").startswith(
        ("dumb", "unknown", "linux", "vt")
    ) or not environ.get("TERM")


def auto_notice(environ: Mapping[str, str]) -> NoticeWay:
    """The way that the terminal is known to understand; the bell where none is."""
    return "bell" if is_mute(environ) else _NOTICES.get(terminal_name(environ), "bell")


def notice(way: NoticeWay, title: str, text: str, environ: Mapping[str, str]) -> str:
    """The sequence that tells the user of something who looks elsewhere. What tmux does not let
    through it marks at least, at the bell."""
    # A semicolon parts the fields, and a number behind OSC 9 is another command to some.
    title, text = (one_line(part, 120).replace(";", ",") for part in (title, text))
    match way:
        case "osc9":
            told = wrapped(f"\x1b]9;tyler-chat: {title}: {text}\a", environ)
        case "osc777":
            told = wrapped(f"\x1b]777;notify;tyler-chat: {title};{text}\a", environ)
        case "bell":
            return _BELL
        case "off":
            return ""
    return told + _BELL if standing_between(environ) else told
