"""Text that is too long to be laid out at once: its start, and a line that says what is missing."""

MOST_CHARACTERS = 100_000
MOST_LINES = 4_000
"""What is laid out in a frame without holding up the keys."""


def start_of(text: str, characters: int = MOST_CHARACTERS, lines: int = MOST_LINES) -> str:
    """`text`, or as much from its start as is shown."""
    if len(text) <= lines:
        return text
    end = -1
    for _ in range(lines):
        end = text.find("\n", end + 1, characters)
        if end < 0:
            return text[:characters]
    return text[:end]


def missing_note(text: str, shown: str) -> str:
    """What to say below `shown`; "" when that is all of it."""
    missing = len(text) - len(shown)
    return f"… {missing:,} more characters · copying gives them all" if missing else ""
