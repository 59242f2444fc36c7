"""What the terminal can do, and what stands between it and the program."""

import locale
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from tyler_tui.doctor.asking import Said, ask_terminal
from tyler_tui.doctor.finding import Notes
from tyler_tui.stdio.terminal import is_dumb
from tyler_tui.terminals import (
    Between,
    CopyWay,
    auto_notice,
    copy_ways,
    is_remote,
    standing_between,
    terminal_name,
)

LEAST_COLUMNS, LEAST_ROWS = 80, 24
_SLOW_ESCAPE_MS = 100


def look(notes: Notes) -> None:
    environ = os.environ
    term = environ.get("TERM", "")
    if is_dumb(environ):
        notes.warn(
            "TERM",
            f"{term or 'not set'}: the chat goes line by line here",
            "Use another terminal, or set TERM to what this one is, such as xterm-256color.",
        )
    else:
        notes.ok("TERM", f"{term} · {terminal_name(environ) or 'which terminal is not said'}")
    _look_at_way(notes, environ)
    _look_at_colours(notes, environ)
    _look_at_letters(notes)
    if sys.stdout.isatty():
        _look_at_size(notes)
        _look_at_answers(notes, environ, ask_terminal())
    _look_at_clipboard(notes, environ)
    way = auto_notice(environ)
    told = {"osc9": "on the desktop (OSC 9)", "osc777": "on the desktop (OSC 777)"}
    notes.ok("calls", told.get(way, "by the bell") + "; `notify` under [ui] changes it")


def _look_at_way(notes: Notes, environ: Mapping[str, str]) -> None:
    if is_remote(environ):
        notes.ok("ssh", "this is a remote machine; copies go through the terminal (OSC 52)")
    match standing_between(environ):
        case Between.TMUX:
            _look_at_tmux(notes)
        case Between.ZELLIJ:
            notes.ok("Zellij", "runs; see Keys for those that it takes")
        case Between.SCREEN:
            notes.warn(
                "screen",
                "no 24-bit colours, italics, focus or Shift+Enter get through it; Ctrl+A is its "
                "own, and gets here when an a follows",
                "tmux and Zellij let more through. Ctrl+J begins a new line in any terminal.",
            )
        case None if environ.get("TERM", "").startswith("tmux"):
            notes.ok(
                "tmux",
                "runs at the other end of the line, as TERM says: it keeps its prefix (Ctrl+B as a "
                "rule), and copies need `tmux set -g set-clipboard on` there",
            )
        case None:
            pass


def _look_at_tmux(notes: Notes) -> None:
    said = _tmux_options("focus-events", "allow-passthrough", "escape-time", "set-clipboard")
    if not said:
        notes.warn("tmux", "runs, but does not answer", "Is `tmux` in the PATH?")
        return
    notes.ok("tmux", "runs; see Keys for those that it takes")
    if said["focus-events"] in ("0", "off"):
        notes.warn(
            "tmux focus-events",
            "off: the chat cannot know when you look elsewhere, and does not call you",
            "tmux set -g focus-events on",
        )
    if said["allow-passthrough"] in ("0", "off"):
        notes.warn(
            "tmux allow-passthrough",
            "off: desktop notifications do not get out; the bell does",
            "tmux set -g allow-passthrough on",
        )
    if said["escape-time"].isdigit() and int(said["escape-time"]) > _SLOW_ESCAPE_MS:
        notes.warn(
            "tmux escape-time",
            f"{said['escape-time']} ms: Esc, and Alt with a key, are felt to be late",
            "tmux set -g escape-time 10",
        )
    if said["set-clipboard"] in ("0", "off"):
        notes.warn(
            "tmux set-clipboard",
            "off: a copy stays in tmux, and does not reach the desktop",
            "tmux set -g set-clipboard on",
        )


def _tmux_options(*names: str) -> dict[str, str]:
    """What tmux has options set to, "" for those that it does not know; nothing when it does not
    answer."""
    wanted = "|".join(f"#{{{name}}}" for name in names)
    try:
        said = subprocess.run(
            ["tmux", "display-message", "-p", wanted],
            capture_output=True, text=True, timeout=1, check=True,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return {}
    return dict(zip(names, (*said.rstrip("\n").split("|"), *[""] * len(names)), strict=False))


def _look_at_colours(notes: Notes, environ: Mapping[str, str]) -> None:
    term, said = environ.get("TERM", ""), environ.get("COLORTERM", "")
    if environ.get("NO_COLOR"):
        notes.ok("colours", "none, as NO_COLOR asks")
    elif said in ("truecolor", "24bit"):
        notes.ok("colours", f"24-bit (COLORTERM={said})")
    elif "256color" in term or "direct" in term or term.startswith(("xterm-", "foot", "alacritty")):
        notes.ok("colours", "256; COLORTERM=truecolor says that the terminal has more")
    elif not is_dumb(environ):
        notes.warn(
            "colours",
            f"16, as TERM={term} says",
            "Where the terminal has more: export TERM=xterm-256color COLORTERM=truecolor",
        )


def _look_at_letters(notes: Notes) -> None:
    encoding = locale.getencoding().lower().replace("-", "")
    if encoding == "utf8":
        notes.ok("letters", "UTF-8")
    else:
        notes.warn(
            "letters",
            f"the locale has {encoding}: lines, marks and other scripts come out wrong",
            "export LANG=C.UTF-8, or a UTF-8 locale of your language",
        )


def _look_at_size(notes: Notes) -> None:
    size = shutil.get_terminal_size()
    text = f"{size.columns} × {size.lines}"
    if size.columns < LEAST_COLUMNS or size.lines < LEAST_ROWS:
        notes.warn("size", text, f"{LEAST_COLUMNS} × {LEAST_ROWS} or more shows all at once.")
    else:
        notes.ok("size", text)


def _look_at_answers(notes: Notes, environ: Mapping[str, str], said: Said) -> None:
    if not said.answered:
        if not is_dumb(environ):
            notes.warn(
                "answers",
                "the terminal does not say what it can do",
                "Ctrl+J begins a new line in any terminal.",
            )
        return
    notes.ok(
        "keyboard",
        "the protocol of kitty: Shift+Enter and Ctrl+Shift+Z get here"
        if said.enhanced_keys
        else "the classic one: Shift+Enter is Enter here; Ctrl+J begins a new line",
    )
    if said.focus is not None:
        notes.ok("focus", "is told" if said.focus else "is not told: no notification when away")
    if said.synchronized is not None:
        notes.ok("whole frames", "yes (mode 2026)" if said.synchronized else "no")


def _look_at_clipboard(notes: Notes, environ: Mapping[str, str]) -> None:
    ways = copy_ways(environ)
    if CopyWay.SYSTEM in ways and not _has_clipboard_tool():
        ways.remove(CopyWay.SYSTEM)
    names = {CopyWay.TERMINAL: "the terminal (OSC 52)", CopyWay.SYSTEM: "the system's clipboard"}
    text = " and ".join(names.get(way, way) for way in ways)
    if ways == [CopyWay.TERMINAL] and terminal_name(environ) == "macOS Terminal":
        notes.warn("clipboard", f"{text}, which macOS Terminal does not know", "Use iTerm2.")
    else:
        notes.ok("clipboard", text)


def _has_clipboard_tool() -> bool:
    import pyperclip  # noqa: PLC0415 - only here

    copy, _ = pyperclip.determine_clipboard()
    return type(copy).__name__ != "ClipboardUnavailable"
