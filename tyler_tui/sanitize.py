"""Make foreign text harmless to a terminal.

Text from models, tools, files, titles and errors passes through here at every sink (screen,
standard output, exports). The work is done a character at a time and keeps no state, so an escape
sequence that is cut between two chunks cannot slip through.
"""

import re

# C0 but tab and newline, DEL, C1, the bidirectional overrides and isolates, the invisible
# operators and BOM, the tag characters, lone surrogates, and the two Unicode line separators.
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_NEWLINES = re.compile("\r\n|[\r\u2028\u2029\x85]")
_ESCAPE = "\x1b"
_VISIBLE_ESCAPE = "\u241b"
LOOKED_AT = 8
"""Times the characters that are wanted in a line, which is nearly always enough to find them in."""
_SURROGATES = re.compile("[\ud800-\udfff]")


def sanitize(text: str) -> str:
    """Return `text` with only printable characters, tabs and `\\n`.

    ESC becomes a visible `␛`, lone surrogates become U+FFFD, every kind of line end becomes
    `\\n`; other control and invisible format characters are dropped.
    """
    if _SUSPECT.search(text) is None:
        return text
    text = _NEWLINES.sub("\n", text).replace(_ESCAPE, _VISIBLE_ESCAPE)
    return _SUSPECT.sub("", _SURROGATES.sub("\ufffd", text))


def sanitize_chunk(text: str) -> str:
    """`sanitize` for a piece of a stream: a `\\r` at either end cannot be told from half a CRLF,
    so `\\r` is dropped rather than turned into a line end."""
    if _SUSPECT.search(text) is None:
        return text
    return sanitize(text.replace("\r", ""))


def one_line(text: str, limit: int = 200) -> str:
    """Sanitised, with white space folded to single spaces, cut to `limit` characters."""
    line = _folded(text[: LOOKED_AT * limit])
    if len(text) > LOOKED_AT * limit and len(line) <= limit:
        line = _folded(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def model_on_one_line(model: str, limit: int) -> str:
    """A model's name like `one_line`; of one that is a file no folders and no settings, as in
    gguf:qwen3-4b.gguf, for its end is what tells it from others."""
    kind, _, place = model.partition(":")
    if kind in ("gguf", "replay"):
        model = f"{kind}:{place.partition('?')[0].rpartition('/')[2]}"
    return one_line(model, limit)


def _folded(text: str) -> str:
    return " ".join(sanitize(text).split())


def storable(text: str) -> str:
    """`text` unchanged but for lone surrogates, which neither SQLite nor JSON can carry."""
    return _SURROGATES.sub("\ufffd", text)


def without_credentials(base: str | None) -> str | None:
    """An address without the name and password that may stand in it: fit to be stored."""
    if base is None or "@" not in base:
        return base
    scheme, separator, rest = base.partition("://") if "://" in base else ("", "", base)
    authority, slash, path = rest.partition("/")
    return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"
