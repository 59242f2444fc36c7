"""Which tool calls must be asked about, and what an answer can be."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

Risk = Literal["read", "write", "command", "fetch", "download"]
"""What a tool can do: read the workspace, change files, run commands, reach the network, and reach
it to write a file."""


class ApprovalMode(StrEnum):
    """How much runs unasked, beyond reading."""

    ASK = "ask"
    EDITS = "edits"
    """Writing files runs unasked; commands, fetching and downloading ask."""
    AUTO = "auto"


class Verdict(StrEnum):
    ALLOW_ONCE = "allow_once"
    ALLOW_SESSION = "allow_session"
    ALLOW_ALWAYS = "allow_always"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer to an approval request. `message` is a word to the model on a denial; `arguments`
    replace the model's when they are not None."""

    verdict: Verdict
    message: str = ""
    arguments: dict[str, Any] | None = None

    @property
    def allows(self) -> bool:
        return self.verdict is not Verdict.DENY


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A call that someone may have to decide about. `preview` shows exactly what will happen: a
    diff, a whole command; it may be empty. `scope` is what an answer for the session covers: the
    host that is reached, for instance; with an empty one it covers the tool."""

    tool_call_id: str
    tool_name: str
    arguments: dict[str, Any]
    summary: str
    risk: Risk
    preview: str = ""
    scope: str = ""


class Approver(Protocol):
    """Decides about calls, asking someone when it must."""

    def needs_asking(self, request: ApprovalRequest) -> bool:
        """Whether APPROVAL_REQUESTED must go out and `decide` be awaited."""
        ...

    async def decide(self, request: ApprovalRequest) -> Decision: ...


Approve = Callable[[ApprovalRequest], Awaitable[Decision]]


class ApprovalPolicy:
    """What runs unasked: by the mode, and by what was allowed for the session."""

    def __init__(self, mode: ApprovalMode = ApprovalMode.ASK) -> None:
        self.mode = mode
        self._allowed: set[tuple[str, str]] = set()

    def needs_asking(self, request: ApprovalRequest) -> bool:
        if request.risk == "read" or self.mode is ApprovalMode.AUTO:
            return False
        if request.risk == "write" and self.mode is ApprovalMode.EDITS:
            return False
        return _covered(request) not in self._allowed

    def next_mode(self) -> ApprovalMode:
        """Go on to the next mode, and forget what was allowed for the session."""
        modes = list(ApprovalMode)
        self.mode = modes[(modes.index(self.mode) + 1) % len(modes)]
        self._allowed.clear()
        return self.mode

    def remember(self, request: ApprovalRequest, decision: Decision) -> None:
        """Keep what a decision says about later calls of the same scope."""
        if decision.verdict in (Verdict.ALLOW_SESSION, Verdict.ALLOW_ALWAYS):
            self._allowed.add(_covered(request))


def _covered(request: ApprovalRequest) -> tuple[str, str]:
    """What an answer for the session is about: a tool and a scope; a host for all tools that only
    fetch."""
    shared = request.risk == "fetch" and request.scope
    return "" if shared else request.tool_name, request.scope


class HookApprover:
    """Asks a user's own coroutine about everything but reading."""

    def __init__(self, approve: Approve) -> None:
        self._approve = approve

    def needs_asking(self, request: ApprovalRequest) -> bool:
        return request.risk != "read"

    async def decide(self, request: ApprovalRequest) -> Decision:
        return await self._approve(request)
