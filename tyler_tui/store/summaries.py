"""What lists of sessions and searches show, without loading a session."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tyler_tui.messages import Role, Thread, Usage


@dataclass(frozen=True, slots=True)
class ThreadSummary:
    """A thread without its messages. Times are timezone-aware UTC; `cost_usd` is None when the
    price of any answer is unknown."""

    id: str
    name: str | None
    title: str
    created_at: datetime
    updated_at: datetime
    message_count: int
    model: str | None = None
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = 0.0
    deleted_at: datetime | None = None
    pinned: bool = False
    attributes: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    """What somebody else chose for it, where others write too: its agent, a model that is a file,
    an address, a system prompt. None of it is among the attributes; see `store.seal`."""

    @classmethod
    def of(cls, thread: Thread) -> "ThreadSummary":
        """The summary of a thread that is not stored."""
        return cls(
            id=thread.id,
            name=thread.name,
            title=thread.title,
            created_at=thread.created_at,
            updated_at=thread.updated_at,
            message_count=len(thread.all_messages),
            usage=thread.usage,
            cost_usd=thread.cost_usd,
            attributes=thread.attributes,
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "message_count": self.message_count,
            "model": self.model,
            "usage": self.usage.to_dict(),
            "cost_usd": self.cost_usd,
            "deleted_at": self.deleted_at.isoformat() if self.deleted_at else None,
            "pinned": self.pinned,
        }


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message that a search found. `start` and `end` mark the first match in `snippet`, which
    has no line ends."""

    thread_id: str
    thread_name: str | None
    title: str
    message_id: str
    role: Role
    timestamp: datetime
    snippet: str
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "thread_id": self.thread_id,
            "thread_name": self.thread_name,
            "title": self.title,
            "message_id": self.message_id,
            "role": self.role,
            "timestamp": self.timestamp.isoformat(),
            "snippet": self.snippet,
            "start": self.start,
            "end": self.end,
        }
