"""Where a conversation was cut: a summary stands in the branch, and what it covers is not sent.

The summary is a system message at the end of what the branch was then; nothing is removed. Of the
messages before it, those that it names as kept are still sent as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from tyler_tui.messages.values import Message

_KEY = "compaction"
_HEAD = "Older messages of this conversation were left out. This is their summary:\n\n"


_REQUEST = (
    "Summarise our conversation so far: the summary will stand in place of all of it when we go "
    "on. Keep whatever is needed to go on as if nothing were missing: what I asked for and why, "
    "what was decided and for which reasons, facts that were found, and exactly as they are all "
    "names, figures, paths, commands and pieces of code that still matter; what was done with "
    "tools and what came of it; and what is still to be done. Leave out greetings and what led "
    "nowhere. Write in the language of the conversation. Call no tools, and answer with the "
    "summary alone."
)


@dataclass(frozen=True, slots=True)
class Compaction:
    """What a summary stands for: how many messages, the ids of those before it that are still
    sent, and about how many tokens a request held before and after."""

    messages: int
    kept: tuple[str, ...] = ()
    tokens_before: int = 0
    tokens_after: int = 0


_kept_by: "WeakKeyDictionary[Message, tuple[Message, ...]]" = WeakKeyDictionary()
"""What is still sent of what stands before a summary. That never changes, and each request asks: to
look for it would take as long as the thread."""


def summary_request(focus: str = "") -> str:
    """What a model is asked for a summary with; `focus` is what must not be lost."""
    focus = " ".join(focus.split())
    return f"{_REQUEST} Above all keep this: {focus}" if focus else _REQUEST


def is_summary_request(text: str) -> bool:
    return text.startswith(_REQUEST)


def summary_message(text: str, compaction: Compaction) -> Message:
    """The message that stands for others from now on."""
    form = {
        "messages": compaction.messages,
        "kept": list(compaction.kept),
        "tokens_before": compaction.tokens_before,
        "tokens_after": compaction.tokens_after,
    }
    return Message("system", _HEAD + text.strip(), metrics={_KEY: form})


def compaction_of(message: Message) -> Compaction | None:
    """What `message` stands for; None when it is no summary."""
    form = message.metrics.get(_KEY)
    if message.role != "system" or not isinstance(form, Mapping):
        return None
    kept = form.get("kept")
    return Compaction(
        messages=_count(form.get("messages")),
        kept=tuple(map(str, kept)) if isinstance(kept, list) else (),
        tokens_before=_count(form.get("tokens_before")),
        tokens_after=_count(form.get("tokens_after")),
    )


def summary_text(message: Message) -> str:
    """The summary alone, as the model wrote it."""
    return message.content.removeprefix(_HEAD)


def still_sent(branch: Sequence[Message]) -> list[Message]:
    """What of a branch a model still sees: all of it, or the last summary, what it kept, the
    thread's own system messages, and what came since."""
    for number in range(len(branch) - 1, -1, -1):
        compaction = compaction_of(branch[number])
        if compaction is not None:
            summary = branch[number]
            if summary not in _kept_by:
                _kept_by[summary] = _kept(branch[:number], compaction)
            return [*_kept_by[summary], *branch[number:]]
    return list(branch)


def _kept(before: Sequence[Message], compaction: Compaction) -> tuple[Message, ...]:
    return tuple(
        message
        for message in before
        if message.id in compaction.kept
        or (message.role == "system" and compaction_of(message) is None)
    )


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0
