"""The rules that answers of "always" made: a TOML file of ours, which the user may edit.

The config is the user's own, with comments, and is never written to. This file only grows: each
rule is appended in one write, so several programs can keep rules at once, and what the user
changed in it stays.
"""

import logging
import os
from pathlib import Path

import msgspec

from tyler_tui.agent.approval import ApprovalRequest
from tyler_tui.errors import ConfigError
from tyler_tui.paths import in_short, private_folder
from tyler_tui.rules.rule import Rule
from tyler_tui.rules.table import RuleTable, check_rules, rules_in
from tyler_tui.sanitize import storable
from tyler_tui.toml_file import TomlFile, explained, toml_string

_log = logging.getLogger(__name__)

_HEAD = """\
# What you answered "always" to in tyler-chat. Delete a rule to be asked again.
# The rules in the config count before these.
"""


class _Tables(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    rules: list[RuleTable] = []


class SavedRules:
    """A RuleKeeper for one workspace. A host is kept for every workspace, all else for this one,
    because neither a path nor a command means the same in another. Raises ConfigError when the
    file cannot be read."""

    def __init__(self, path: Path, workspace: Path) -> None:
        self.path = path
        self._workspace = workspace.resolve()
        self._rules, self._seen = self._read(), self._state()

    @property
    def rules(self) -> list[Rule]:
        """Those that count now: another program, or the user, may have changed the file."""
        if (state := self._state()) != self._seen:
            self._seen = state
            try:
                self._rules = self._read()
            except ConfigError as error:
                _log.error("%s The rules before that stay.", error.message)
        return self._rules

    def terms(self, request: ApprovalRequest) -> str:
        where = f" in {in_short(self._workspace)}" if _is_local(request) else ""
        return f"{_allowing(request).text}{where}, kept in {in_short(self.path)}"

    def keep(self, request: ApprovalRequest) -> None:
        rule = _allowing(request)
        lines = ["", "[[rules]]", f"allow = [{_quoted(rule.text)}]"]
        if _is_local(request):
            lines.append(f"folder = {_quoted(str(self._workspace))}")
        private_folder(self.path.parent)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(self.path, flags, 0o600)
        with os.fdopen(handle, "ab", buffering=0) as file:
            head = _HEAD if os.fstat(handle).st_size == 0 else ""
            file.write((head + "\n".join(lines) + "\n").encode())

    def _state(self) -> tuple[int, int]:
        try:
            found = self.path.stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_size

    def _read(self) -> list[Rule]:
        file = TomlFile.read(self.path)
        try:
            tables = msgspec.convert(file.values, _Tables).rules
        except msgspec.ValidationError as error:
            raise explained(str(error), file, _Tables) from error
        check_rules(tables, file, "rules")
        return rules_in(tables, self._workspace)


def _allowing(request: ApprovalRequest) -> Rule:
    subject = request.subject if request.scope else None
    return Rule.for_exactly("allow", request.tool_name, subject)


def _is_local(request: ApprovalRequest) -> bool:
    return request.risk != "fetch"


def _quoted(text: str) -> str:
    return toml_string(storable(text))
