"""Keys that the config gives to commands: checked, and compared with what takes keys before they
get here."""

import os
import subprocess
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from msgspec import Struct

from tyler_tui.commands import (
    ANSWERING,
    COMMANDS,
    EDITING,
    PANEL,
    PICKING,
    QUEUE,
    TABLE,
    Command,
    key_label,
    keys_of,
)
from tyler_tui.errors import ConfigError
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import nearest

_CHAT = tuple(command for command in COMMANDS if not command.on_marked)
_ON_MARKED = tuple(command for command in COMMANDS if command.on_marked)
_ELSEWHERE = "app.suspend"
"""Its key may be one of the composer's, which go before it there."""
CONTEXTS: tuple[tuple[Command, ...], ...] = (
    (*EDITING, *(command for command in _CHAT if command.id != _ELSEWHERE)),
    (*_ON_MARKED, *_CHAT),
    (*ANSWERING, *_CHAT),
    (*QUEUE, *_CHAT),
    (*PANEL, *_CHAT),
    PICKING,
)
"""Commands that are at hand at the same time, so that no two of them may have the same key."""
_WHILE_TYPING = frozenset(command.id for command in (*EDITING, *_CHAT, *PICKING))

_MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""In Textual's order."""
_NAMES = frozenset(
    ["enter", "escape", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup",
     "pagedown", "up", "down", "left", "right", *(f"f{number}" for number in range(1, 25))]
)  # fmt: skip
_OTHER_NAMES = {
    "esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup",
    "pgdn": "pagedown", "pagedn": "pagedown", "control": "ctrl", "option": "alt", "cmd": "super",
    "plus": "plus", "minus": "minus", "comma": "comma",
}  # fmt: skip
"""What else people call keys, and signs that cannot stand for themselves in a list."""
_SIGNS = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at",
    "hyphen_minus": "minus", "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
"""Textual's names for signs that Unicode calls otherwise."""

_SAME_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+[": "escape"}
"""Keys that most terminals send as others."""
_ZELLIJ = ("ctrl+g", "ctrl+p", "ctrl+t", "ctrl+n", "ctrl+h", "ctrl+s", "ctrl+o", "ctrl+q", "ctrl+b")
"""The keys of Zellij's modes, as it comes."""


def checked(own: Mapping[str, str], place: Callable[[str], str]) -> dict[str, str]:
    """The keys that the config gives to commands, by their ids, in Textual's names. `place` tells
    where the config does so. Nothing ("") leaves a command without a key.

    Raises ConfigError for a command or a key that there is not, a letter that is needed for
    typing, and a key that two commands have.
    """
    read: dict[str, str] = {}
    for id, keys in own.items():
        known = {command.id for command in TABLE}
        if id not in known:
            raise ConfigError(
                f"{place(id)}: there is no command `{one_line(id, 60)}`.",
                hint=f"{nearest(id, known) if _is_near(id, known) else ''} "
                "`tyler-chat keys` lists them.".strip(),
            )
        names = [_read_key(key, id, place) for key in _split(keys)]
        read[id] = ",".join(names)
        if id in _WHILE_TYPING:
            for name in names:
                if len(name) == 1 or name == "space":
                    raise ConfigError(
                        f"{place(id)}: {key_label(name)} alone cannot be a key of `{id}`: it is "
                        "needed for typing.",
                        hint=f'Add a modifier: "ctrl+{name.lower()}" or "alt+{name.lower()}".',
                    )
    for key, one, other in _doubles(read):
        id = other.id if other.id in read else one.id
        raise ConfigError(
            f"{place(id)}: {key_label(key)} is the key of both `{one.id}` and `{other.id}`.",
            hint='Give one of them another key, or none: "".',
        )
    return read


def _is_near(id: str, known: set[str]) -> bool:
    return nearest(id, known).startswith("Did you mean")


def _split(keys: str) -> list[str]:
    """The keys of a list; a comma by itself is a key."""
    return [key for part in keys.split(",") if (key := part.strip())]


def _read_key(text: str, id: str, place: Callable[[str], str]) -> str:
    """A key as people write it, in Textual's name. Raises ConfigError."""
    *modifiers, last = text.split("+")
    modifiers = [_OTHER_NAMES.get(part.strip().casefold(), part.strip().casefold())
                 for part in modifiers]  # fmt: skip
    name = _key_name(last.strip(), has_modifiers=bool(modifiers))
    wrong = next((part for part in modifiers if part not in _MODIFIERS), None)
    if modifiers == ["shift"] and name is not None and len(name) == 1 and name.isalpha():
        return name.upper()  # as terminals send it
    if wrong is None and name is not None:
        return "+".join([*(part for part in _MODIFIERS if part in modifiers), name])
    unknown = last.strip() if wrong is None else wrong
    raise ConfigError(
        f"{place(id)}: there is no key {one_line(unknown or text, 30)!r} for `{id}`.",
        hint='Keys are written like "ctrl+n", "alt+up", "f5", "shift+tab", or several: '
        '"ctrl+n, f5".',
    )


def _key_name(text: str, *, has_modifiers: bool) -> str | None:
    """Textual's name of a key without its modifiers; None when there is no such key."""
    if len(text) == 1:
        if text.isalnum():
            return text.lower() if has_modifiers and text.isascii() else text
        name = unicodedata.name(text, "").lower().replace("-", "_").replace(" ", "_")
        return _SIGNS.get(name, name) or None
    name = _OTHER_NAMES.get(text.casefold(), text.casefold())
    if name in _NAMES or name in _SIGNS.values():
        return name
    with suppress(KeyError):
        unicodedata.lookup(name.replace("_", " "))
        return name
    return None


def _doubles(own: Mapping[str, str]) -> Iterator[tuple[str, Command, Command]]:
    """(key, command, command) for each key that two commands have at once."""
    for commands in CONTEXTS:
        owners: dict[str, Command] = {}
        for command in commands:
            for key in keys_of(command, own):
                if key and owners.setdefault(key, command) is not command:
                    yield key, owners[key], command


class Clash(Struct, frozen=True):
    """A key of ours that something else takes before it gets here, and what that is."""

    key: str
    command: Command
    taker: str


def clashes(own: Mapping[str, str], environ: Mapping[str, str] | None = None) -> list[Clash]:
    """The keys that do not get here, as far as the environment tells."""
    environ = os.environ if environ is None else environ
    taken = {key: f"terminals send it as {key_label(other)}" for key, other in _SAME_AS.items()}
    if environ.get("ZELLIJ"):
        taken |= dict.fromkeys(_ZELLIJ, "Zellij takes it, unless it is locked (Ctrl+G)")
    if environ.get("TMUX"):
        prefix = _tmux_prefix()
        taken[prefix] = f"tmux takes it for its prefix; press {key_label(prefix)} twice"
    if environ.get("STY"):
        taken["ctrl+a"] = "screen takes it; press Ctrl+A and then a"
    return [
        Clash(key, command, taken[key])
        for command in TABLE
        for key in keys_of(command, own)
        if key in taken
    ]


def _tmux_prefix() -> str:
    """The prefix of the tmux that this runs in, in Textual's name; Ctrl+B when it does not say."""
    try:
        said = subprocess.run(
            ["tmux", "show-options", "-gv", "prefix"],
            capture_output=True, text=True, timeout=1, check=True,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return "ctrl+b"
    head, _, letter = said.rpartition("-")
    modifier = {"C": "ctrl+", "M": "alt+"}.get(head, "")
    return f"{modifier}{letter.lower()}" if modifier else letter.lower()
