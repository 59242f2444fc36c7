"""Long lines are broken between words, for a terminal breaks within them, and a screen reader reads
the halves."""

import os
import re
import textwrap
from typing import TextIO

LEAST = 20
"""On a terminal that is narrower, or does not say, nothing is broken."""

_INDENT = re.compile(r"\s*(?:(?:[-*+>]|\d+[.)])\s+)*")


def width_of(stream: TextIO) -> int | None:
    """How many columns the terminal has; None where there is none, or it does not say."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError):
        columns = 0
    return columns if columns >= LEAST else None


def folded(line: str, width: int | None) -> str:
    """`line` in lines of at most `width` characters, further ones indented like its text. What is
    longer than that without a space stays whole."""
    if width is None or len(line) <= width:
        return line
    indent = _INDENT.match(line)
    depth = min(len(indent[0]) if indent is not None else 0, width // 2)
    # Exactly the width would send some terminals to a line of their own.
    return textwrap.fill(
        line,
        width - 1,
        subsequent_indent=" " * depth,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
