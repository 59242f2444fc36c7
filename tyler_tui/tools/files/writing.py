"""Writing a whole file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.tools.files import seen
from tyler_tui.tools.preview import preview_of_write
from tyler_tui.tools.text import count_lines, utf8
from tyler_tui.tools.workspace import check_writable, path_for_rules, resolve, write_bytes


def _summary(arguments: Mapping[str, Any]) -> str:
    return f"write {arguments['path']} ({count_lines(arguments['content'])})"


def _preview(arguments: Mapping[str, Any], workspace: Path) -> str:
    return preview_of_write(resolve(workspace, arguments["path"]), arguments["content"])


@tool(
    name="files-write",
    risk="write",
    summarize=_summary,
    preview=_preview,
    subject=path_for_rules,
)
def write_file(context: ToolContext, path: str, content: str) -> str:
    """Write a text file into the workspace, in place of one that is there. Folders are created. To
    change a part of a file, use files-edit.

    Args:
        path: The file, relative to the workspace.
        content: The whole text of the file.
    """
    place, data = resolve(context.workspace, path), utf8(content)
    with seen.CHANGING:
        version = check_writable(place)
        if version is not None and seen.is_stale(context, place, version):
            raise ToolError(
                f"{place} has changed since you last read or wrote it: someone else works on it. "
                "Read it again before you write."
            )
        written = write_bytes(place, data, over=version)
        seen.remember(context, place, written.version)
    what = "Replaced" if written.replaced else "Created"
    return f"{what} {place}: {count_lines(content)}, {len(data):,} bytes."
