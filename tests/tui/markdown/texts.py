"""Markdown that is rich in constructs, for property tests, and how to render it."""

from collections.abc import Sequence

from hypothesis import strategies as st

from tyler_tui.tui.markdown import Line, MarkdownDocument, MarkdownStyles

STYLES = MarkdownStyles.dark()

WORDS = st.sampled_from(
    [
        *("a", "word", "longer-word", "snake_case", "2*3", "x\ty", "漢字かな、", "한국어", "👍🏽"),
        *(
            "👩\u200d👩\u200d👧",
            "é",
            "e\u0301",
            "**bold**",
            "*em*",
            "~~gone~~",
            "`code`",
            "``a`b``",
        ),
        *("[link](https://a.b/c)", "[ref]", "[ref][]", "<https://a.b>", "https://c.d/e", "me@a.b"),
        *("$x^2$", "$$", "$", "\\(a\\)", "\\(", "\\)", "\\[b", "c\\]", "$5", "5$", "$*a*$"),
        *("![alt](i.png)", "&amp;", "&#x202e;", "\\*", "*", "_", "`", "[", "]", "(", "|", "#", "+"),
        *("-", ">", "~", "!", "**", "__", "``", "]:", "<b>", "</b>", "<!--", "[/foo]", "[x]"),
        *("  \n", "\\\n", "\x1b[31m", "\u202e", "\x00", "\x07", "\u200b", "\r", "\r\n"),
    ]
)
_INLINE = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
_LINES = st.one_of(
    _INLINE,
    _INLINE,
    st.builds("{} {}".format, st.sampled_from(["#", "##", "####", "#######"]), _INLINE),
    st.sampled_from(["", "", "", " ", "---", "===", "***", "___", "- - -", "#", "##"]),
    st.sampled_from(["", "", "-", "*", "1.", "+ ", ">", "> "]),
    st.sampled_from(["```", "```python", "~~~", "````", "``` a`b", "~~~~ js", "```\tx"]),
    st.builds("| {} | {} |".format, _INLINE, _INLINE),
    st.sampled_from(["|---|---|", "| :-: | --: |", "--|--", "a | b", "|a|b|", "| a |", "|-|"]),
    st.sampled_from(
        ["[ref]: https://a.b/late 'title'", "[ref]:", "[ref]: /x\n'two", "def f(x): # [1]:"]
    ),
    st.sampled_from(
        ['"""', "x = '''", "return {1: [2]}", "/* open", "*/", "<script>", "<!--", "-->"]
    ),
)
_MARKS = st.sampled_from(
    [
        *("- ", "* ", "+ ", "-   ", "-     ", "- [ ] ", "> ", ">"),
        *("1. ", "2. ", "9. ", "10. ", "3) ", "1. [x] "),
    ]
)
_INDENTS = st.sampled_from(
    ["", "", "", " ", "  ", "   ", "    ", "     ", "      ", "\t", ">  ", "> > "]
)


@st.composite
def _nested(draw: st.DrawFn) -> str:
    marks = "".join(draw(st.lists(_MARKS, max_size=2)))
    return f"{draw(_INDENTS)}{marks}{draw(_LINES)}"


@st.composite
def _runs(draw: st.DrawFn) -> str:
    """Many lines of a kind, as an answer has them: what is cut within blocks."""
    prefix = draw(st.sampled_from(["", "", "  ", "   ", "> ", "> - "]))
    kind = draw(st.sampled_from(["bullet", "number", "ones", "table", "fence", "quote", "loose"]))
    lines = draw(st.lists(_INLINE, min_size=2, max_size=12))
    match kind:
        case "bullet":
            lines = [f"- {line}" for line in lines]
        case "number":
            lines = [f"{number}. {line}" for number, line in enumerate(lines, 1)]
        case "ones":
            lines = [f"1. {line}" for line in lines]
        case "loose":
            lines = [piece for line in lines for piece in (f"- {line}", "", "  more", "")]
        case "table":
            rows = [f"| {line} | {line[:7]} |" for line in lines]
            lines = ["| head | er |", "|---|---|", *rows]
        case "fence":
            lines = ["```python", *lines, *draw(st.sampled_from([[], ["```"]]))]
        case _:
            lines = [f"> {line}" for line in lines]
    first = draw(st.sampled_from(["", "- ", "1. "]))
    return "\n".join((first if n == 0 else prefix) + line for n, line in enumerate(lines))


TEXTS = st.lists(st.one_of(_nested(), _nested(), _runs()), max_size=14).map("\n".join)
WIDTHS = st.integers(1, 200)


def rows_of(text: str, width: int) -> Sequence[Line]:
    document = MarkdownDocument(STYLES, source=text)
    document.finish()
    return document.lines(width)


def drawn(text: str, width: int) -> list[str]:
    """The rows as they look, without styles."""
    return ["".join(segment.text for segment in line.segments) for line in rows_of(text, width)]


@st.composite
def chunked(draw: st.DrawFn) -> list[str]:
    """A text in pieces."""
    text = draw(TEXTS)
    sizes = draw(st.lists(st.integers(1, 40), min_size=1, max_size=12))
    pieces: list[str] = []
    at = 0
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(text[at : at + size])
        at += size
    return pieces
