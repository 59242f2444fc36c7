"""The question before a tool runs: exactly what will happen, and how to answer."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.tui import answer_keys
from tyler_tui.tui.answer_keys import AnswerKeys
from tyler_tui.tui.widgets.approval_answers import ApprovalAnswers
from tyler_tui.tui.widgets.approval_head import ApprovalHead
from tyler_tui.tui.widgets.approval_preview import ApprovalPreview, PreviewText
from tyler_tui.tui.widgets.arguments_editor import ArgumentsEditor, ArgumentsForm
from tyler_tui.tui.widgets.deny_word import DenyWord

_VERDICTS = {
    "answer.once": Verdict.ALLOW_ONCE,
    "answer.session": Verdict.ALLOW_SESSION,
    "answer.always": Verdict.ALLOW_ALWAYS,
    "answer.deny": Verdict.DENY,
}
_ROWS = {"up": -1, "down": 1}
LEAST_ROWS = 3
"""Of the preview so many rows are seen however small the screen."""
EDITING, SAYING, WHOLE = "-editing", "-saying", "-whole"
"""What the card is doing, as classes."""


class ApprovalCard(Vertical, can_focus=True):
    """Shown while a call waits for a decision. It listens to keys only when it has the focus, has
    been on screen for a moment, and nobody is typing: then it gives the keys away as `Typed`."""

    DEFAULT_CSS = """
    ApprovalCard {
        display: none;
        height: auto;
        background: $surface;
        border-left: outer $warning;
        padding: 0 1;
        & > ArgumentsForm, & > DenyWord { display: none; }
        & > ApprovalAnswers { color: $text-muted; }
        /* Textual looks for this only at nodes that have a rule of their own with it. */
        &:focus-within { background: $surface; }
        &:focus-within > ApprovalAnswers { color: $foreground; }
        &:focus-within .approval--hint { display: none; }
        &.-editing > ArgumentsForm, &.-saying > DenyWord { display: block; }
        &.-editing > ApprovalPreview, &.-editing > ApprovalAnswers, &.-saying > ApprovalAnswers {
            display: none;
        }
        &.-whole { height: 6fr; }
    }
    """

    hands_on_text = True

    @dataclass
    class Decided(Message):
        """The user answered."""

        tool_call_id: str
        decision: Decision

    @dataclass
    class Edited(Message):
        """The user wants to see what other arguments would do."""

        tool_call_id: str
        arguments: dict[str, Any]

    @dataclass
    class Typed(Message):
        """Keys that were no answer: text for the composer."""

        text: str

    def __init__(self, keys: Mapping[str, str], *, id: str | None = None) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(id=id)
        self._own_keys = keys
        self._question: Mapping[str, Any] | None = None
        self._asked_first: Mapping[str, Any] = {}
        """The arguments that the call was made with."""
        self._by_hand = False
        self._keys = AnswerKeys()
        self._settling: Timer | None = None
        self._most_rows = LEAST_ROWS

    @property
    def tool_call_id(self) -> str | None:
        """The call that is asked about."""
        return self._question["tool_call_id"] if self._question is not None else None

    @property
    def editor(self) -> ArgumentsEditor | None:
        """Where the arguments are being edited, while they are."""
        return self.query_one(ArgumentsEditor) if self._is_editing else None

    @property
    def _is_editing(self) -> bool:
        return self.has_class(EDITING)

    def compose(self) -> ComposeResult:
        yield ApprovalHead()
        yield ApprovalPreview()
        yield ArgumentsForm(self._own_keys)
        yield ApprovalAnswers(self._own_keys)
        yield DenyWord()

    def fit(self, rows: int) -> None:
        """Leave room for the conversation on a screen of so many rows."""
        self._most_rows = max(LEAST_ROWS, rows // 3)
        self._fit()

    def _fit(self) -> None:
        whole = self.has_class(WHOLE)
        self.query_one(ApprovalPreview).fit(None if whole else self._most_rows)
        self.query_one(ArgumentsEditor).styles.max_height = self._most_rows

    # The question

    def ask(self, question: Mapping[str, Any], *, by_hand: bool = False) -> None:
        """Show a question, the data of APPROVAL_REQUESTED; `by_hand` when it is about a call of
        the user's own. The caller decides whether to give it the focus."""
        self._asked_first = question["arguments"]
        self._by_hand = by_hand
        self.remove_class(EDITING, SAYING, WHOLE)
        self._fit()
        self._show(question)

    def ask_anew(self, question: Mapping[str, Any]) -> None:
        """Show what edited arguments would do; they run when it is allowed."""
        if question["tool_call_id"] == self.tool_call_id and self._is_editing:
            self.remove_class(EDITING)
            self.focus()
            self._show(question)

    def refuse(self, tool_call_id: str, problem: str) -> None:
        """Say why edited arguments cannot run."""
        if tool_call_id == self.tool_call_id and self._is_editing:
            self.query_one(ArgumentsForm).refuse(problem)

    def close(self) -> None:
        self._question = None
        self.display = False
        self._take_pressed()

    def _show(self, question: Mapping[str, Any]) -> None:
        self._question = question
        self._keys.begin(time.monotonic())
        edited = self._edited is not None
        self.query_one(ApprovalHead).show(question, edited=edited, by_hand=self._by_hand)
        self._preview.show(question)
        self.query_one(ApprovalAnswers).offer(
            {"answer.session": question["session"], "answer.always": question["always"]},
            to_fill_in=self._asks_for_something,
        )
        self.display = True

    @property
    def _asks_for_something(self) -> bool:
        """Whether a call that runs wants something to be filled in."""
        return self._question is not None and "asks_for" in self._question

    @property
    def _preview(self) -> PreviewText:
        return self.query_one(PreviewText)

    @property
    def _edited(self) -> dict[str, Any] | None:
        """The arguments, if they are not those of the model."""
        if self._question is None:
            return None
        arguments = dict(self._question["arguments"])
        same = json.dumps(arguments) == json.dumps(dict(self._asked_first))
        return None if same else arguments

    # Keys

    def scroll_pages(self, by: int) -> None:
        """Scroll the preview, or what is being edited, by pages."""
        (self.query_one(ArgumentsForm) if self._is_editing else self._preview).scroll_pages(by)

    def toggle_whole(self) -> None:
        """Take most of the screen for the preview, or no longer."""
        self.toggle_class(WHOLE)
        self._fit()

    def on_key(self, event: events.Key) -> None:
        if not self.has_focus:  # a part of it has
            if event.key == "escape":
                event.stop()
                self._go_back()
        elif event.key in _ROWS:
            event.stop()
            self._preview.scroll_rows(_ROWS[event.key])
        elif event.key == "escape":
            event.stop()
            self.choose("answer.deny")
        elif event.character and event.is_printable:
            event.stop()
            self._press(event.character, event.time)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.post_message(self.Typed(self._take_pressed() + event.text))

    def _press(self, character: str, read_at: float) -> None:
        """A key was pressed, and may have waited since it was read (`read_at`) for those before it:
        it is for what was on the screen then."""
        answer = self.query_one(ApprovalAnswers).answer_of(character)
        if self._keys.is_deaf(read_at):
            answer = None
        text = self._keys.press(character, time.monotonic(), answers=answer is not None)
        self._stop_settling()
        if text or answer is None:
            self.post_message(self.Typed(text))
        else:
            self._settling = self.set_timer(
                answer_keys.SETTLE_SECONDS, lambda: self._settled(answer)
            )

    def _settled(self, answer: str) -> None:
        self._take_pressed()
        self.choose(answer)

    def _take_pressed(self) -> str:
        self._stop_settling()
        return self._keys.take()

    def _stop_settling(self) -> None:
        if self._settling is not None:
            self._settling.stop()
            self._settling = None

    # Answers

    @on(ApprovalAnswers.Chosen)
    def _clicked(self, event: ApprovalAnswers.Chosen) -> None:
        event.stop()
        self.choose(event.id)

    def choose(self, answer: str) -> None:
        """Give the answer with that id, unless the question was asked just now."""
        if self._question is None or self._keys.is_deaf(time.monotonic()):
            return
        if answer == "answer.edit":
            self.add_class(EDITING)
            self.query_one(ArgumentsForm).begin(
                self._question["arguments"], to_send=self._asks_for_something
            )
        elif answer == "answer.deny_saying":
            self.add_class(SAYING)
            self.query_one(DenyWord).begin()
        else:
            verdict = _VERDICTS[answer]
            edited = None if verdict is Verdict.DENY else self._edited
            self._decide(Decision(verdict, arguments=edited))

    def _decide(self, decision: Decision) -> None:
        if (tool_call_id := self.tool_call_id) is not None:
            self.close()
            self.post_message(self.Decided(tool_call_id, decision))

    @on(DenyWord.Said)
    def _said(self, event: DenyWord.Said) -> None:
        event.stop()
        self._decide(Decision(Verdict.DENY, event.word))

    @on(ArgumentsEditor.Edited)
    def _arguments_edited(self, event: ArgumentsEditor.Edited) -> None:
        event.stop()
        if self._asks_for_something:
            self._decide(Decision(Verdict.ALLOW_ONCE, arguments=event.arguments))
        elif (tool_call_id := self.tool_call_id) is not None:
            self.post_message(self.Edited(tool_call_id, event.arguments))

    def _go_back(self) -> None:
        """Back from editing or writing to the answers; what was edited there is forgotten."""
        self.remove_class(EDITING, SAYING)
        self.focus()
        self._keys.begin(time.monotonic())
