"""Copying, and saying what was copied."""

from textual.screen import Screen


def copy(screen: Screen[object], text: str, what: str) -> None:
    """Put `text` on the clipboard; `what` names it to the user."""
    screen.app.copy_to_clipboard(text)
    screen.notify(f"Copied {what}: {len(text):,} characters", markup=False, timeout=2)
