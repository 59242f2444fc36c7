"""Every error that a user can meet, as one tree.

TylerError
 ├─ UsageError                 exit 2: the command, the config or the set-up is wrong
 │   ├─ ConfigError
 │   └─ NoModelError
 ├─ LimitReachedError          exit 3: stopped by a limit that the user set
 ├─ ExecutionCancelledError    exit 130: `await agent.go(thread)` was cancelled
 ├─ ExecutionFailedError       `await agent.go(thread)` ended with an error
 ├─ ThreadBusyError            a second run on a thread that is running
 ├─ TurnTimeoutError           exit 75: a turn took longer than its reader allows (`guarded`)
 ├─ McpError                   an MCP server cannot be used
 ├─ ToolError                  a tool failed in a way that the model should read
 │   └─ ToolArgumentsError
 ├─ StoreError
 │   ├─ ThreadNotFoundError
 │   ├─ NameTakenError
 │   ├─ AmbiguousNameError
 │   ├─ StoreTooNewError       made by a newer program
 │   ├─ StoreDamagedError
 │   └─ StoreUnavailableError  exit 75: locked, disk full, no permission
 └─ ProviderError              exit 75 when `retryable`, 2 for the set-up, else 1

A message says what went wrong, `hint` what to do about it. Both are plain text: text that came
from outside has been through `sanitize` before it gets here.
"""

from typing import Any, ClassVar, TypeGuard

WORTH_RETRYING = 75
"""The exit code of what may work at another time: sysexits.h calls it EX_TEMPFAIL."""


class TylerError(Exception):
    """Base of all errors of this package.

    `title` heads the error card, `exit_code` is what the program exits with.
    """

    title: ClassVar[str] = "Something went wrong"
    exit_code: int = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TylerError):
    title = "That cannot be done as asked"
    exit_code = 2


class ConfigError(UsageError):
    title = "The config cannot be used"


class NoModelError(UsageError):
    title = "No model is set up"


class LimitReachedError(TylerError):
    title = "A limit was reached"
    exit_code = 3


class ExecutionCancelledError(TylerError):
    """`await agent.go(thread)` was cancelled; `result` is the partial AgentResult."""

    title = "Stopped"
    exit_code = 130

    def __init__(self, message: str, *, hint: str = "", result: Any = None) -> None:
        super().__init__(message, hint=hint)
        self.result = result


class ExecutionFailedError(TylerError):
    """`await agent.go(thread)` ended with an error; `result` is the partial AgentResult."""

    title = "The answer could not be finished"

    def __init__(
        self, message: str, *, hint: str = "", result: Any = None, retryable: bool = False
    ) -> None:
        super().__init__(message, hint=hint)
        self.result = result
        self.retryable = retryable
        self.exit_code = WORTH_RETRYING if retryable else 1


class ThreadBusyError(TylerError):
    title = "This session is already answering"


class TurnTimeoutError(TylerError):
    title = "It took too long"
    exit_code = 75


class McpError(TylerError):
    title = "An MCP server cannot be used"


class ToolError(TylerError):
    """Raised by a tool to tell the model what went wrong. The message is the tool's result."""

    title = "A tool failed"


class ToolArgumentsError(ToolError):
    title = "A tool got arguments that it cannot use"


class StoreError(TylerError):
    title = "The session store has a problem"


class ThreadNotFoundError(StoreError):
    title = "No such session"


class SessionDamagedError(StoreError):
    title = "This session cannot be read"


class NameTakenError(StoreError):
    title = "That name is taken"


class AmbiguousNameError(StoreError):
    """A prefix that fits several sessions; `candidates` lists their names or ids."""

    title = "Several sessions fit"

    def __init__(self, message: str, *, hint: str = "", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.candidates = candidates


def is_of_the_store(error: BaseException | None) -> TypeGuard[StoreError]:
    """Whether the store itself cannot be used, and not only one session."""
    of_a_session = (
        ThreadNotFoundError,
        SessionDamagedError,
        NameTakenError,
        AmbiguousNameError,
    )
    return isinstance(error, StoreError) and not isinstance(error, of_a_session)


class StoreTooNewError(StoreError):
    title = "The session store was made by a newer version"


class StoreDamagedError(StoreError):
    title = "The session store is damaged"


class StoreUnavailableError(StoreError):
    title = "The session store cannot be reached"
    exit_code = WORTH_RETRYING


LONGEST_WAIT_S = 366 * 86_400.0
"""Who asks for more patience means nothing by it; nor could it be told as a date."""


class ProviderError(TylerError):
    """The model could not answer.

    `kind` is a stable word for programs (see `KINDS`), `status` the HTTP status where there was
    one, `retry_after_s` what the provider asked for, in seconds, as far as that makes sense.
    """

    title = "The model could not answer"

    KINDS: ClassVar[dict[str, str]] = {
        "set_up": "The model is not set up",
        "authentication": "The key was refused",
        "permission": "The key may not do this",
        "not_found": "The model was not found",
        "rate_limit": "Too many requests",
        "quota": "The account has no credit left",
        "overloaded": "The provider is overloaded",
        "server": "The provider failed",
        "network": "The provider cannot be reached",
        "timeout": "The provider did not answer in time",
        "context_length": "The conversation is too long for this model",
        "bad_request": "The provider refused the request",
        "content_filter": "The provider's filter stopped the answer",
        "truncated": "The answer broke off",
        "empty": "The answer was empty",
        "protocol": "The provider's answer could not be read",
        "recording": "The recording cannot be followed",
        "unknown": "The model could not answer",
    }

    def __init__(
        self,
        message: str,
        *,
        kind: str = "unknown",
        hint: str = "",
        status: int | None = None,
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        if kind not in self.KINDS:
            raise ValueError(f"unknown kind of provider error: {kind!r}")
        self.kind = kind
        self.status = status
        self.retryable = retryable
        is_sensible = retry_after_s is not None and 0 <= retry_after_s <= LONGEST_WAIT_S
        self.retry_after_s = retry_after_s if is_sensible else None
        if retryable:
            self.exit_code = WORTH_RETRYING
        elif kind == "set_up":
            self.exit_code = UsageError.exit_code

    @property
    def heading(self) -> str:
        """A title for this kind of failure, fit for the head of an error card."""
        return self.KINDS[self.kind]
