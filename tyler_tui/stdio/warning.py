"""What must be known, and stops nothing."""

import sys

from tyler_tui.sanitize import sanitize


def write_warning(text: str) -> None:
    """Say it on standard error; nothing when `text` is empty."""
    if text:
        sys.stderr.write(f"Warning: {sanitize(text)}\n")
