"""Searching the text of the workspace's files."""

from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.tools.apart import run_worker
from tyler_tui.tools.workspace import path_for_rules, resolve

TIMEOUT_S = 40.0
"""A search ends by itself before that, unless its pattern runs wild."""
MAX_BYTES = 256 * 1024
MAX_CONTEXT = 10


@tool(
    name="files-search",
    timeout_s=None,  # it has a time limit of its own, which ends its process
    subject=path_for_rules,
    summarize=lambda arguments: f"search {arguments['pattern']} in {arguments.get('path', '.')}",
)
async def search_files(
    context: ToolContext,
    pattern: str,
    path: str = ".",
    glob: str = "",
    literal: bool = False,
    ignore_case: bool = False,
    context_lines: int = 0,
    ignored: bool = False,
) -> str:
    """Search the text of the files in a folder and all folders below it, or of one file.

    Returns the matching lines with their numbers. Binary files, and what git ignores, are left out.

    Args:
        pattern: A regular expression of Python's kind; ^ and $ match at the ends of lines.
        path: The folder or file to search, relative to the workspace.
        glob: Search only files that fit, such as "*.py", "src/**/*.{ts,tsx}".
        literal: Take the pattern as plain text instead.
        ignore_case: Whether upper and lower case count as the same.
        context_lines: How many lines to show before and after each match.
        ignored: Search also what git ignores, and folders such as node_modules.
    """
    place = resolve(context.workspace, path)
    request = {
        "root": str(place.root),
        "parts": place.parts,
        "pattern": pattern,
        "glob": glob,
        "literal": literal,
        "ignore_case": ignore_case,
        "context": max(0, min(context_lines, MAX_CONTEXT)),
        "ignored": ignored,
    }
    text, timed_out = await run_worker("search", request, timeout_s=TIMEOUT_S, limit=MAX_BYTES)
    if timed_out:
        text += f"[stopped after {TIMEOUT_S:.0f} s: make the pattern simpler, or the path narrower]"
    return text.strip()
