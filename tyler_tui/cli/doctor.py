"""`tyler-chat doctor`: whether all is well here, and what to do where it is not."""

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import ConfigFile, Json, commands_app
from tyler_tui.cli.output import write_json

if TYPE_CHECKING:
    from tyler_tui.doctor import Finding

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}
_COLOURS = {"ok": "32", "warn": "33", "fail": "31"}
_NAME_WIDTH = 22


@commands_app.command(
    "doctor",
    cls=Command,
    epilog="""
tyler-chat doctor
tyler-chat doctor | grep -v ^ok          # only what could be better
tyler-chat doctor --json > report.json   # for a bug report
""",
)
def doctor(config: ConfigFile = None, json_: Json = False) -> int:
    """Check versions, terminal, config, keys, models, MCP servers, sessions and speed.

    Each line is ok (✓), a warning (!) or a failure (✗), with what to do about it. Keys are named,
    never shown; only servers on this machine, the one that OPENAI_API_BASE names, and the MCP
    servers of the config are asked anything. Exits 1 when something failed. Into a pipe: one a
    line, with tabs between status, area, name, text and what to do.
    """
    from tyler_tui import paths  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import logs  # noqa: PLC0415
    from tyler_tui.doctor import Status, examine, sum_of  # noqa: PLC0415

    logs.start()
    found: list[Finding] = []
    for area in examine(paths.config_file(config)):
        found += area
        if not json_:
            _write(area)
    worst = sum_of(found)
    if json_:
        rows = [finding.to_dict() for finding in found]
        write_json({"status": worst.value, "findings": rows})
    elif sys.stdout.isatty():
        warnings, failures = (
            sum(finding.status is status for finding in found)
            for status in (Status.WARN, Status.FAIL)
        )
        sys.stdout.write(f"\n{_count(failures, 'failure')}, {_count(warnings, 'warning')}.\n")
    return 1 if worst is Status.FAIL else 0


def _write(area: "list[Finding]") -> None:
    if not sys.stdout.isatty():
        for finding in area:
            sys.stdout.write("\t".join(finding.to_dict()[name] for name in _FIELDS) + "\n")
        return
    width = max(40, min(100, shutil.get_terminal_size().columns))
    if area:
        sys.stdout.write(f"\n{area[0].area}\n")
    for finding in area:
        mark = f"\x1b[{_COLOURS[finding.status]}m{_MARKS[finding.status]}\x1b[0m"
        head = f"  {mark} {finding.name:<{_NAME_WIDTH}} "
        indent = " " * (4 + _NAME_WIDTH + 1)
        lines = textwrap.wrap(finding.text, width - len(indent)) or [""]
        sys.stdout.write(head + f"\n{indent}".join(lines) + "\n")
        for number, line in enumerate(textwrap.wrap(finding.remedy, width - len(indent) - 2)):
            sys.stdout.write(f"{indent}{'  ' if number else '→ '}{line}\n")
    sys.stdout.flush()


_FIELDS = ("status", "area", "name", "text", "remedy")


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'s' * (number != 1)}"
