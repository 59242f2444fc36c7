"""Asking the person at the terminal about a tool call; a line is the answer."""

import asyncio
import os
import sys
import termios
from contextlib import suppress
from typing import Any

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.stdio.terminal import read_line

DEAF_S = 0.5
"""What is typed before that was not meant for the question."""

_ANSWERS = {
    "y": Verdict.ALLOW_ONCE,
    "yes": Verdict.ALLOW_ONCE,
    "a": Verdict.ALLOW_SESSION,
    "always": Verdict.ALLOW_ALWAYS,
    "n": Verdict.DENY,
    "no": Verdict.DENY,
    "": Verdict.DENY,
}


def someone_is_there() -> bool:
    """Whether a question would be seen and could be answered: standard input, output and error are
    a terminal, and this program is not in its background."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return False
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # a terminal without job control has no background
        return True


def question(request: dict[str, Any]) -> str:
    """What is asked, for the data of APPROVAL_REQUESTED."""
    name = one_line(request["tool_name"], 60)
    session = one_line(request["session"], 200)
    always = one_line(request["always"], 400)
    which = f" ({request['number']} of {request['count']})" if request["count"] > 1 else ""
    lines = [
        "",
        f"? {name} {one_line(request['summary'], 300)}{which}",
        *(f"  {line}" for line in sanitize(request["preview"]).splitlines()),
        "",
        "  y       allow",
        *([f"  a       allow for this session: {session}"] if session else []),
        *([f"  always  allow from now on: {always}"] if always else []),
        "  n       deny; so does Enter alone, and what else you type is told to the model",
    ]
    return "\n".join(lines)


async def ask(request: dict[str, Any]) -> Decision:
    """Ask on standard error, and wait for a line from standard input. Cancelling the wait leaves
    the terminal as it was."""
    sys.stderr.write(f"{question(request)}\n")
    sys.stderr.flush()
    handle = sys.stdin.fileno()
    await asyncio.sleep(DEAF_S)
    with suppress(termios.error):
        termios.tcflush(handle, termios.TCIFLUSH)
    sys.stderr.write("> ")
    sys.stderr.flush()
    try:
        typed = await read_line(handle)
    except asyncio.CancelledError:
        sys.stderr.write("\n")
        raise
    said = " ".join((typed or "").split())
    verdict = _ANSWERS.get(said.lower(), Verdict.DENY)
    return Decision(verdict, message="" if said.lower() in _ANSWERS else said)
