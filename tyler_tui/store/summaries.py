"""What lists of sessions and searches show, without loading a session."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tyler_tui.store.columns import attributes_of, moment
from tyler_tui.store.database import Row
from tyler_tui.store.seal import SEAL, Seal, is_for_everybody
from tyler_tui.usage import Usage

if TYPE_CHECKING:  # a list loads no session
    from tyler_tui.messages import Role, Thread


class ThreadSummary(NamedTuple):
    """A thread without its messages. Times are timezone-aware UTC; `cost_usd` is None when the
    price of any answer is unknown."""

    id: str
    name: str | None
    title: str
    created_at: datetime
    updated_at: datetime
    message_count: int
    model: str | None
    usage: Usage
    cost_usd: float | None
    deleted_at: datetime | None
    pinned: bool
    attributes: dict[str, Any]
    foreign: dict[str, Any]
    """What somebody else chose for it, where others write too: its agent, a model that is a file,
    an address, a system prompt. None of it is among the attributes; see `store.seal`."""

    @classmethod
    def of(cls, thread: "Thread") -> "ThreadSummary":
        """The summary of a thread that is not stored."""
        return cls(
            id=thread.id,
            name=thread.name,
            title=thread.title,
            created_at=thread.created_at,
            updated_at=thread.updated_at,
            message_count=len(thread.all_messages),
            model=None,
            usage=thread.usage,
            cost_usd=thread.cost_usd,
            deleted_at=None,
            pinned=False,
            attributes=thread.attributes,
            foreign={},
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


def summary_of(row: Row, seal: Seal | None) -> ThreadSummary:
    """The summary of a thread from its row."""
    deleted, model = row["deleted_at"], row["model"]
    attributes, foreign = attributes_of(row["attributes"]), dict[str, Any]()
    if seal is not None:
        attributes, foreign = seal.opened(row["id"], attributes)
        if model != attributes.get("model") and not is_for_everybody(model):
            model = None
    else:
        attributes.pop(SEAL, None)  # the file was kept elsewhere before
    return ThreadSummary(
        id=row["id"],
        name=row["name"],
        title=row["title"],
        created_at=moment(row["created_at"]),
        updated_at=moment(row["updated_at"]),
        message_count=row["message_count"],
        model=model,
        usage=Usage(
            row["prompt_tokens"],
            row["completion_tokens"],
            row["total_tokens"],
            row["cached_tokens"],
            row["reasoning_tokens"],
            estimated=bool(row["estimated"]),
        ),
        cost_usd=None if row["unpriced"] else row["cost_usd"],
        deleted_at=moment(deleted) if deleted else None,
        pinned=bool(row["pinned"]),
        attributes=attributes,
        foreign=foreign,
    )


class SearchHit(NamedTuple):
    """A message that a search found. `start` and `end` mark the first match in `snippet`, which
    has no line ends."""

    thread_id: str
    thread_name: str | None
    title: str
    message_id: str
    role: "Role"
    timestamp: datetime
    snippet: str
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        return {**self._asdict(), "timestamp": self.timestamp.isoformat()}
