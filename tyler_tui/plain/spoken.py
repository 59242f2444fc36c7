"""Markdown that streams in, as lines for the ear.

Lines come out whole, for a screen reader reads what appears: a fragment is read as a fragment. A
long paragraph comes a few sentences at a time. It stays Markdown, but for what is noise when it is
read aloud: marks of emphasis go, a link is followed by its target, a table is read row by row with
the name of each column, and code is announced where it begins and ends.
"""

import re

from tyler_tui.plain.voice import Line, Tone

LONG = 160
"""So many characters of a line that still grows are enough to say its whole sentences."""
TOO_LONG = 1_000
"""So many without the end of a sentence are cut between words."""
HUGE = 8_000
"""So many are said as they are, whatever they are."""

_SENTENCE_END = re.compile(r"(?:(?<=\w\w)|(?<=[)\]\"'*`]))[.!?…]+[\"')\]*_]*\s|[。！？]")
_FENCE = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+|>\s*)?(`{3,}|~{3,})\s*([^`\s]*)[^`]*")
_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")
_CELL_END = re.compile(r"(?<!\\)\|")
_CODE_SPAN = re.compile(r"(?<!`)(`++)(.+?)(?<!`)\1(?!`)")
_SPAN = "\0"
"""Stands for a code span; no other text has it."""
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*]+?)(?<=[^\s*\\])\*(?![\w*])")
_LINK = re.compile(
    r"(!?)\[([^\[\]]++)\]\(\s*+<?([^\s()<>]++(?:\([^\s()]*+\)[^\s()<>]*+)?)>?[^()]*+\)"
)


class SpokenMarkdown:
    """Takes one answer as it comes, and gives the lines that are ready. The text must have been
    sanitised."""

    def __init__(self) -> None:
        self._pending = ""
        self._fence = ""
        """What closes the code block that is open."""
        self._head: str | None = None
        """A line that may turn out to be the head of a table."""
        self._columns: list[str] | None = None
        self._blank = False
        """Whether an empty line waits for the text behind it."""
        self._said = False

    def feed(self, text: str) -> list[Line]:
        """The lines that are whole now."""
        *whole, self._pending = (self._pending + text).split("\n")
        lines = [spoken for line in whole for spoken in self._line(line)]
        if len(self._pending) >= HUGE:
            lines += self._release_head() + self._say(self._pending, Tone.VERBATIM)
            self._pending = ""
        elif len(self._pending) >= LONG and self._may_cut():
            lines += self._cut()
        return lines

    def finish(self) -> list[Line]:
        """The rest."""
        pending, self._pending = self._pending, ""
        lines = self._line(pending) if pending.strip() else []
        return lines + self._release_head()

    def _may_cut(self) -> bool:
        """Whether the line that grows is one of a paragraph."""
        is_table = self._columns is not None or self._pending.lstrip().startswith("|")
        return not (self._fence or is_table or _FENCE.match(self._pending))

    def _cut(self) -> list[Line]:
        """The whole sentences of the line that grows."""
        ends = [match.end() for match in _SENTENCE_END.finditer(self._pending)]
        end = ends[-1] if ends else 0
        if not end and len(self._pending) >= TOO_LONG:
            end = self._pending.rfind(" ", 0, TOO_LONG) + 1 or TOO_LONG
        if not end:
            return []
        piece, self._pending = self._pending[:end], self._pending[end:]
        return [*self._release_head(), *self._say(_plain(piece))]

    def _line(self, line: str) -> list[Line]:
        if self._fence:
            return self._code_line(line)
        if (fence := _FENCE.fullmatch(line)) is not None:
            self._fence = fence[1]
            name = fence[2]
            opening = self._say(f"Code, {name}:" if name else "Code:")
            return [*self._release_head(), *self._end_table(), *opening]
        return self._table_line(line) if "|" in line else self._text_line(line)

    def _code_line(self, line: str) -> list[Line]:
        mark = line.strip()
        if mark.startswith(self._fence) and not mark.strip(self._fence[0]):
            self._fence = ""
            return self._say("End of code.")
        return self._say(line, Tone.VERBATIM)

    def _text_line(self, line: str) -> list[Line]:
        return [*self._release_head(), *self._end_table(), *self._say(_plain(line))]

    def _table_line(self, line: str) -> list[Line]:
        if self._columns is not None:
            return self._say(_row(self._columns, _cells(line)))
        head = self._head
        if head is not None and _DELIMITER.fullmatch(line):
            self._head = None
            self._columns = _cells(head)
            names = ", ".join(filter(None, self._columns))
            return self._say(f"Table with {len(self._columns)} columns: {names}.")
        waiting = self._release_head()
        self._head = line
        return waiting

    def _release_head(self) -> list[Line]:
        """What was no table after all."""
        head, self._head = self._head, None
        return [] if head is None else self._say(_plain(head))

    def _end_table(self) -> list[Line]:
        if self._columns is None:
            return []
        self._columns = None
        return self._say("End of table.")

    def _say(self, text: str, tone: Tone = Tone.ANSWER) -> list[Line]:
        """The line, behind an empty one if there was one; several of them are one, and none comes
        first or last."""
        text = text.rstrip()
        if not text:
            self._blank = self._said
            return []
        line = Line(text, tone)
        lines = [Line("", tone), line] if self._blank else [line]
        self._blank, self._said = False, True
        return lines


def _plain(line: str) -> str:
    """A line of text without the marks of emphasis; what stands in code spans stays as it is."""
    if len(line) > HUGE:
        return line
    spans: list[str] = []

    def put_aside(span: re.Match[str]) -> str:
        spans.append(span[0])
        return _SPAN

    text = _CODE_SPAN.sub(put_aside, line)
    text = _LINK.sub(_link, _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", text)))
    left = iter(spans)
    return re.sub(_SPAN, lambda _: next(left), text)


def _link(match: re.Match[str]) -> str:
    image, text, target = match.groups()
    said = target if text == target else f"{text} ({target})"
    return f"image: {said}" if image else said


def _cells(line: str) -> list[str]:
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [_plain(cell.strip().replace("\\|", "|")) for cell in _CELL_END.split(inner)]


def _row(columns: list[str], cells: list[str]) -> str:
    named = zip(columns + [""] * len(cells), cells, strict=False)
    said = [f"{name}: {cell}" if name else cell for name, cell in named if cell]
    return "; ".join(said) or "an empty row"
