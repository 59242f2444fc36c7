"""Copying, by every way that may work, and saying which did.

A terminal's clipboard is set by OSC 52 (xterm's control sequences), which reaches the user's own
machine over ssh, and of which nobody answers whether it was understood. tmux takes it from no
program by default, but has a command for it. On the user's own machine the system's tool is sure.
What is too long for all of them goes into a file.
"""

import asyncio
import base64
import os
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App
from textual.screen import Screen

from tyler_tui import paths
from tyler_tui.terminals import CopyWay, copy_ways, wrapped
from tyler_tui.tui.background import run_beside

OSC_52_LIMIT = 100_000
"""Bytes of base64: many terminals drop a longer sequence."""
TOOL_SECONDS = 2.0
"""A tool that hangs, as xclip without a display may, is not waited for."""


def terminal_sequence(text: str) -> str:
    """The sequence that sets the terminal's clipboard, wrapped for what stands between; "" when
    `text` is too long for one."""
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    if len(encoded) > OSC_52_LIMIT:
        return ""
    return wrapped(f"\x1b]52;c;{encoded}\a", os.environ)


def copy(screen: Screen[object], text: str, what: str) -> None:
    """Put `text` on the clipboard; `what` names it to the user."""
    screen.app.copy_to_clipboard(text)
    run_beside(screen, partial(_copy, screen, text, what), "clipboard")


async def _copy(screen: Screen[object], text: str, what: str) -> None:
    way = await _copy_elsewhere(screen.app, text)
    if way:
        screen.notify(f"Copied {what}: {len(text):,} characters {way}", markup=False, timeout=3)
        return
    screen.notify(
        f"The {what} is too long for the clipboard, and no file could be written.",
        severity="error",
        markup=False,
    )


async def _copy_elsewhere(app: App[Any], text: str) -> str:
    """Copy beside the terminal's sequence; returns how, or "" when nothing can have worked."""
    ways: list[str] = []
    for way in copy_ways(os.environ) if not app.is_headless else ():
        match way:
            case CopyWay.TMUX if await _run("tmux", "load-buffer", "-w", "-", text=text):
                ways.append(way)
            case CopyWay.SYSTEM if await _copied_by_tool(text):
                ways.append(way)
            case _:
                pass
    if ways:
        return f"(to {' and '.join(ways)})"
    if terminal_sequence(text):
        return "(through the terminal)"
    try:
        return f"(to {await asyncio.to_thread(_write, text)})"
    except OSError:
        return ""


async def _copied_by_tool(text: str) -> bool:
    try:
        return await asyncio.wait_for(asyncio.to_thread(_tool, text), TOOL_SECONDS)
    except TimeoutError:
        return False


def _tool(text: str) -> bool:
    import pyperclip  # noqa: PLC0415 - at the first copy

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError):
        return False
    return True


async def _run(*command: str, text: str) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await asyncio.wait_for(process.communicate(text.encode("utf-8", "replace")), TOOL_SECONDS)
    except (OSError, TimeoutError):
        return False
    return process.returncode == 0


def _write(text: str) -> Path:
    file = paths.copy_file()
    paths.private_folder(file.parent)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as opened:
        opened.write(text)
    return file
