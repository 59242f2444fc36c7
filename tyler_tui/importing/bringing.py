"""From a source into the store: what is there already stays as it is, what is new is added."""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from tyler_tui.errors import NameTakenError, StoreError, ThreadNotFoundError, is_of_the_store
from tyler_tui.importing.found import Damaged, Found
from tyler_tui.importing.own import leave_server
from tyler_tui.messages import ASIDES, Thread
from tyler_tui.profiles import DEFAULT
from tyler_tui.sanitize import one_line
from tyler_tui.store import ThreadStore
from tyler_tui.store.seal import is_for_everybody


class State(StrEnum):
    """What became of a conversation."""

    ADDED = "added"
    GROWN = "grown"
    """It was there; messages that are new were added."""
    UNCHANGED = "unchanged"
    """It was there, with all of its messages."""
    DELETED = "deleted"
    """It is in the trash, and stays there."""
    SKIPPED = "skipped"
    """It cannot be read, or not be stored."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`messages` counts those that are new."""

    state: State
    label: str
    thread_id: str = ""
    messages: int = 0
    remarks: tuple[str, ...] = ()


async def bring(
    store: ThreadStore,
    found: Found | Damaged,
    *,
    dry_run: bool = False,
    keep_agent: bool = False,
) -> Outcome:
    """Put one conversation into the store; with `dry_run`, say only what would become of it.
    Without `keep_agent`, one that is not trusted comes without the agent that it names: what runs
    unasked is the agent's to say, and so would be whoever wrote the file's. Raises StoreError when
    the store cannot be used."""
    if isinstance(found, Damaged):
        return Outcome(State.SKIPPED, found.label, remarks=(found.reason,))
    thread = found.thread
    label = one_line(thread.name or thread.title or thread.id[:8], 60)
    remarks = list(found.remarks)
    stored = await store.get(thread.id)
    if stored is None and await _is_deleted(store, thread.id):
        return Outcome(State.DELETED, label, thread.id)
    before = set() if stored is None else {message.id for message in stored.all_messages}
    new = [message for message in thread.all_messages if message.id not in before]
    state = State.ADDED if stored is None else State.GROWN if new else State.UNCHANGED
    kept = found.kept
    if state is State.UNCHANGED:
        return Outcome(state, label, thread.id, remarks=found.remarks if kept is not None else ())
    if stored is None and not (keep_agent or found.is_trusted):
        remarks += _leave_what_acts(thread, has_server=kept is not None)
        if kept is not None and not is_for_everybody(kept.model):
            kept = replace(kept, model=None)
    is_in_trash = kept is not None and kept.deleted_at is not None
    if stored is not None:
        thread = _grown(stored, thread)
    elif (
        thread.name is not None
        and not is_in_trash
        and await store.find_by_name(thread.name) is not None
    ):
        remarks.append(f"the name {one_line(thread.name, 40)!r} is taken, so it comes without one")
        thread.title = thread.title or thread.name
        thread.name = None
    if not dry_run:
        try:
            if kept is not None and stored is None:
                await store.save_kept(thread, kept)
            else:
                await store.save_thread(thread)
        except NameTakenError as error:  # by another process, just now
            return Outcome(State.SKIPPED, label, thread.id, remarks=(error.message,))
        except (ValueError, OverflowError, TypeError, RecursionError) as error:
            reason = f"it cannot be stored: {one_line(str(error), 100)}"
            return Outcome(State.SKIPPED, label, thread.id, remarks=(reason,))
        except StoreError as error:
            if is_of_the_store(error) and type(error) is not StoreError:
                raise
            return Outcome(State.SKIPPED, label, thread.id, remarks=(error.message,))
    return Outcome(state, label, thread.id, len(new), tuple(remarks))


def _leave_what_acts(thread: Thread, *, has_server: bool) -> list[str]:
    """Forget what would act on the word of a stranger; remarks that say so."""
    remarks = leave_server(thread) if has_server else []
    if (agent := thread.attributes.get("agent", DEFAULT)) != DEFAULT:
        del thread.attributes["agent"]
        name = one_line(str(agent), 40)
        remarks.append(f"it comes without its agent {name!r}; --keep-agents takes it along")
    if (model := thread.attributes.get("model")) and not is_for_everybody(model):
        del thread.attributes["model"]
        said = one_line(str(model), 100)
        remarks.append(f"it comes without its model, {said}; --keep-agents takes it along")
    if thread.attributes.pop("system_prompt", None):
        remarks.append("it comes without its system prompt; --keep-agents takes it along")
    return remarks


def _grown(stored: Thread, thread: Thread) -> Thread:
    """`stored` with what `thread` has beyond it. Whoever went on here stays on that branch."""
    here = {message.id for message in stored.all_messages}
    there = {message.id for message in thread.all_messages}
    head = stored.head_id if here - there else thread.head_id
    attributes = stored.attributes
    if not here - there and len(thread.asides) > len(stored.asides):
        attributes = {**attributes, ASIDES: thread.attributes[ASIDES]}
    return Thread(
        id=stored.id,
        title=stored.title,
        name=stored.name,
        attributes=attributes,
        created_at=stored.created_at,
        updated_at=max(stored.updated_at, thread.updated_at),
        messages=[
            *stored.all_messages,
            *(message for message in thread.all_messages if message.id not in here),
        ],
        head_id=head,
    )


async def _is_deleted(store: ThreadStore, thread_id: str) -> bool:
    with suppress(ThreadNotFoundError):
        return (await store.find(thread_id, deleted=True)).id == thread_id
    return False
