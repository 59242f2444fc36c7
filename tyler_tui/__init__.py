"""tyler-chat: a terminal chat for any model, on an agent core that is a library of its own.

    from tyler_tui import Agent, Thread, Message, EventType

    async for event in agent.go(thread, stream=True): ...   # events as they happen
    result = await agent.go(thread)                         # or the whole answer

Readers stand round a stream: buffered, counted, guarded, collected, fan_in. `tyler_tui.examples`
has a short program for each pattern.

Names are imported when they are first used, so importing this package costs nothing.
"""

from typing import TYPE_CHECKING

from tyler_tui.lazy_names import lazy_names

__version__ = "0.1.0"

_HOMES = {
    "Agent": "agent.agent",
    "AgentResult": "agent.turn",
    "ApprovalMode": "agent.approval",
    "ApprovalPolicy": "agent.approval",
    "ApprovalRequest": "agent.approval",
    "Attachment": "messages",
    "Collected": "agent.readers.collecting",
    "CollectedCall": "agent.readers.collecting",
    "Conversation": "conversation",
    "Counted": "agent.readers.counting",
    "Decision": "agent.approval",
    "EventStream": "agent.stream",
    "EventType": "events",
    "ExecutionCancelledError": "errors",
    "ExecutionEvent": "events",
    "ExecutionFailedError": "errors",
    "Message": "messages",
    "MessageStatus": "messages",
    "ProviderError": "errors",
    "Reader": "agent.readers.base",
    "Thread": "messages",
    "ThreadBusyError": "errors",
    "ThreadNotFoundError": "errors",
    "ThreadStore": "store",
    "Timeouts": "agent.watchdog",
    "Tool": "agent.tools",
    "ToolCall": "messages",
    "ToolContext": "agent.tools",
    "ToolError": "errors",
    "TurnTimeoutError": "errors",
    "TylerError": "errors",
    "Usage": "messages",
    "Verdict": "agent.approval",
    "buffered": "agent.readers.buffering",
    "collected": "agent.readers.collecting",
    "counted": "agent.readers.counting",
    "fan_in": "agent.readers.fan_in",
    "guarded": "agent.readers.guarding",
    "tool": "agent.tools",
}

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent as Agent
    from tyler_tui.agent.approval import ApprovalMode as ApprovalMode
    from tyler_tui.agent.approval import ApprovalPolicy as ApprovalPolicy
    from tyler_tui.agent.approval import ApprovalRequest as ApprovalRequest
    from tyler_tui.agent.approval import Decision as Decision
    from tyler_tui.agent.approval import Verdict as Verdict
    from tyler_tui.agent.readers.base import Reader as Reader
    from tyler_tui.agent.readers.buffering import buffered as buffered
    from tyler_tui.agent.readers.collecting import Collected as Collected
    from tyler_tui.agent.readers.collecting import CollectedCall as CollectedCall
    from tyler_tui.agent.readers.collecting import collected as collected
    from tyler_tui.agent.readers.counting import Counted as Counted
    from tyler_tui.agent.readers.counting import counted as counted
    from tyler_tui.agent.readers.fan_in import fan_in as fan_in
    from tyler_tui.agent.readers.guarding import guarded as guarded
    from tyler_tui.agent.stream import EventStream as EventStream
    from tyler_tui.agent.tools import Tool as Tool
    from tyler_tui.agent.tools import ToolContext as ToolContext
    from tyler_tui.agent.tools import tool as tool
    from tyler_tui.agent.turn import AgentResult as AgentResult
    from tyler_tui.agent.watchdog import Timeouts as Timeouts
    from tyler_tui.conversation import Conversation as Conversation
    from tyler_tui.errors import ExecutionCancelledError as ExecutionCancelledError
    from tyler_tui.errors import ExecutionFailedError as ExecutionFailedError
    from tyler_tui.errors import ProviderError as ProviderError
    from tyler_tui.errors import ThreadBusyError as ThreadBusyError
    from tyler_tui.errors import ThreadNotFoundError as ThreadNotFoundError
    from tyler_tui.errors import ToolError as ToolError
    from tyler_tui.errors import TurnTimeoutError as TurnTimeoutError
    from tyler_tui.errors import TylerError as TylerError
    from tyler_tui.events import EventType as EventType
    from tyler_tui.events import ExecutionEvent as ExecutionEvent
    from tyler_tui.messages import Attachment as Attachment
    from tyler_tui.messages import Message as Message
    from tyler_tui.messages import MessageStatus as MessageStatus
    from tyler_tui.messages import Thread as Thread
    from tyler_tui.messages import ToolCall as ToolCall
    from tyler_tui.messages import Usage as Usage
    from tyler_tui.store import ThreadStore as ThreadStore

__all__ = [*_HOMES]


__getattr__ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
