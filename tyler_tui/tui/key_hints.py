"""The keys that matter now, as the bottom line tells them: the user's own, in a few words."""

from collections.abc import Mapping, Sequence

from tyler_tui.commands import by_id, key_label, keys_of
from tyler_tui.conversation import State

Hint = tuple[str, str]
"""The id of a command and what it does in a word; without an id the words say all."""

PALETTE, KEYS, STOP = ("app.palette", "commands"), ("app.keys", "keys"), ("chat.interrupt", "stop")
BACK: Hint = ("", "Esc back")

IDLE: tuple[Hint, ...] = (("composer.submit", "send"), PALETTE, KEYS)
BUSY: tuple[Hint, ...] = (STOP, PALETTE, KEYS)
QUEUED: tuple[Hint, ...] = (STOP, ("composer.earlier", "edit queued"), KEYS)
ASKING: tuple[Hint, ...] = (("focus.next", "to answer"), STOP, KEYS)
PLACES: Mapping[str, tuple[Hint, ...]] = {
    "approval": (("answer.once", "allow"), ("answer.deny", "deny"), ("", "↑↓ scroll"), STOP),
    "approval-word": (("", "Enter denies and says it"), BACK),
    "approval-edit": (("", "Enter shows what it would do"), BACK),
    "transcript": (("", "Alt+↑↓ marks a message"), ("", "↑↓ scroll"), BACK),
    "find": (("", "↑ or Enter older"), ("", "↓ newer"), BACK),
    "queue": (
        ("queue.edit", "edit"),
        ("queue.drop", "drop"),
        BACK,
        ("queue.earlier", "earlier"),
        ("queue.later", "later"),
    ),
    "tools-filter": (("", "Enter keeps the filter"), ("", "Esc shows all")),
    "tools": (("", "↑↓ move"), ("panel.open", "open"), ("tools.expand", "all"), BACK),
}
"""What the keys do where the focus is, if it is not in the composer."""


def hints_for(place: str, state: State, queued: int) -> Sequence[Hint]:
    """What matters at that part of the screen (its id) in that state, with so many prompts
    queued; the most telling first."""
    if place in PLACES:
        return PLACES[place]
    match state:
        case State.IDLE:
            return IDLE
        case State.ASKING:
            return ASKING
        case State.ANSWERING | State.CANCELLING:
            return QUEUED if queued else BUSY


def told(hints: Sequence[Hint], keys: Mapping[str, str]) -> list[Hint]:
    """The hints with their keys; those of commands that have none are left out. `keys` are the
    user's own, by the ids of the commands."""
    words: list[Hint] = []
    for id, what in hints:
        if not id:
            words.append((id, what))
        elif key := next(filter(None, keys_of(by_id(id), keys)), ""):
            words.append((id, f"{key_label(key)} {what}"))
    return words
