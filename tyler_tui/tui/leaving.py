"""Ctrl+C, Esc and the ways out: what a press means now, and ending in order."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tyler_tui.conversation import State
from tyler_tui.errors import TylerError
from tyler_tui.tui import clipboard
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.run_record import Farewell, SessionRun

if TYPE_CHECKING:
    from tyler_tui.conversation import Conversation
    from tyler_tui.tui.screens.chat import ChatScreen

QUIT_SECONDS = 2.0
CALM_SECONDS = 1.0
"""After a cancel, Ctrl+C does nothing for so long: a mashed key must not lead to leaving."""


class Leaving:
    """Stops answers of the chat, and the program."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._armed_at = 0.0
        self._cancelled_at = 0.0
        self._is_leaving = False

    def interrupt(self) -> None:
        """Ctrl+C: copy a selection; else stop the answer; else clear the draft; else leave."""
        chat, conversation = self._chat, self._chat.conversation
        if selected := chat.get_selected_text():
            clipboard.copy(chat, selected, "selection")
            chat.clear_selection()
        elif conversation is not None and conversation.is_busy and not self._is_switching:
            self._cancel(conversation)
        elif time.monotonic() - self._cancelled_at < CALM_SECONDS:
            return
        elif chat.composer.text:
            chat.composer.stash()
            chat.status.say("draft cleared · Up brings it back")
        else:
            self.leave_on_second("Ctrl+C")

    def escape(self) -> None:
        """Esc: close what is open, a question with a no; else stop the answer."""
        chat, conversation = self._chat, self._chat.conversation
        if chat.get_selected_text():
            chat.clear_selection()
        elif chat.finding.is_open:
            chat.finding.close()
        elif chat.branching.is_editing:
            chat.branching.give_up()
        elif chat.cursor.marked is not None:
            chat.cursor.mark(None)
            chat.view.transcript.highlight(None)
            chat.composer.focus()
        elif chat.view.is_narrow and chat.view.is_panel_shown:
            chat.view.toggle_panel()
            chat.composer.focus()
        elif chat.queue_list.has_focus or (
            chat.view.is_panel_shown and chat.view.panel.has_focus_within
        ):
            chat.composer.focus()
        elif (card := chat.asking_card) is not None:
            card.choose("answer.deny")
        elif conversation is not None and conversation.is_busy and not self._is_switching:
            self._cancel(conversation)
        elif chat.focused is not chat.composer:
            chat.composer.focus()

    @property
    def _is_switching(self) -> bool:
        """Whether a key that comes now is meant for a session that is not there yet."""
        return self._chat.desk.switching.is_under_way

    def _cancel(self, conversation: "Conversation") -> None:
        self._cancelled_at = time.monotonic()
        if conversation.state is not State.CANCELLING:
            self._chat.questions.deny()
            conversation.cancel()
            self._chat.show_state()

    def leave_on_second(self, key: str) -> None:
        """Leave when this is the second press of `key` in a short while."""
        now = time.monotonic()
        if now - self._armed_at < QUIT_SECONDS:
            run_beside(self._chat, self.leave, "leave")
            return
        self._armed_at = now
        busy = self._chat.desk.busy_others
        stops = f" and stop {_answers(busy)} in other sessions" if busy else ""
        self._chat.status.say(f"{key} again to leave{stops}", QUIT_SECONDS)

    async def leave(self) -> None:
        """Stop what runs, save, and end the program with what is to be told of it."""
        if self._is_leaving:  # a second press must not end what the first one still keeps
            return
        self._is_leaving = True
        chat = self._chat
        if not await chat.keeping.may_leave():
            self._is_leaving = False
            return
        shown = chat.conversation
        await chat.desk.close()
        farewell: Farewell | None = None
        if shown is not None and not shown.is_new:
            runs: list[SessionRun] = []
            with suppress(TylerError):  # how to go on can be told nevertheless
                stored = await chat.backend.stored()
                runs = await chat.desk.said.runs(stored, shown.thread.id)
            farewell = Farewell(shown.thread.id, runs)
        await chat.backend.close()
        chat.app.exit(farewell)


def _answers(count: int) -> str:
    return "the answer" if count == 1 else f"{count} answers"
