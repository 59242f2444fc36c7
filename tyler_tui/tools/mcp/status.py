"""How it stands with a server: what front ends show."""

from dataclasses import dataclass
from enum import StrEnum


class ServerState(StrEnum):
    OFF = "off"
    """The config says so, or it was closed."""
    CONNECTING = "connecting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """`tools`, `resources` and `prompts` are how many there are; `reason` says why it failed, or is
    being connected again, and `hint` what to do. `left_out` names the tools that cannot be offered,
    each with the reason; `connected_s` is how long connecting took. All text is fit to be shown."""

    name: str
    state: ServerState
    tools: int = 0
    resources: int = 0
    prompts: int = 0
    reason: str = ""
    hint: str = ""
    left_out: tuple[str, ...] = ()
    connected_s: float = 0.0

    @property
    def line(self) -> str:
        """The state in a few words."""
        match self.state:
            case ServerState.READY:
                return f"{self.tools} tool{'s' * (self.tools != 1)}"
            case ServerState.CONNECTING:
                return f"connecting… {self.reason}".rstrip()
            case _:
                return f"{self.state.value}: {self.reason}" if self.reason else self.state.value
