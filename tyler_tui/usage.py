"""How many tokens it took: apart from messages, for lists of sessions show it and load none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model call, or of several added up with `+`.

    `cached_tokens` are part of `prompt_tokens`, `reasoning_tokens` part of `completion_tokens`.
    `estimated` is True when the provider did not say and the figures were counted here.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.total_tokens + other.total_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated or other.estimated,
        )

    def to_dict(self) -> dict[str, Any]:
        form: dict[str, Any] = {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.total_tokens,
        }
        if self.cached_tokens:
            form["cached_tokens"] = self.cached_tokens
        if self.reasoning_tokens:
            form["reasoning_tokens"] = self.reasoning_tokens
        if self.estimated:
            form["estimated"] = True
        return form

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "Usage":
        return cls(
            prompt_tokens=int(form.get("prompt_tokens", 0)),
            completion_tokens=int(form.get("completion_tokens", 0)),
            total_tokens=int(form.get("total_tokens", 0)),
            cached_tokens=int(form.get("cached_tokens", 0)),
            reasoning_tokens=int(form.get("reasoning_tokens", 0)),
            estimated=bool(form.get("estimated", False)),
        )
