"""Where code stands in a document."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

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


def code_places(lines: Sequence[Line], source_of: Callable[[int], str]) -> list[CodeBlock]:
    """The code in `lines`, that in lists and quotes too. `source_of` gives the source of a
    top-level block."""
    labels = [n for n, line in enumerate(lines) if line.kind == "code-header"]
    return [
        code
        for block, of_block in groupby(labels, key=lambda n: lines[n].block)
        for code in _among(lines, of_block, source_of(block))
    ]


def _among(lines: Sequence[Line], labels: Iterable[int], source: str) -> Iterator[CodeBlock]:
    nodes = walk(parse(source).nodes)
    codes = (node.token for node in nodes if node.kind in ("fence", "code_block"))
    for first, token in zip(labels, codes, strict=False):
        last = first
        while last + 1 < len(lines) and lines[last + 1].kind == "code":
            last += 1
        yield CodeBlock(first, last, language_of(token.info), token.content)
