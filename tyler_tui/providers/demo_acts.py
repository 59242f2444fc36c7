"""What the demo does to the workspace: each act is one call, which asks first, and a word on it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tyler_tui.messages import INTERRUPTED_RESULT, Message, ToolCall
from tyler_tui.sanitize import one_line

NOTES_FILE = "tyler-notes.md"

Wish = tuple[str, dict[str, object]]
"""The name of a tool, and the arguments to call it with."""


class Done(NamedTuple):
    """A call of this turn, and what came of it."""

    call: ToolCall
    result: Message

    @property
    def worked(self) -> bool:
        """Whether the result is the tool's own."""
        metrics = self.result.metrics
        lost = self.result.content == INTERRUPTED_RESULT
        return not (lost or metrics.get("failed") or metrics.get("denied"))

    @property
    def path(self) -> str:
        return one_line(str(self.call.arguments.get("path", "")), 80)


class Act(NamedTuple):
    """`announced` is said before the call, `told` when it worked; `nothing` names what did not
    happen when it was denied."""

    announced: str
    wish: Callable[[str], Wish]
    nothing: str
    told: Callable[[Done], str]


_NOTES = """# Notes from tyler-chat

You asked: “PROMPT”

- The demo wrote this file, after it had asked you.
- Sessions are saved as they happen; `tyler-chat -c` opens the latest one.
- `tyler-chat -s NAME` opens a session by its name, or starts it.
"""

_FIRST_NOTE = "- The demo wrote this file, after it had asked you.\n"
_SECOND_NOTE = "- Then it put in this line, and had asked again.\n"

_COMMAND = 'for n in 1 2 3; do echo "step $n of 3"; sleep 0.5; done; ls | wc -l'


def _write(prompt: str) -> Wish:
    content = _NOTES.replace("PROMPT", one_line(prompt, 60))
    return "files-write", {"path": NOTES_FILE, "content": content}


def _edit(prompt: str) -> Wish:
    edit = {"old": _FIRST_NOTE, "new": _FIRST_NOTE + _SECOND_NOTE}
    return "files-edit", {"path": NOTES_FILE, "edits": [edit]}


def _run(prompt: str) -> Wish:
    return "command_line-run", {"command": _COMMAND}


def _after_write(done: Done) -> str:
    return (
        f"Done: **`{done.path}`** is in your workspace. **Ctrl+T** shows the call with its "
        "arguments and its result.\n\nAsk me to `edit the notes`, and you see only what changes. "
        "Delete the file when you have seen enough of it.\n"
    )


def _after_edit(done: Done) -> str:
    return (
        f"Done: one line more in **`{done.path}`**, and the rest as it was.\n\nNow ask me to "
        "`run a command`, press **Ctrl+T**, and watch its output come.\n"
    )


def _after_run(done: Done) -> str:
    output = done.result.content.rstrip()
    return (
        f"It printed this, a line each half second:\n\n~~~~text\n{output}\n~~~~\n\n"
        "The last number counts what lies in your workspace. **Ctrl+C** would have ended it at "
        "once.\n"
    )


ACTS = {
    "write": Act(
        "I write a few notes into your workspace. You see the change first, and decide.",
        _write,
        "nothing was written",
        _after_write,
    ),
    "edit": Act(
        "I put a line into my notes. You see the change first, and decide.",
        _edit,
        "the file is as it was",
        _after_edit,
    ),
    "command": Act(
        "I would run this command in your workspace. You see the whole of it first, and decide.",
        _run,
        "nothing ran",
        _after_run,
    ),
}


def after(act: Act, done: Sequence[Done]) -> str:
    """What is said when it is over, or cannot be."""
    if not done:
        return (
            "I have no tool for that here. In a session that was started without `--no-tools` I "
            "would ask you first, and show what I am about to do.\n"
        )
    last = done[-1]
    if last.result.metrics.get("denied"):
        return (
            f"That was **denied**, so {act.nothing}. A model is told so, and has to find another "
            "way, or to ask.\n"
        )
    if not last.worked:
        return f"Nothing to show: {one_line(last.result.content, 300)}\n"
    return act.told(last)
