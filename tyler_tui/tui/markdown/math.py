r"""Formulas: LaTeX between $…$, $$…$$, \(…\) or \[…\], as text that a terminal can show.

Where a dollar sign is money is told as pandoc tells it: an opening one has text behind it, a
closing one has text before it and no digit behind it; a number alone behind the first is a price.
"""

import logging
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from pylatexenc.latex2text import LatexNodes2Text

KIND = "math_inline"
MAX_LENGTH = 2_000
"""Characters; a longer formula is shown as it is written."""

_FORMULA = re.compile(
    r"\$\$(?P<display>[^$]+)\$\$"
    r"|\$(?!\d[\d.,]*\s)(?P<dollars>[^\s$](?:[^$\n]*[^\s$\\])?)\$(?!\d)"
    r"|\\\((?P<round>.+?)\\\)"
    r"|\\\[(?P<square>.+?)\\\]",
    re.DOTALL,
)
MAY_OPEN = re.compile(r"\$(?=\S)|\\[(\[]")
"""What may become a formula when its other half comes."""

_HIGH = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
_LOW = dict(zip("0123456789+-=()aeijox", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢⱼₒₓ", strict=True))
_RAISED = re.compile(r"([\^_])(?:\{([^{}\\]+)\}|([0-9A-Za-z+\-=]))")


def add_math(parser: "MarkdownIt") -> None:
    """Teach a parser formulas within paragraphs; it gives them as tokens of KIND."""
    parser.inline.ruler.before("escape", KIND, _rule)


def _rule(state: "StateInline", silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    match = _FORMULA.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push(KIND, "math", 0)
        token.content = match[match.lastgroup or 0]
        token.markup = match[0]
    state.pos = match.end()
    return True


@lru_cache(1_000)
def unicode_of(formula: str, written: str) -> str:
    """A formula in Unicode, or as it was `written` where that cannot be done."""
    if len(formula) > MAX_LENGTH or formula.count("{") != formula.count("}"):
        return written
    try:
        text = _converter().latex_to_text(_RAISED.sub(_raised, formula))
    except Exception:  # whatever a model writes, it is shown
        return written
    return " ".join(text.split()) or written


def _raised(match: re.Match[str]) -> str:
    """`^{2n}` as ²ⁿ where there are such letters, else as ^(2n)."""
    mark, group, letter = match.groups()
    text = group or letter
    table = _HIGH if mark == "^" else _LOW
    if all(character in table for character in text):
        text = "".join(table[character] for character in text)
        return "{}" + text  # or a letter would go on with the name of the command before it
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


@cache
def _converter() -> "LatexNodes2Text":
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415 - at the first formula

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    return LatexNodes2Text(math_mode="text")
