"""Markdown as terminal lines: a growing text in, cached rows out. Knows Rich, not Textual."""

from typing import TYPE_CHECKING, Any

from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.wrap import wrap_text

if TYPE_CHECKING:
    from tyler_tui.tui.markdown.document import MarkdownDocument

__all__ = ["Line", "MarkdownDocument", "MarkdownStyles", "wrap_text"]


def __getattr__(name: str) -> Any:
    if name == "MarkdownDocument":
        from tyler_tui.tui.markdown.document import (  # noqa: PLC0415 - not before the first paint
            MarkdownDocument,
        )

        return MarkdownDocument
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
