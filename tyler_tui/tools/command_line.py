"""The command line: one command at a time, through a shell, without a terminal.

A command runs with the rights of the user, in the workspace but not confined to it: that is why the
program asks first, and why an agent of the library should have an `approve` hook. It
cannot type, be typed to or draw: it has no terminal and its input is empty.
"""

import asyncio
import os
import re
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.redaction import holds_a_key
from tyler_tui.sessions_place import are_on_a_server
from tyler_tui.tools import processes
from tyler_tui.tools.output import Output
from tyler_tui.tools.visible import HINT, visible_code

DEFAULT_TIMEOUT_S = 120
MAX_TIMEOUT_S = 1800
REPORT_S = 0.1
"""How often new output is reported at most."""
REPORTED_LINES = 12

_MISLEADING = frozenset({"BASH_ENV", "ENV", "CLICOLOR_FORCE", "FORCE_COLOR"})
"""Variables by which a shell would run more than the command, or programs print colours."""

_NOBODY_THERE = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "MANPAGER": "cat",
    "EDITOR": "true",
    "VISUAL": "true",
    "GIT_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS_REQUIRE": "never",
    "DEBIAN_FRONTEND": "noninteractive",
    "PYTHONUNBUFFERED": "1",
}
"""Tells programs that nobody reads page by page, edits or answers, and to print at once."""


def _summary(arguments: Mapping[str, Any]) -> str:
    command = str(arguments["command"]).strip()
    lines = command.count("\n") + 1
    return f"run {command}" if lines == 1 else f"run {lines} lines: {command}"


def _preview(arguments: Mapping[str, Any], workspace: Path) -> str:
    command = arguments["command"]
    _check(command)
    shown = visible_code(command)
    hint = [] if shown == command else [HINT]
    first, *others = shown.split("\n")
    prompted = [f"$ {first}", *(f"> {line}" for line in others)]
    return "\n".join([f"in {visible_code(str(workspace.resolve()))}", *hint, *prompted])


def _scope(arguments: Mapping[str, Any]) -> str:
    """Allowed for the session is this very command. A first word, such as git or find, would allow
    commands that do anything."""
    return str(arguments["command"])


@tool(
    name="command_line-run",
    risk="command",
    timeout_s=None,  # a command has a time limit of its own, which ends its processes
    summarize=_summary,
    preview=_preview,
    scope=_scope,
)
async def run_command(
    context: ToolContext, command: str, timeout_s: int = DEFAULT_TIMEOUT_S
) -> str:
    """Run a command through bash (sh where there is none) in the workspace; returns its exit code
    and what it printed. One that does not end with 0 counts as failed.

    Each call is a shell of its own: `cd` and variables do not last. There is no terminal and no
    input: use options that neither ask nor page. Long output is cut in the middle. A process that
    shall go on running must redirect its output, as in `server >server.log 2>&1 &`.

    Args:
        command: The command, or several lines of shell script.
        timeout_s: Seconds after which it is ended with all its processes; at most 1800.
    """
    _check(command)
    limit = max(1, min(timeout_s, MAX_TIMEOUT_S))
    output, finished = Output(), asyncio.Event()
    reporting = asyncio.create_task(_report(context, output, finished))
    try:
        ended = await processes.run(
            [_shell(), "-c", command],
            folder=context.workspace,
            environment=child_environment(),
            timeout_s=limit,
            on_output=output.feed,
        )
        finished.set()
        await reporting
    except OSError as error:
        raise ToolError(f"The command cannot be started: {error.strerror}.") from error
    finally:
        reporting.cancel()
    output.feed(b"", final=True)
    how = f"stopped at its time limit of {limit} s" if ended.timed_out else _exit(ended.code)
    told = _told(how, output, ended)
    if ended.timed_out or ended.code:
        raise ToolError(told)
    return told


def _check(command: str) -> None:
    """Raises ToolError for what no shell can be given."""
    if not command.strip():
        raise ToolError("The command is empty.")
    if re.search("[\0\ud800-\udfff]", command):
        raise ToolError("The command holds characters that no command can hold.")


def _shell() -> str:
    return shutil.which("bash", path=os.defpath) or "/bin/sh"


def child_environment() -> dict[str, str]:
    """Our environment for programs that a model starts: without the keys of model providers and
    the password of the sessions, and fit for a program that runs unattended."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not holds_a_key(name, value) and name not in _MISLEADING
    }
    if are_on_a_server():
        kept.pop("PGPASSWORD", None)
    return kept | _NOBODY_THERE


async def _report(context: ToolContext, output: Output, finished: asyncio.Event) -> None:
    """Report the latest lines whenever there are new ones."""
    reported = 0
    while not finished.is_set():
        try:
            async with asyncio.timeout(REPORT_S):
                await finished.wait()
        except TimeoutError:
            if output.received > reported:
                reported = output.received
                await context.report(None, None, output.latest(REPORTED_LINES))


def _exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = "a signal"
    return f"killed by {name} (exit code {128 - code})"


def _told(how: str, output: Output, ended: processes.Ended) -> str:
    text = output.text()
    parts = [f"{how}, no output" if not text else f"{how}\n\n{text}"]
    if ended.left_open:
        parts.append(
            "[a process that it started in the background still runs; what it prints from now on "
            "is lost]"
        )
    return "\n".join(parts)


COMMAND_LINE_TOOLS = [run_command]
