"""Which tool calls must be asked about, and what an answer can be."""

import logging
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, Protocol

from msgspec import Struct

from tyler_tui.rules.rule import Rule, last_match

_log = logging.getLogger(__name__)

Risk = Literal["read", "write", "command", "fetch", "download", "other"]
"""What a tool can do: read the workspace, change files, run commands, reach the network, reach it
to write a file, and what nobody here can know, as with those of an MCP server."""


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


class Ground(StrEnum):
    """Why a call runs, or does not."""

    ANSWER = "answer"
    """Someone was asked."""
    SESSION = "session"
    """An answer before, for the session, covers it."""
    RULE = "rule"
    MODE = "mode"
    NAMED = "named"
    """The user named the address themselves."""
    READING = "reading"
    """Nothing needs to be asked."""


class Decision(Struct, frozen=True):
    """An answer to an approval request. `message` is a word to the model on a denial; `arguments`
    replace the model's when they are not None. `rule` is the text of the rule that decided."""

    verdict: Verdict
    message: str = ""
    arguments: dict[str, Any] | None = None
    ground: Ground = Ground.ANSWER
    rule: str = ""

    @property
    def allows(self) -> bool:
        return self.verdict is not Verdict.DENY

    def to_dict(self) -> dict[str, Any]:
        """What is kept of it with the call's result: verdict and ground, where there are any the
        word and the rule, and `edited` where the arguments are not the model's. They themselves
        are told in the result."""
        form: dict[str, Any] = {"verdict": self.verdict.value, "ground": self.ground.value}
        if self.message and self.ground is Ground.ANSWER:
            form["message"] = self.message
        if self.rule:
            form["rule"] = self.rule
        if self.arguments is not None:
            form["edited"] = True
        return form


class ApprovalRequest(Struct, frozen=True):
    """A call that someone may have to decide about. `preview` shows exactly what will happen: a
    diff, a whole command; it may be empty. `scope` is what an answer for the session covers: the
    host that is reached, for instance; with an empty one it covers the tool. `subject` is what
    rules look at (`Tool.subject_of`). With `repeats` it is the very call that was made so often
    in a row. With `changed` it was allowed, but what it would do is no longer what was shown.

    With `asks_for`, a JSON schema, the call runs already, and asks the user for something, which
    `summary` says: a decision that allows it and brings `arguments` answers, any other declines."""

    tool_call_id: str
    tool_name: str
    arguments: dict[str, Any]
    summary: str
    risk: Risk
    preview: str = ""
    scope: str = ""
    subject: str = ""
    repeats: int = 0
    changed: bool = False
    asks_for: Mapping[str, Any] | None = None


class Approver(Protocol):
    """Decides about calls, asking someone when it must."""

    def settled(self, request: ApprovalRequest) -> Decision | None:
        """The decision where nobody needs to be asked; with None APPROVAL_REQUESTED must go out
        and `decide` be awaited. The message of a denial is for the model, as it stands."""
        ...

    def session(self, request: ApprovalRequest) -> str:
        """What ALLOW_SESSION would cover, in words; "" where it would cover this call alone."""
        ...

    def always(self, request: ApprovalRequest) -> str:
        """What ALLOW_ALWAYS would keep, in words; "" where it would keep nothing."""
        ...

    async def decide(self, request: ApprovalRequest) -> Decision: ...

    def remember(self, request: ApprovalRequest, decision: Decision) -> None:
        """Keep what a decision says about later calls. `request` is about the call as it runs,
        with the arguments that the decision brought."""
        ...


Approve = Callable[[ApprovalRequest], Awaitable[Decision]]


class RuleKeeper(Protocol):
    """Where the rules stay that answers of "always" make."""

    @property
    def rules(self) -> Sequence[Rule]: ...

    def terms(self, request: ApprovalRequest) -> str:
        """What will be kept, and where, in words."""
        ...

    def keep(self, request: ApprovalRequest) -> None:
        """Raises OSError."""
        ...


