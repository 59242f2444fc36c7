"""Who asks for what, above what it would do."""

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tyler_tui.sanitize import one_line
from tyler_tui.tools.visible import visible


class ApprovalHead(Vertical):
    """The call in a line, which of several questions it is, and what is unusual about it."""

    DEFAULT_CSS = """
    ApprovalHead {
        height: auto;
        & > Horizontal { height: 1; }
        & .approval--title {
            width: 1fr; color: $warning; text-style: bold;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & .approval--place { width: auto; margin: 0 0 0 2; color: $text-muted; }
        & .approval--hint { width: auto; margin: 0 0 0 2; color: $accent; }
        & .approval--notice { color: $warning; }
    }
    """

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(classes="approval--title", markup=False)
            yield Static(classes="approval--place", markup=False)
            yield Static("Tab to answer", classes="approval--hint", markup=False)
        yield Static(classes="approval--notice", markup=False)

    def show(self, question: Mapping[str, Any], *, edited: bool, by_hand: bool) -> None:
        """Show what a question is about, the data of APPROVAL_REQUESTED; `edited` when its
        arguments are the user's own, `by_hand` when the call is."""
        name = one_line(question["tool_name"], 60)
        summary = one_line(visible(question["summary"]), 300)
        self._tell("title", f"{name} {'once more' if by_hand else 'asks'}: {summary}")
        count = question["count"]
        self._tell("place", f"{question['number']} of {count}" if count > 1 else "")
        self._tell("notice", _notice(question, edited=edited and not by_hand))

    def _tell(self, part: str, text: str) -> None:
        static = self.query_one(f".approval--{part}", Static)
        static.update(Content(text))
        static.display = bool(text)


def _notice(question: Mapping[str, Any], *, edited: bool) -> str:
    if edited:
        return "These are your arguments, not the model's."
    if question.get("changed"):
        return "What it would do has changed meanwhile. Nothing was done yet: read it again."
    if repeats := question["repeats"]:
        return (
            f"The model goes round in circles: it made this very call {repeats} times, and "
            "nothing else in between."
        )
    return ""
