"""What the first answer would wait for, done ahead."""

import tyler_tui.tui.markdown.document  # noqa: F401 - replies import it when they are made
from tyler_tui.tui.markdown.code import lexer_of
from tyler_tui.tui.markdown.parsing import parser
from tyler_tui.tui.markdown.wrap import token_pattern

USUAL_LANGUAGES = ("python", "bash", "javascript", "json", "sql")


def warm() -> None:
    """Import the parser and compile its patterns and those of the usual languages. It takes a
    fifth of a second, so call it in a thread, behind the first paint."""
    warm_parser()
    for language in USUAL_LANGUAGES:
        lexer_of(language)


def warm_parser() -> None:
    """Only what every text needs."""
    parser()
    token_pattern()