class ApprovalPolicy:
    """What runs unasked: by rules, by the mode, and by what was allowed before.

    The last rule that fits counts, and rules stand above all else: what they ask about is asked
    about each time, in every mode. Those of `keeper` go before `rules`.
    """

    def __init__(
        self,
        mode: ApprovalMode = ApprovalMode.ASK,
        rules: Sequence[Rule] = (),
        keeper: RuleKeeper | None = None,
    ) -> None:
        self.mode = mode
        self._rules = tuple(rules)
        self._keeper = keeper
        self._allowed: set[tuple[str, str]] = set()

    def settled(self, request: ApprovalRequest, *, named: Container[str] = ()) -> Decision | None:
        """See Approver. `named` are scopes that the user named themselves, hosts above all:
        fetching there is what they asked for."""
        rule = self._rule(request)
        if rule is None:
            is_named = request.risk == "fetch" and request.scope in named
            ground = Ground.NAMED if is_named else self._ground(request)
            return Decision(Verdict.ALLOW_ONCE, ground=ground) if ground else None
        match rule.effect:
            case "allow":
                return Decision(Verdict.ALLOW_ONCE, ground=Ground.RULE, rule=str(rule))
            case "ask":
                return None
            case "deny":
                word = f"A rule of the user denies this call: {rule}."
                return Decision(Verdict.DENY, word, ground=Ground.RULE, rule=str(rule))

    def session(self, request: ApprovalRequest) -> str:
        """See Approver."""
        if request.repeats or self._rule(request) is not None:
            return ""
        name, scope = request.tool_name, request.scope
        if not scope:
            return f"all calls of {name}"
        match request.risk:
            case "command":
                return "this very command"
            case "fetch":
                return f"fetching from {scope}"
            case "download":
                return f"downloading from {scope}"
            case _:
                return f"{name} for {scope}"

    def always(self, request: ApprovalRequest) -> str:
        """See Approver."""
        if self._keeper is None or request.repeats or self._rule(request) is not None:
            return ""
        return self._keeper.terms(request)

    def next_mode(self) -> ApprovalMode:
        """Go on to the next mode, as `set_mode` does."""
        modes = list(ApprovalMode)
        return self.set_mode(modes[(modes.index(self.mode) + 1) % len(modes)])

    def set_mode(self, mode: ApprovalMode) -> ApprovalMode:
        """Change the mode, and forget what was allowed for the session."""
        self.mode = mode
        self._allowed.clear()
        return mode

    def remember(self, request: ApprovalRequest, decision: Decision) -> None:
        """Keep what a decision says about later calls of the same scope."""
        if request.repeats or decision.verdict not in (
            Verdict.ALLOW_SESSION,
            Verdict.ALLOW_ALWAYS,
        ):
            return
        self._allowed.add(_covered(request))
        if decision.verdict is Verdict.ALLOW_ALWAYS and self._keeper and self.always(request):
            try:
                self._keeper.keep(request)
            except OSError:
                _log.exception("a rule could not be kept; it holds for the session")

    def _rule(self, request: ApprovalRequest) -> Rule | None:
        kept = self._keeper.rules if self._keeper is not None else ()
        return last_match((*kept, *self._rules), request.tool_name, request.subject, request.risk)

    def _ground(self, request: ApprovalRequest) -> Ground | None:
        """Why a call that no rule is about runs unasked; None when it must be asked about."""
        if request.risk == "read":
            return Ground.READING
        is_edit = request.risk == "write" and self.mode is ApprovalMode.EDITS
        if is_edit or self.mode is ApprovalMode.AUTO:
            return Ground.MODE
        return Ground.SESSION if _covered(request) in self._allowed else None


def _covered(request: ApprovalRequest) -> tuple[str, str]:
    """What an answer for the session is about: a tool and a scope; a host for all tools that only
    fetch."""
    shared = request.risk == "fetch" and request.scope
    return "" if shared else request.tool_name, request.scope


class HookApprover:
    """Asks a user's own coroutine about everything but reading."""

    def __init__(self, approve: Approve) -> None:
        self._approve = approve

    def settled(self, request: ApprovalRequest) -> Decision | None:
        if request.risk != "read":
            return None
        return Decision(Verdict.ALLOW_ONCE, ground=Ground.READING)

    def session(self, request: ApprovalRequest) -> str:
        return ""

    def always(self, request: ApprovalRequest) -> str:
        return ""

    async def decide(self, request: ApprovalRequest) -> Decision:
        return await self._approve(request)

    def remember(self, request: ApprovalRequest, decision: Decision) -> None:
        """What later calls need is the coroutine's to know."""
