"""The question on the screen: asked by an event, answered to the conversation."""

from typing import TYPE_CHECKING

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.conversation import State
from tyler_tui.errors import ToolError
from tyler_tui.events import EventType, ExecutionEvent

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen
    from tyler_tui.tui.widgets.approval_card import ApprovalCard


class Questions:
    """Shows the approval card when a call must be decided, and takes it away."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._is_by_hand = False
        """Whether the question is about a call that the user made in the tool panel."""

    def heard(self, event: ExecutionEvent) -> None:
        """Follow one event of the conversation."""
        match event.type:
            case EventType.APPROVAL_REQUESTED:
                conversation = self._chat.conversation
                if conversation is not None and conversation.state is State.ASKING:
                    self._ask(event)  # else the answer is being stopped, and nothing is asked
            case EventType.TOOL_EXECUTING | EventType.TOOL_RESULT | EventType.TOOL_ERROR:
                if event.data["tool_call_id"] == self._chat.approval.tool_call_id:
                    self.close()
            case EventType.EXECUTION_CANCELLED | EventType.EXECUTION_ERROR:
                self.close()
            case _:
                pass

    def show(self, question: ExecutionEvent | None) -> None:
        """Show the question of a session that comes on the screen, if it has one."""
        self.close()
        if question is not None:
            self._ask(question)

    def _ask(self, event: ExecutionEvent) -> None:
        chat = self._chat
        self._is_by_hand = event.is_by_hand
        chat.approval.ask(event.data, by_hand=event.is_by_hand)
        # Whoever writes, or is anywhere else but at the conversation, is not interrupted.
        is_free = chat.focused in (None, chat.composer, chat.view.transcript)
        if self._is_by_hand or (is_free and not chat.composer.text):
            chat.approval.focus()

    def close(self) -> None:
        """Take the card away; the focus goes back to where it belongs."""
        chat = self._chat
        had_focus = chat.approval.has_focus_within
        chat.approval.close()
        if had_focus or chat.focused is None:
            self._go_back()

    def _go_back(self) -> None:
        panel = self._chat.view.panel
        (panel.rows if self._is_by_hand and panel.display else self._chat.composer).focus()

    def decided(self, event: "ApprovalCard.Decided") -> None:
        """Hand the user's answer to the conversation."""
        self._go_back()  # before: the next question takes the focus when it comes at once
        self._decide(event.tool_call_id, event.decision)

    def deny(self) -> None:
        """Deny the call that waits, if one does: whoever stops an answer allows nothing in it."""
        tool_call_id = self._chat.approval.tool_call_id
        if tool_call_id is not None:
            self.close()
            self._decide(tool_call_id, Decision(Verdict.DENY))

    def _decide(self, tool_call_id: str, decision: Decision) -> None:
        chat = self._chat
        if chat.conversation is not None:
            chat.conversation.decide(tool_call_id, decision)
            chat.show_state()

    async def reconsider(self, event: "ApprovalCard.Edited") -> None:
        """Show what edited arguments would do, or why they cannot run."""
        card, conversation = self._chat.approval, self._chat.conversation
        if conversation is None:
            return
        try:
            anew = await conversation.reconsider(event.tool_call_id, event.arguments)
        except ToolError as error:
            card.refuse(event.tool_call_id, error.message)
        else:
            card.ask_anew(anew.data)
