"""Who answers when a tool call wants a yes: the policy, or whoever reads the conversation."""

from typing import TYPE_CHECKING

from tyler_tui.agent.approval import ApprovalRequest, Decision

if TYPE_CHECKING:
    from tyler_tui.conversation.conversation import Conversation


class ConversationApprover:
    """Lets the policy answer what it can, and turns the rest into a wait for `decide`."""

    def __init__(self, conversation: "Conversation") -> None:
        self._conversation = conversation

    def settled(self, request: ApprovalRequest) -> Decision | None:
        from tyler_tui.tools.web.typed import scopes_named_in  # noqa: PLC0415 - only for a call

        named = scopes_named_in(self._conversation.typed) if request.risk == "fetch" else ()
        return self._conversation.policy.settled(request, named=named)

    def session(self, request: ApprovalRequest) -> str:
        return self._conversation.policy.session(request)

    def always(self, request: ApprovalRequest) -> str:
        return self._conversation.policy.always(request)

    async def decide(self, request: ApprovalRequest) -> Decision:
        return await self._conversation.decision()

    def remember(self, request: ApprovalRequest, decision: Decision) -> None:
        self._conversation.policy.remember(request, decision)
