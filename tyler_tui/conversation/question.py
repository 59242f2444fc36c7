"""A tool call that waits until someone has decided about it."""

import asyncio
from typing import TYPE_CHECKING, Any

from tyler_tui.agent.approval import Approver, Decision
from tyler_tui.events import ExecutionEvent

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent


class Question:
    """`asked` is the APPROVAL_REQUESTED that told of it."""

    def __init__(self, asked: ExecutionEvent) -> None:
        self.asked = asked
        self._answer: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()

    @property
    def call_id(self) -> str:
        """The call that it is about."""
        return str(self.asked.data["tool_call_id"])

    def is_about(self, tool_call_id: str) -> bool:
        """Whether it asks about that call, and waits for an answer."""
        return self.call_id == tool_call_id and not self._answer.done()

    def answer(self, decision: Decision) -> None:
        self._answer.set_result(decision)

    async def answered(self) -> Decision:
        """The answer, once there is one."""
        return await self._answer

    async def reconsidered(
        self, agent: "Agent", approver: Approver, arguments: dict[str, Any]
    ) -> ExecutionEvent:
        """The question as it would be for other arguments; see `Gate.reconsidered`."""
        from tyler_tui.agent.gate import Gate  # noqa: PLC0415 - came with the agent

        gate = Gate(agent.toolbox, agent.workspace, approver, _nobody_hears)
        return await gate.reconsidered(self.asked, arguments)


async def _nobody_hears(event: ExecutionEvent) -> None:
    """What is reconsidered is told to whoever asked."""
