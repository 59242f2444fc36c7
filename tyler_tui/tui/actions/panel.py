"""What is done with the call under the cursor of the tool panel."""

from typing import TYPE_CHECKING

from tyler_tui.messages import Attachment
from tyler_tui.sanitize import one_line, storable
from tyler_tui.tui import clipboard
from tyler_tui.tui.actions.registry import does
from tyler_tui.tui.tool_runs import ToolRun

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("panel.open")
def toggle(chat: "ChatScreen") -> None:
    chat.view.panel.rows.toggle_chosen()


@does("panel.filter")
def look_for(chat: "ChatScreen") -> None:
    chat.view.panel.ask_for_words()


@does("panel.again")
def call_again(chat: "ChatScreen") -> None:
    run, session = chat.view.panel.rows.chosen, chat.desk.shown
    if run is None or session is None:
        chat.status.say("no tool call yet")
    elif session.conversation.is_busy:
        chat.status.say("an answer is under way · try again when it is over")
    else:
        session.progress.begin()
        chat.view.panel.rows.follow(session.conversation.call_by_hand(run.name, run.arguments))
        chat.show_state()


@does("panel.copy")
def copy(chat: "ChatScreen") -> None:
    if (run := _with_result(chat)) is not None:
        clipboard.copy(chat, run.result, "result")


@does("panel.pin")
def pin(chat: "ChatScreen") -> None:
    if (run := _with_result(chat)) is not None:
        file = Attachment(_name(run), storable(run.result).encode(), "text/plain")
        chat.writing.attached.pin(file)
        chat.status.say("the result goes with the next prompt")


def _with_result(chat: "ChatScreen") -> ToolRun | None:
    """The call under the cursor; None, and a word about it, when it gave nothing back."""
    run = chat.view.panel.rows.chosen
    if run is None or not run.result:
        chat.status.say("no result there yet" if run is not None else "no tool call yet")
        return None
    return run


def _name(run: ToolRun) -> str:
    """What the model reads above a pinned result."""
    return one_line(f"result of {run.name} {run.subject}".strip(), 80)
