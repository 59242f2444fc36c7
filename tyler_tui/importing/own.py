"""Our own JSON, as `export --format json` writes it: all of a session, with the ids it has."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tyler_tui.export import FORMAT, VERSION
from tyler_tui.importing.documents import Documents
from tyler_tui.importing.draft import table
from tyler_tui.importing.found import Damaged, DamagedError, Found
from tyler_tui.messages import Message, MessageStatus, Thread

KIND = "tyler-chat"
_LONGEST_ID = 200


def recognised(item: dict[str, Any]) -> bool:
    return item.get("format") == FORMAT


def conversations(documents: Documents) -> Iterator[Found | Damaged]:
    return documents.conversations(_session, lambda item: _name(table(item.get("thread"))))


def _session(item: dict[str, Any]) -> Found:
    version = item.get("version")
    if version != VERSION:
        raise DamagedError(
            f"it is of version {version!r} of the form; this program reads {VERSION}"
        )
    form = item.get("thread")
    if not isinstance(form, dict):
        raise DamagedError("there is no session in it")
    _check_id(form.get("id"))
    try:
        thread = Thread.from_dict(form)
    except KeyError as error:
        raise DamagedError(f"{error} is missing") from error
    except AttributeError as error:
        raise DamagedError(f"something stands where something else belongs ({error})") from error
    _check(thread, len(form.get("messages", [])))
    return Found(thread)


def _check(thread: Thread, listed: int) -> None:
    """Raise DamagedError for what the store, or a walk along a branch, could not bear."""
    messages = thread.all_messages
    if listed != len(messages):
        raise DamagedError("two messages have the same id")
    for given in (thread.title, thread.name or ""):
        if not isinstance(given, str):
            raise DamagedError("its name or title is no text")
    seen: set[str] = set()
    ids = {message.id for message in messages}
    for message in messages:
        _check_id(message.id)
        if message.parent_id in ids and message.parent_id not in seen:
            raise DamagedError(f"message {message.id[:40]} stands before its parent")
        seen.add(message.id)
        _check_message(message)
    if thread.head_id is not None and thread.head_id not in ids:
        raise DamagedError("its last message is missing")
    for time in (thread.created_at, thread.updated_at, *(m.timestamp for m in messages)):
        _check_time(time)


def _check_id(id: object) -> None:
    if not isinstance(id, str) or not 0 < len(id) <= _LONGEST_ID or not id.isprintable():
        raise DamagedError("an id is none")


def _check_time(time: datetime) -> None:
    if time.tzinfo is None:
        raise DamagedError("a time does not say its zone")
    time.astimezone(UTC)  # or OverflowError


def _check_message(message: Message) -> None:
    for given in (message.name, message.tool_call_id, message.parent_id):
        if given is not None and not isinstance(given, str):
            raise DamagedError("a name or an id is no text")
    if message.usage is not None and any(
        not -(2**53) < figure < 2**53
        for figure in (message.usage.prompt_tokens, message.usage.completion_tokens,
                       message.usage.total_tokens, message.usage.cached_tokens,
                       message.usage.reasoning_tokens)
    ):  # fmt: skip
        raise DamagedError("a number of tokens is none")
    if message.status is MessageStatus.STREAMING:  # whoever wrote it does so no longer
        message.status = MessageStatus.INTERRUPTED


def _name(thread: dict[str, Any]) -> object:
    return thread.get("name") or thread.get("title")
