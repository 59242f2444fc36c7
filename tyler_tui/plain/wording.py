"""Words for what other front ends show as signs."""

_WORDS = {"≈": "about ", " → ": " to ", " tok": " tokens", " · ": ", "}


def counted(number: int, thing: str, things: str = "") -> str:
    """12 lines, 1 line; `things` where it takes more than an s."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def in_words(text: str) -> str:
    """`text` with its signs as words."""
    for sign, word in _WORDS.items():
        text = text.replace(sign, word)
    return text


def sentence(text: str) -> str:
    """`text` with a capital letter."""
    return text[:1].upper() + text[1:]
