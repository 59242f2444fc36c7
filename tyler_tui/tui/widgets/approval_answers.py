"""The answers to a question, each with its key and with what it covers."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tyler_tui.commands import ANSWERING, Command, by_id, key_label, keys_of
from tyler_tui.sanitize import one_line
from tyler_tui.tools.visible import visible

SHORT = ("answer.once", "answer.deny", "answer.deny_saying", "answer.edit")
"""Those that stand side by side; the others say what they cover, on a row of their own."""
TO_FILL_IN = {"answer.edit": "answer", "answer.deny": "do not answer"}
"""Those to a question for something, and what they are called then."""
MAX_COVERED = 300


class _Answer(Horizontal):
    def __init__(self, command: Command, key: str) -> None:
        super().__init__(id=command.id.replace(".", "-"))
        self._command, self._key = command, key

    def compose(self) -> ComposeResult:
        yield Static(f" {key_label(self._key)} ", classes="answer--key", markup=False)
        yield Static(self._command.name, classes="answer--name", markup=False)

    def tell(self, covered: str) -> None:
        """Show what the answer covers."""
        self.call(f"{self._command.name}: {one_line(visible(covered), MAX_COVERED)}")

    def call(self, name: str) -> None:
        """Show the answer under another name; "" is its own."""
        self.query_one(".answer--name", Static).update(Content(name or self._command.name))

    def on_click(self) -> None:
        self.post_message(ApprovalAnswers.Chosen(self._command.id))


class ApprovalAnswers(Vertical):
    """Shows the answers that there are; a click on one chooses it."""

    DEFAULT_CSS = """
    ApprovalAnswers {
        height: auto;
        margin: 1 0 0 0;
        & > .answers--short { height: 1; }
        & _Answer { height: auto; max-height: 3; }
        & .answer--key { width: auto; text-style: bold reverse; }
        & .answer--name { width: 1fr; margin: 0 0 0 1; }
        & > .answers--short > _Answer { width: auto; margin: 0 3 0 0; }
        & > .answers--short > _Answer > .answer--name { width: auto; }
        & _Answer:hover > .answer--name { color: $warning; }
    }
    """

    @dataclass
    class Chosen(Message):
        """The answer with that id was clicked."""

        id: str

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__()
        self._keys = {command.id: keys_of(command, keys) for command in ANSWERING}
        self._offered: set[str] = set()

    def compose(self) -> ComposeResult:
        with Horizontal(classes="answers--short"):
            for id in SHORT:
                yield _Answer(by_id(id), self._keys[id][0])
        for command in ANSWERING:
            if command.id not in SHORT:
                yield _Answer(command, self._keys[command.id][0])

    def offer(self, covered: Mapping[str, str], *, to_fill_in: bool = False) -> None:
        """Show the short answers, and of the others those that cover something. What asks for
        something is answered by filling it in, or not at all."""
        self._offered = {*(TO_FILL_IN if to_fill_in else SHORT)}
        for id in SHORT:
            answer = self._answer(id)
            answer.display = id in self._offered
            answer.call(TO_FILL_IN.get(id, "") if to_fill_in else "")
        for id, what in covered.items():
            answer = self._answer(id)
            answer.display = bool(what)
            if what:
                self._offered.add(id)
                answer.tell(what)

    def _answer(self, id: str) -> _Answer:
        return self.query_one(f"#{id.replace('.', '-')}", _Answer)

    def answer_of(self, key: str) -> str | None:
        """The id of the answer that a key stands for now."""
        return next(
            (id for id, keys in self._keys.items() if key in keys and id in self._offered), None
        )
