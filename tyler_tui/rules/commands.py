"""What a shell makes of a command, as far as rules must know."""

import re
import shlex
from collections.abc import Callable, Iterator

_ACTIVE = re.compile(r"[;&|<>(){}$`\x00-\x08\x0a-\x1f\x7f]")
"""With any of these a shell may run something else, or write somewhere."""
_ASSIGNMENT = re.compile(r"\w+=.*", re.DOTALL)
_RUNNERS = frozenset(
    {"bash", "builtin", "busybox", "chroot", "command", "dash", "doas", "env", "eval", "exec",
     "find", "flock", "ionice", "ksh", "nice", "nohup", "parallel", "script", "setsid", "sh",
     "ssh", "stdbuf", "strace", "su", "sudo", "time", "timeout", "watch", "xargs", "zsh"}
)  # fmt: skip
"""Commands that run what stands behind them."""
MOST_WORDS = 32
"""So far behind one of these another command is looked for."""
MOST_WORK = 50_000
"""Words that are looked at beyond those of the command itself: a model may nest any number."""


def is_simple(command: str) -> bool:
    """Whether a shell runs nothing but the one command that stands there."""
    return _ACTIVE.search(command) is None


def holds(command: str, fits: Callable[[str], bool]) -> bool:
    """Whether one of `parts_of` the command fits. What is too deep to be looked through counts as
    if one did."""
    try:
        return any(map(fits, parts_of(command)))
    except TooDeepError:
        return True


class TooDeepError(Exception):
    """Commands that run commands, more of them than can be looked through."""


def parts_of(command: str) -> Iterator[str]:
    """The command, and each command that is plainly written in it: behind `;`, in `$(...)`, behind
    `sudo`. A shell has ways to hide more. Raises TooDeepError."""
    yield command
    waiting = [_words(part) for part in _ACTIVE.split(command)]
    work_left = MOST_WORK + sum(map(len, waiting))
    seen: set[tuple[str, ...]] = set()
    while waiting:
        words = _without_assignments(waiting.pop())
        if not words or tuple(words) in seen:
            continue
        seen.add(tuple(words))
        work_left -= len(words)
        if work_left < 0:
            raise TooDeepError
        name = words[0].rpartition("/")[2]
        yield " ".join([name, *words[1:]])
        if name in _RUNNERS:
            # Where its own options end only it knows, so each word may begin the command.
            for start in range(1, min(len(words), MOST_WORDS)):
                waiting.append(_words(words[start]) + words[start + 1 :])


def _without_assignments(words: list[str]) -> list[str]:
    first = next((n for n, word in enumerate(words) if not _ASSIGNMENT.fullmatch(word)), len(words))
    return words[first:]


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quotation that is not closed
        return text.replace('"', "").replace("'", "").split()
