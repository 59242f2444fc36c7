"""Where code stands in a document."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tyler_tui.tui.markdown.code import language_of
from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.parsing import parse, walk


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A code block and the rows it takes, its label included."""

    first_line: int
    last_line: int
    language: str
    code: str


def code_among(
    lines: Sequence[Line], rows: range, source: Callable[[], str]
) -> Iterator[CodeBlock]:
    """The code within the top-level block that stands in `rows`, those in lists and quotes too."""
    labels = [n for n in rows if lines[n].kind == "code-header"]
    if not labels:
        return
    nodes = walk(parse(source()).nodes)
    codes = (node.token for node in nodes if node.kind in ("fence", "code_block"))
    for first, token in zip(labels, codes, strict=False):
        last = first
        while last + 1 < rows.stop and lines[last + 1].kind == "code":
            last += 1
        yield CodeBlock(first, last, language_of(token.info), token.content)
