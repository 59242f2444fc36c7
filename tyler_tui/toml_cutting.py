"""Takes a table out of the text of a TOML file, and leaves all else as it stands."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any


def without_table(text: str, key: Sequence[str]) -> str | None:
    """`text`, which is valid, without the table called `key`, those inside it, and the comments in
    them. Comments above it stay, as do those behind it that stand apart.

    None where that cannot be done by leaving out whole tables: where it has no head of its own, or
    what is left would say anything else than before.
    """
    left = _cut(text, tuple(key))
    try:
        found = tomllib.loads(left)
    except tomllib.TOMLDecodeError:
        return None
    wanted = holder = tomllib.loads(text)
    for name in key[:-1]:
        holder = holder[name]
    del holder[key[-1]]
    return left if _filled(found) == _filled(wanted) else None


def _cut(text: str, key: tuple[str, ...]) -> str:
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    heads: list[tuple[int, tuple[str, ...]]] = [(0, ()), *_heads(lines), (len(lines), ())]
    for (begin, head), (end, next_head) in pairwise(heads):
        part = lines[begin:end]
        if head[: len(key)] != key:
            kept += part
            continue
        if next_head[: len(key)] == key:
            continue
        rest = part[_end_of_table(part) :]
        kept += rest
        while not rest and end == len(lines) and kept and not kept[-1].strip():
            kept.pop()
    return "".join(kept)


def _end_of_table(lines: Sequence[str]) -> int:
    """Where what belongs to a table ends, and what is above the next one begins: with comments that
    stand behind a blank line."""
    last = max(number for number, line in enumerate(lines) if not _is_idle(line))
    blank = next((n for n in range(last, len(lines)) if not lines[n].strip()), len(lines))
    return next((n for n in range(blank, len(lines)) if lines[n].strip()), len(lines))


def _is_idle(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _heads(lines: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Where each table begins, and what it is called. A line that looks so inside a text or a list
    begins none: what stands before it is not whole."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith("["):
            continue
        try:
            found: Any = tomllib.loads(line)
            tomllib.loads("".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        key = []
        while found:
            if isinstance(found, list):
                (found,) = found
                continue
            ((name, found),) = found.items()
            key.append(name)
        yield number, tuple(key)


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` without tables that hold nothing: whether their heads stand there tells nothing."""
    inner = {
        name: _filled(value) if isinstance(value, dict) else value for name, value in values.items()
    }
    return {name: value for name, value in inner.items() if value != {}}
