"""The colours of a unified diff, and of a command behind its prompt."""

from collections.abc import Iterator

from rich.style import Style

from tyler_tui.tui.palette import Palette


def is_diff(text: str) -> bool:
    """Whether `text` holds a unified diff, perhaps behind some notes."""
    return text.startswith("@@ -") or "\n@@ -" in text


def styled_lines(text: str, palette: Palette) -> Iterator[tuple[str, Style]]:
    """Each line of `text` with its style."""
    return _diff_lines(text, palette) if is_diff(text) else _plain_lines(text, palette)


def _plain_lines(text: str, palette: Palette) -> Iterator[tuple[str, Style]]:
    for line in text.split("\n"):
        yield line, palette.strong if line.startswith(("$ ", "> ")) else palette.text


def _diff_lines(text: str, palette: Palette) -> Iterator[tuple[str, Style]]:
    within_hunk = False  # a file may have lines that begin as the head of a diff does
    for line in text.split("\n"):
        if line.startswith("@@ -"):
            within_hunk = True
            yield line, palette.muted
        elif not within_hunk:
            yield line, palette.strong if line.startswith(("--- ", "+++ ")) else palette.text
        elif line.startswith("+"):
            yield line, palette.added
        elif line.startswith("-"):
            yield line, palette.removed
        else:
            yield line, palette.muted if line.startswith("\\") else palette.text


def edited_lines(text: str, palette: Palette) -> Iterator[tuple[str, Style]]:
    """Each line of `text`, which holds nothing but lines that come and go, with its style."""
    for line in text.split("\n"):
        style = palette.added if line.startswith("+") else palette.removed
        yield line, style if line.startswith(("+", "-")) else palette.muted
