"""What the environment tells of the terminal: which one it is, what stands between it and the
program, and how a control sequence gets through.

Nothing is asked of the terminal here, and nothing is imported that a quick command would feel.
"""

import shutil
from collections.abc import Mapping
from enum import StrEnum

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
