"""One rule: an effect, a pattern for the tool's name, and one for what the call is about.

`files-write(src/**)` is a rule's text: the tool, and in brackets a path, a command, a host, or
whatever the tool says its calls are about (`Tool.subject_of`). Without brackets all calls of the
tool are meant. `*` stands for any text, in a path for any text within a folder; `**` crosses
folders, `?` is one character, and a character in square brackets is itself.
"""

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from tyler_tui.rules.commands import holds, is_simple

Effect = Literal["allow", "ask", "deny"]

_TEXT = re.compile(r"(?P<tool>[\w*?-]+)(?:\((?P<subject>.*)\))?", re.DOTALL)
_PIECE = re.compile(r"(\*\*/)|(\*\*)|(\*)|(\?)|\[(.)\]|(.)", re.DOTALL)
_WILD = re.compile(r"[*?\[]")


class Rule(Struct, frozen=True):
    """See the module's text. A `subject` of None is any."""

    effect: Effect
    tool: str
    subject: str | None = None

    @classmethod
    def parse(cls, effect: Effect, text: str) -> "Rule":
        """Raises ValueError that says what is wrong."""
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise ValueError("must be the name of a tool, or one with a pattern: tool(pattern)")
        if found["subject"] is not None and not found["subject"].strip():
            raise ValueError("has nothing in its brackets; without them all calls are meant")
        return cls(effect, found["tool"], found["subject"])

    @classmethod
    def for_exactly(cls, effect: Effect, tool: str, subject: str | None) -> "Rule":
        """The rule for this one subject, whatever characters are in it."""
        exact = None if subject is None else _WILD.sub(lambda wild: f"[{wild[0]}]", subject)
        return cls(effect, tool, exact)

    @property
    def text(self) -> str:
        """What `parse` reads."""
        return self.tool if self.subject is None else f"{self.tool}({self.subject})"

    def __str__(self) -> str:
        return f"{self.effect} {self.text}"

    def matches(self, tool: str, subject: str, risk: str) -> bool:
        """Whether a call of `tool` about `subject` is meant.

        A shell can hide one command in another. So a pattern allows a command only when that is
        simple, and denies one when any part of it fits.
        """
        if not _fits(self.tool, tool, within_folder=False, any_case=False):
            return False
        if self.subject is None:
            return True
        if risk == "command":
            return self._fits_command(self.subject, subject)
        any_case = risk in ("fetch", "download") or self.effect != "allow"
        return _fits(self.subject, subject, within_folder=True, any_case=any_case)

    def _fits_command(self, pattern: str, command: str) -> bool:
        patterns = (pattern, pattern[:-2]) if pattern.endswith(" *") else (pattern,)

        def fits(text: str) -> bool:
            return any(_fits(one, text, within_folder=False, any_case=False) for one in patterns)

        if self.effect != "allow":
            return holds(command, fits)
        exact = (
            _WILD.search(_PIECE.sub(lambda piece: "" if piece[5] else piece[0], pattern)) is None
        )
        return (exact or is_simple(command)) and fits(command)


def last_match(rules: Iterable[Rule], tool: str, subject: str, risk: str) -> Rule | None:
    """The rule that counts for a call; None when none is about it."""
    found = None
    for rule in rules:
        if rule.matches(tool, subject, risk):
            found = rule
    return found


def _fits(pattern: str, text: str, *, within_folder: bool, any_case: bool) -> bool:
    some = "[^/]" if within_folder else "."

    def translated(piece: re.Match[str]) -> str:
        if piece[1]:
            return "(?:.*/)?"
        if piece[2]:
            return ".*"
        if piece[3]:
            return f"{some}*"
        return some if piece[4] else re.escape(piece[5] or piece[6])

    flags = re.DOTALL | re.ASCII | (re.IGNORECASE if any_case else re.NOFLAG)
    return re.fullmatch(_PIECE.sub(translated, pattern), text, flags) is not None
