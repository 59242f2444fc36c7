"""What all dialogs have in common."""

from typing import Any

from textual.screen import Screen


def is_open(screen: Screen[Any]) -> bool:
    """Whether a dialog is there with all that is in it: what it waited for may come too late."""
    return screen.is_mounted and screen in screen.app.screen_stack
