"""Markdown as terminal lines: a growing text in, cached rows out. Knows Rich, not Textual."""

from tyler_tui.tui.markdown.document import CodeBlock, MarkdownDocument
from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.wrap import wrap_text

__all__ = ["CodeBlock", "Line", "MarkdownDocument", "MarkdownStyles", "wrap_text"]
