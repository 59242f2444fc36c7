"""web-download: a file from the web into the workspace."""

from collections.abc import Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from tyler_tui.agent.tools import Tool, ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.tools.web.addresses import check_as_written, parse_address
from tyler_tui.tools.web.fetch import scope as host_scope
from tyler_tui.tools.web.fetch import subject
from tyler_tui.tools.web.hosts import Hosts
from tyler_tui.tools.web.naming import name_in, name_of, numbered
from tyler_tui.tools.workspace import Place, Version, check_writable, filling, resolve
from tyler_tui.web_settings import WebSettings

MAX_TRIES = 100
"""How many numbers are tried behind a name that is taken."""


def _summary(arguments: Mapping[str, Any]) -> str:
    path = arguments.get("path")
    return f"download {arguments['url']}" + (f" to {path}" if path else "")


def _scope(arguments: Mapping[str, Any]) -> str:
    """New files from a host; what replaces a file is allowed for itself alone."""
    if arguments.get("overwrite"):
        return f"{arguments['url']} over {arguments.get('path', '')}"
    return host_scope(arguments)


def _preview(arguments: Mapping[str, Any], workspace: Path, settings: WebSettings) -> str:
    address, path = parse_address(arguments["url"]), arguments.get("path", "")
    check_as_written(address, Hosts(settings.allow_hosts))
    if path:
        place, old = _wanted(workspace, path, arguments.get("overwrite", False))
        into = f"{place}, in place of a file of {old.size:,} bytes" if old else str(place)
    else:
        name = name_in(address)
        into = f"a new file, called as the server says{f', else {name}' if name else ''}"
    return f"from {address}\nto   {into}"


def download_tool(settings: Callable[[], WebSettings]) -> Tool:
    """web-download, as `settings` say at the time of a call."""

    @tool(
        name="web-download",
        risk="download",
        timeout_s=None,
        summarize=_summary,
        preview=lambda arguments, workspace: _preview(arguments, workspace, settings()),
        scope=_scope,
        subject=subject,
    )
    async def web_download(
        context: ToolContext, url: str, path: str = "", overwrite: bool = False
    ) -> str:
        """Save a file from the web, of any kind, into the workspace.

        Args:
            url: The address, beginning with https:// or http://.
            path: The file to make, relative to the workspace; without one it is called as the
                server calls it.
            overwrite: Replace the file at `path` if there is one.
        """
        from tyler_tui.tools.web.visiting import amount, visit  # noqa: PLC0415 - httpx is for calls

        limits, address = settings(), parse_address(url)
        place = _wanted(context.workspace, path, overwrite)[0] if path else None
        limit = int(limits.max_download_mb * 1_000_000)
        too_large = ToolError(
            f"{address} is larger than {amount(limit)}, the limit for downloads, and was not "
            "saved. The user can raise it in the config: max_download_mb under [web]."
        )
        async with visit(
            address,
            limits,
            accept="*/*",
            packed=False,  # else nobody knows how much is still to come
            within_s=limits.download_timeout,
        ) as answer:
            if (answer.size or 0) > limit:
                raise too_large
            if place is None:
                disposition = answer.response.headers.get("content-disposition", "")
                name = name_of(answer.address, disposition, answer.content_type)
                place = _free(context.workspace, name)
            size = 0
            with filling(place, replace=overwrite and bool(path)) as new:
                async with aclosing(answer.pieces(context.report)) as pieces:
                    async for piece in pieces:
                        size += len(piece)
                        if size > limit:
                            raise too_large
                        new.file.write(piece)
        kind = f", {answer.content_type}" if answer.content_type else ""
        what = "Replaced" if new.replaces else "Saved"
        return f"{what} {place}: {size:,} bytes{kind}, from {answer.address}."

    return web_download


def _wanted(workspace: Path, path: str, overwrite: bool) -> tuple[Place, Version | None]:
    """The place for `path`, and what is there. Raises ToolError before anything is fetched, or
    anybody asked, for nothing."""
    place = resolve(workspace, path)
    old = check_writable(place)
    if old is not None and not overwrite:
        raise ToolError(
            f"{place} is there already. Choose another path, or set overwrite to replace it."
        )
    return place, old


def _free(workspace: Path, name: str) -> Place:
    """A place for a new file called `name`, or nearly so."""
    for number in range(1, MAX_TRIES + 1):
        place = resolve(workspace, name if number == 1 else numbered(name, number))
        if check_writable(place) is None:
            return place
    raise ToolError(f"There are {MAX_TRIES} files called like {name} already.")
