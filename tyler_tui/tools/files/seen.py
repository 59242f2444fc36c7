"""Which version of a file the model knows: what it last read or wrote in its conversation."""

import threading

from tyler_tui.agent.tools import ToolContext
from tyler_tui.tools.workspace import Place, Version

CHANGING = threading.Lock()
"""Held from the look at a file until it is replaced: the calls of one answer run at once."""

_KEY = "files.seen"


def remember(context: ToolContext, place: Place, version: Version) -> None:
    """The model knows `version` from now on."""
    context.memory.setdefault(_KEY, {})[place] = version


def is_stale(context: ToolContext, place: Place, now: Version) -> bool:
    """Whether the file is no longer as the model knows it. What it never saw is not stale."""
    known = context.memory.get(_KEY, {}).get(place)
    return known is not None and known != now
