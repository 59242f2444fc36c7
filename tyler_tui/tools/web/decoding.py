"""The text in the bytes that a server sent."""

import codecs
import re
from contextlib import suppress

from tyler_tui.sanitize import sanitize

_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-z0-9_.:-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_.:-]+)""")
_HEAD = 4096

# Browsers read these labels so (the WHATWG's Encoding Standard), and pages are made for browsers.
_READ_AS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030",
    "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
    "tis-620": "cp874",
}  # fmt: skip
_NOT_FOR_PAGES = frozenset({"utf-7", "idna", "punycode", "undefined"})

_BOMS = [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
         (codecs.BOM_UTF16_BE, "utf-16-be")]  # fmt: skip


def text_of(body: bytes, content_type: str, *, is_html: bool) -> str:
    """`body` as text, without what people would not see (see `sanitize`): they must see what the
    model reads. The byte order mark counts, then the header, then what the page says of itself;
    else it is UTF-8, if it can be, or what it looks like."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return sanitize(body[len(mark) :].decode(codec, "replace"))
    named = [match[1] for match in [_CHARSET.search(content_type)] if match]
    if is_html:
        own = _META.search(body[:_HEAD]) or _XML.search(body[:_HEAD])
        # What could be found this way is not UTF-16, whatever it says.
        if own and not own[1].lower().startswith(b"utf-16"):
            named.append(own[1].decode())
    for label in named:
        if encoding := _known(label):
            return sanitize(body.decode(encoding, "replace"))
    with suppress(UnicodeDecodeError):
        # A body that was cut may end in the middle of a character.
        return sanitize(codecs.getincrementaldecoder("utf-8")().decode(body))
    return sanitize(_guessed(body))


def _known(label: str) -> str | None:
    """The codec that a label stands for; None when it is none for text."""
    try:
        codec = codecs.lookup(label)
        "".encode(codec.name)  # LookupError for rot13 and its like, which turn text into text
    except (LookupError, ValueError):
        return None
    name = _READ_AS.get(codec.name, codec.name)
    return None if name in _NOT_FOR_PAGES or "unicode_escape" in name.replace("-", "_") else name


def _guessed(body: bytes) -> str:
    import charset_normalizer  # noqa: PLC0415 - seldom needed

    best = charset_normalizer.from_bytes(body[: 64 * 1024]).best()
    return body.decode(best.encoding if best is not None else "cp1252", "replace")
