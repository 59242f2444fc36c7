"""Thread: a tree of messages, and the branch of it that is current."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tyler_tui.messages.compaction import compaction_of, summary_message
from tyler_tui.messages.values import Message, MessageStatus, new_id
from tyler_tui.usage import Usage

TITLE_LENGTH = 60
ASIDES = "asides"
"""The attribute that holds `Thread.asides`, in their JSON form."""


class Thread:
    """A conversation: a tree of messages and the branch of it that is current.

    `name` is what a user called it (unique in a store), `title` what it is about. Times are
    timezone-aware UTC.
    """

    def __init__(
        self,
        id: str | None = None,
        title: str = "",
        *,
        name: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        created_at: datetime | None = None,
        updated_at: datetime | None = None,
        messages: Iterable[Message] = (),
        head_id: str | None = None,
    ) -> None:
        """Make a thread, or rebuild one: `messages` are all of its messages, parents before
        children, each with its `parent_id`; `head_id` is the last message of the current branch
        (by default the last one given)."""
        now = datetime.now(UTC)
        self.id = id or new_id()
        self.title = title
        self.name = name
        self.attributes: dict[str, Any] = dict(attributes or {})
        self.created_at = created_at or now
        self.updated_at = updated_at or self.created_at
        self._all: dict[str, Message] = {message.id: message for message in messages}
        self._head_id = head_id if head_id is not None else next(reversed(self._all), None)
        self._branch: list[Message] | None = None
        self._call_ids = {
            call.id for message in self._all.values() for call in message.tool_calls or ()
        }

    def __repr__(self) -> str:
        return f"Thread(id={self.id!r}, title={self.title!r}, messages={len(self._all)})"

    @property
    def head_id(self) -> str | None:
        """Id of the last message of the current branch."""
        return self._head_id

    @property
    def messages(self) -> list[Message]:
        """The current branch, oldest first. A new list at each call."""
        return list(self._current_branch())

    @property
    def all_messages(self) -> list[Message]:
        """Every message of every branch, in the order in which they were added."""
        return list(self._all.values())

    @property
    def message_count(self) -> int:
        """How many messages all branches have together."""
        return len(self._all)

    def add_message(self, message: Message) -> None:
        """Add `message` at the end of the current branch.

        A message that carries a `parent_id` goes behind that parent and becomes the head: so a
        sibling starts a new branch. Raises ValueError for an unknown parent or a used id.
        """
        if message.id in self._all:
            raise ValueError(f"message {message.id} is in the thread already")
        if message.parent_id is None:
            message.parent_id = self._head_id
        elif message.parent_id not in self._all:
            raise ValueError(f"parent {message.parent_id} is not in the thread")
        self._insert(message)

    def add_root(self, message: Message) -> None:
        """Add `message` as another first message: the start of a branch of its own."""
        if message.id in self._all:
            raise ValueError(f"message {message.id} is in the thread already")
        message.parent_id = None
        self._insert(message)

    def _insert(self, message: Message) -> None:
        extends = message.parent_id == self._head_id
        self._all[message.id] = message
        self._head_id = message.id
        self.note_calls(message)
        self.updated_at = datetime.now(UTC)
        if extends and self._branch is not None:
            self._branch.append(message)
        else:
            self._branch = None

    @property
    def call_ids(self) -> AbstractSet[str]:
        """The ids of all calls, on all branches."""
        return self._call_ids

    def note_calls(self, message: Message) -> None:
        """Take up the calls of a message that joined the thread before it had them."""
        self._call_ids.update(call.id for call in message.tool_calls or ())

    def get_message(self, id: str) -> Message | None:
        return self._all.get(id)

    def siblings(self, id: str) -> list[Message]:
        """The messages with the same parent as message `id`, itself among them, oldest first."""
        parent_id = self._all[id].parent_id
        return [message for message in self._all.values() if message.parent_id == parent_id]

    def siblings_of(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The ids of `siblings`, for many messages in one pass; unknown ones are left out."""
        parents = {id: self._all[id].parent_id for id in ids if id in self._all}
        families: dict[str | None, list[str]] = {parent: [] for parent in parents.values()}
        for message in self._all.values():
            if message.parent_id in families:
                families[message.parent_id].append(message.id)
        return {id: tuple(families[parent]) for id, parent in parents.items()}

    def rewind_to(self, id: str | None) -> None:
        """End the current branch with message `id`, or before the first message: what is added
        next starts a branch of its own. Raises KeyError for an unknown id."""
        if id is not None and id not in self._all:
            raise KeyError(id)
        self._head_id = id
        self._branch = None

    def switch_to(self, id: str) -> None:
        """Make the branch through message `id` current, up to its newest descendant."""
        head = self._all[id]
        below = {head.id}
        for message in self._all.values():  # parents stand before their children
            if message.parent_id in below:
                below.add(message.id)
                head = message
        self._head_id = head.id
        self._branch = None

    def fork(self, through: str | None = None) -> "Thread":
        """A new thread that begins with a copy of the current branch; with `through`, of the branch
        to that message and no further. Raises KeyError for an unknown message.

        The copies have ids of their own, and no usage: what was spent was spent in this thread.
        """
        title = f"{self.name or self.title} (fork)".lstrip()
        fork = Thread(title=title, attributes={**self.attributes, "forked_from": self.id})
        fork.attributes.pop(ASIDES, None)
        new_ids: dict[str, str] = {}
        for message in self._branch_to(self._all[through].id if through else self._head_id):
            copy = _copy(message, new_ids)
            new_ids[message.id] = copy.id
            fork.add_message(copy)
        return fork

    @property
    def asides(self) -> list[Message]:
        """Answers to what was asked for the thread but beside it, a title for instance: they stand
        on no branch and have no text, and tell what was used."""
        return [Message.from_dict(form) for form in self.attributes.get(ASIDES, ())]

    def add_aside(self, answer: Message) -> None:
        """Count in what an answer beside the thread used and cost."""
        aside = replace(answer, content="", reasoning_content="", tool_calls=None)
        self.attributes[ASIDES] = [*self.attributes.get(ASIDES, ()), aside.to_dict()]

    @property
    def _spending(self) -> list[Message]:
        return [m for m in (*self._all.values(), *self.asides) if m.usage is not None]

    @property
    def usage(self) -> Usage:
        """Tokens of all branches and asides together: what was really spent."""
        return sum((m.usage for m in self._spending if m.usage is not None), Usage())

    @property
    def cost_usd(self) -> float | None:
        """What all branches and asides cost in US dollars; None when any price is unknown."""
        total = 0.0
        for message in self._spending:
            cost = message.metrics.get("cost_usd")
            if cost is None:
                return None
            total += cost
        return total

    def _current_branch(self) -> list[Message]:
        if self._branch is None:
            self._branch = self._branch_to(self._head_id)
        return self._branch

    def _branch_to(self, id: str | None) -> list[Message]:
        branch: list[Message] = []
        # A parent that was never stored ends the branch; it must not end the program.
        while id is not None and (message := self._all.get(id)) is not None:
            branch.append(message)
            id = message.parent_id
        branch.reverse()
        return branch

    def to_dict(self) -> dict[str, Any]:
        """JSON form with all messages, lossless through `from_dict`."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "attributes": dict(self.attributes),
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "head_id": self._head_id,
            "messages": [message.to_dict() for message in self._all.values()],
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "Thread":
        return cls(
            id=form["id"],
            title=form.get("title", ""),
            name=form.get("name"),
            attributes=form.get("attributes"),
            created_at=datetime.fromisoformat(form["created_at"]),
            updated_at=datetime.fromisoformat(form["updated_at"]),
            messages=[Message.from_dict(item) for item in form.get("messages", [])],
            head_id=form.get("head_id"),
        )


def _copy(message: Message, new_ids: Mapping[str, str]) -> Message:
    """A copy for a fork, in which messages that came before have `new_ids`."""
    streaming = message.status is MessageStatus.STREAMING
    metrics = {name: value for name, value in message.metrics.items() if name != "cost_usd"}
    if (compaction := compaction_of(message)) is not None:
        kept = tuple(new_ids[id] for id in compaction.kept if id in new_ids)
        metrics |= summary_message("", replace(compaction, kept=kept)).metrics
    return replace(
        message,
        id=new_id(),
        parent_id=None,
        status=MessageStatus.INTERRUPTED if streaming else message.status,
        usage=None,
        metrics=metrics,
        attachments=list(message.attachments),
    )


def title_of(text: str) -> str:
    """A title for a thread that begins with `text`: its first line that says something."""
    line = next((stripped for line in text.splitlines() if (stripped := line.strip())), "")
    line = " ".join(line.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
