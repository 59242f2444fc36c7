"""What a conversation consists of, in the order in which it is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tyler_tui.figures import cost_text, duration_text, tokens_text
from tyler_tui.messages import Attachment, Message, Thread, compaction_of, summary_text
from tyler_tui.remarks import STATUS_NOTICES, decision_text
from tyler_tui.sanitize import model_on_one_line, one_line, sanitize


@dataclass(frozen=True, slots=True)
class Head:
    """Someone begins to speak. `detail` tells of an answer which model gave it and what it took."""

    who: str
    moment: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A prompt or an answer, in Markdown, and the files that went with it."""

    text: str
    is_prompt: bool = False
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call and what became of it."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    result: str = ""
    mark: str = "◌"
    how: str = "interrupted"
    """How long it took, or the word for what came of it."""
    decision: str = ""

    @property
    def brief(self) -> str:
        """Its first argument, which tells most."""
        return one_line(str(next(iter(self.arguments.values()), "")), 60)


@dataclass(frozen=True, slots=True)
class Aside:
    """What is not a part of the conversation itself: thinking, or a summary of older messages."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark of the program."""

    text: str


Part = Head | Said | Call | Aside | Notice


def title_of(thread: Thread) -> str:
    return one_line(thread.name or thread.title) or "A conversation"


def facts_of(thread: Thread) -> str:
    """When it was, with which model, and what it took."""
    model = model_on_one_line(str(thread.attributes.get("model") or ""), 60)
    usage = thread.usage
    facts = [f"{thread.created_at.astimezone():%Y-%m-%d %H:%M}", model]
    if usage.total_tokens:
        facts += [f"{tokens_text(usage.total_tokens)} tokens", cost_text(thread.cost_usd)]
    return " · ".join(fact for fact in facts if fact)


def parts_of(thread: Thread) -> Iterator[Part]:
    """The current branch."""
    branch = thread.messages
    results = {message.tool_call_id: message for message in branch if message.role == "tool"}
    speaker = ""
    for message in branch:
        if message.role in ("user", "assistant") and message.role != speaker:
            speaker = message.role
            yield _head(message)
        match message.role:
            case "user":
                yield Said(sanitize(message.content), True, tuple(message.attachments))
            case "assistant":
                yield from _answer(message, results)
            case "system" if (compaction := compaction_of(message)) is not None:
                title = f"{compaction.messages} messages above were summarised for the model"
                yield Aside(title, sanitize(summary_text(message)))
            case _:
                pass


def _head(message: Message) -> Head:
    if message.role == "user":
        return Head("You", message.timestamp)
    facts = [model_on_one_line(str(message.metrics.get("model") or ""), 60)]
    if latency := message.metrics.get("latency_ms"):
        facts.append(duration_text(float(latency)))
    return Head("Assistant", message.timestamp, " · ".join(fact for fact in facts if fact))


def _answer(message: Message, results: Mapping[str | None, Message]) -> Iterator[Part]:
    if message.reasoning_content:
        yield Aside("Thinking", sanitize(message.reasoning_content))
    if message.content.strip():
        yield Said(sanitize(message.content))
    for call in message.tool_calls or ():
        found = results.get(call.id)
        if found is None:
            yield Call(one_line(call.name, 60), call.arguments)
            continue
        metrics = found.metrics
        mark, how = "✓", duration_text(float(metrics.get("duration_ms") or 0))
        if metrics.get("denied"):
            mark, how = "⊘", "denied"
        elif metrics.get("failed"):
            mark, how = "✗", "failed"
        decision = metrics.get("decision")
        yield Call(
            one_line(call.name, 60),
            call.arguments,
            sanitize(found.content),
            mark,
            how,
            decision_text(decision) if isinstance(decision, Mapping) else "",
        )
    if message.status in STATUS_NOTICES:
        yield Notice(STATUS_NOTICES[message.status])
