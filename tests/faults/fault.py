"""A fault: what a provider does wrong, and what must come of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.provider_server import Received, Reply
from tyler_tui.config import Settings, TimeoutSettings
from tyler_tui.messages import Usage

DIRECT = "direct"
OPENAI_CLIENT = "LiteLLM, OpenAI's client"
OWN_CLIENT = "LiteLLM, its own client"
READERS = {
    DIRECT: ("auto", "openai/local-model"),
    OPENAI_CLIENT: ("litellm", "openai/local-model"),
    OWN_CLIENT: ("litellm", "deepseek/deepseek-chat"),
}
"""Who reads a stream: the reader of the config, and a model that is read by it. Each of the three
has code of its own and fails in ways of its own."""

PATIENT = TimeoutSettings(connect=60, first_token=60, idle=60, answer=120)
SHORT = TimeoutSettings(connect=0.8, first_token=0.8, idle=0.6, answer=60)
"""For what would take for ever."""


@dataclass(frozen=True)
class Fault:
    """A row of a table. `replies` answer the prompt, one request each, all or `requests` of them.

    `error` is the kind of the error that ends the turn, "" when the answer is whole; `says` stands
    on its card. `text` is the answer that is kept, None for any, `thinking` its reasoning, `usage`
    what the server said that it used, None when it said nothing that makes sense. `results` are
    found in the results of the tools, in their order. `otherwise` is what is different with a
    reader.
    """

    name: str
    replies: Sequence[Reply | Callable[[Received], Reply]]
    error: str = ""
    says: str = ""
    text: str | None = ""
    thinking: str = ""
    usage: Usage | None = None
    cut: bool = False
    """Whether the text is marked as cut off though no error ended it."""
    results: Sequence[str] = ()
    requests: int | None = None
    retry_after_s: float | None = None
    timeouts: TimeoutSettings = PATIENT
    settings: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def read_by(self, reader: str) -> "Fault":
        """The row as it is for a reader."""
        return replace(self, **self.otherwise.get(reader, {}))

    def settings_for(self, reader: str) -> Settings:
        return Settings(
            reader=READERS[reader][0],  # type: ignore[arg-type]  # one of two words
            timeouts=self.timeouts,
            **{"retries": 0, **self.settings},
        )
