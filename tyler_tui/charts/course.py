"""What happened in a session and when, out of its messages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal

from tyler_tui.messages import Message

Outcome = Literal["worked", "failed", "denied"]

_HIGHEST = 1e12
"""Of a time in milliseconds, and of a price: what was imported may say anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a model: `tokens` with its input, US dollars (None when the price is unknown),
    and how long it took, in milliseconds."""

    at: datetime
    tokens: int
    cost_usd: float | None
    ms: float


@dataclass(frozen=True, slots=True)
class Call:
    """A tool at work, from `began_s` after the prompt on. One that was denied never was, however
    long it waited for that: its `ms` is 0."""

    name: str
    began_s: float
    ms: float
    outcome: Outcome


@dataclass(slots=True)
class Turn:
    """A prompt, and the calls until it was answered."""

    prompt: str
    at: datetime
    seconds: float = 0.0
    calls: list[Call] = field(default_factory=list)


def answers_in(messages: Iterable[Message]) -> list[Answer]:
    """The answers that say what they used, oldest first."""
    return [
        Answer(
            message.timestamp,
            message.usage.total_tokens,
            _figure(message.metrics.get("cost_usd")),
            _figure(message.metrics.get("latency_ms")) or 0.0,
        )
        for message in messages
        if message.role == "assistant" and message.usage is not None
    ]


def turns_in(messages: Sequence[Message]) -> list[Turn]:
    """The turns of a branch in which tools were called."""
    starts = [number for number, message in enumerate(messages) if message.role == "user"]
    turns = [_turn(messages[start:end]) for start, end in pairwise([*starts, len(messages)])]
    return [turn for turn in turns if turn.calls]


def _turn(messages: Sequence[Message]) -> Turn:
    turn = Turn(messages[0].content, messages[0].timestamp)
    for message in messages[1:]:
        # In seconds: what was imported may be of times that no date can be counted from.
        ended_s = (message.timestamp - turn.at).total_seconds()
        if message.role == "tool":
            outcome = _outcome(message)
            took = None if outcome == "denied" else _figure(message.metrics.get("duration_ms"))
            ms = took or 0.0
            began_s = max(0.0, ended_s - ms / 1000)
            turn.calls.append(Call(message.name or "", began_s, ms, outcome))
        else:  # its time is that of its first word
            ended_s += (_figure(message.metrics.get("latency_ms")) or 0.0) / 1000
        turn.seconds = max(turn.seconds, ended_s)
    return turn


def _outcome(result: Message) -> Outcome:
    if result.metrics.get("denied"):
        return "denied"
    return "failed" if result.metrics.get("failed") else "worked"


def _figure(value: object) -> float | None:
    """A time or a price; None for what is none."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= _HIGHEST else None
