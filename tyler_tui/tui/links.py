"""Opening a link that was clicked.

On a server the browser is often one of the terminal: it would draw over the chat, and keep it
waiting. There, and where there is none, the address is copied; the user's own browser is elsewhere.
"""

import asyncio
from functools import partial
from pathlib import PurePath

from textual.screen import Screen

from tyler_tui.tui import clipboard
from tyler_tui.tui.background import run_beside

TERMINAL_BROWSERS = frozenset(
    ("www-browser", "browsh", "elinks", "links", "links2", "lynx", "w3m", "chawan", "cha")
)


def open_link(screen: Screen[object], address: str) -> None:
    """Show the page at `address` in the user's browser, or copy its address."""
    if screen.app.is_web:
        screen.app.open_url(address)
    else:
        run_beside(screen, partial(_open, screen, address), "links")


async def _open(screen: Screen[object], address: str) -> None:
    # In a thread: to look for browsers runs programs, and some are waited for until they end.
    if await asyncio.to_thread(_has_own_window):
        await asyncio.to_thread(screen.app.open_url, address)
    else:
        clipboard.copy(screen, address, "link, for lack of a browser")


def _has_own_window() -> bool:
    import webbrowser  # noqa: PLC0415 - at the first link

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return PurePath(str(getattr(browser, "name", ""))).name not in TERMINAL_BROWSERS
