"""Changing parts of a file by exact replacement."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tyler_tui.agent.arguments import made
from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.tools.files import seen
from tyler_tui.tools.files.replacing import Edit, replaced
from tyler_tui.tools.preview import diff_of, preview_of_change
from tyler_tui.tools.text import FileText, utf8
from tyler_tui.tools.workspace import (
    Place,
    Version,
    check_writable,
    open_file,
    path_for_rules,
    resolve,
    write_bytes,
)

MAX_EDITED_BYTES = 8 * 1024 * 1024
SHOWN_DIFF_LINES = 60


class _Change(NamedTuple):
    """What edits make of a file as it is now."""

    version: Version
    before: str
    after: str
    data: bytes
    places: int


def _change(place: Place, edits: Sequence[Edit]) -> _Change:
    """Raises ToolError when the edits do not fit the file."""
    for edit in edits:
        utf8(edit.new)
    check_writable(place)
    with open_file(place) as file:
        data = file.read(MAX_EDITED_BYTES + 1)
        version = Version.of(os.fstat(file.fileno()))
    if len(data) > MAX_EDITED_BYTES:
        raise ToolError(f"{place} is longer than {MAX_EDITED_BYTES:,} bytes: too long to edit.")
    content = FileText.of(data)
    if content is None:
        raise ToolError(f"{place} is a binary file; only text can be edited.")
    after, places = replaced(content.text, edits)
    return _Change(version, content.text, after, content.encoded(after), places)


def _summary(arguments: Mapping[str, Any]) -> str:
    count = len(arguments["edits"])
    return f"edit {arguments['path']} ({count} edit{'s' * (count != 1)})"


def _preview(arguments: Mapping[str, Any], workspace: Path) -> str:
    place = resolve(workspace, arguments["path"])
    change = _change(place, made(arguments["edits"], list[Edit]))
    return preview_of_change(place, change.before, change.after)


@tool(
    name="files-edit",
    risk="write",
    summarize=_summary,
    preview=_preview,
    subject=path_for_rules,
)
def edit_file(context: ToolContext, path: str, edits: list[Edit]) -> str:
    """Change parts of a text file of the workspace: each edit replaces an exact text by another.

    The text must occur exactly once, unless replace_all is set. Edits are made in their order, all
    or none. Encoding and line ends stay as they are.

    Args:
        path: The file, relative to the workspace.
        edits: The replacements.
    """
    place = resolve(context.workspace, path)
    with seen.CHANGING:
        change = _change(place, edits)
        others = seen.is_stale(context, place, change.version)
        written = write_bytes(place, change.data, over=change.version)
        seen.remember(context, place, written.version)
    places = "1 place" if change.places == 1 else f"{change.places} places"
    note = " It had been changed by someone else since you last read it." if others else ""
    return f"Edited {place} in {places}.{note}\n\n{_short_diff(place, change)}"


def _short_diff(place: Place, change: _Change) -> str:
    lines = diff_of(place, change.before, change.after)
    more = len(lines) - SHOWN_DIFF_LINES
    if more <= 0:
        return "\n".join(lines)
    return "\n".join([*lines[:SHOWN_DIFF_LINES], f"[… {more:,} more lines of the diff]"])
