"""What people type about servers: `@server:uri` for a resource, `/server:prompt arguments` for a
prompt."""

import re
import shlex
from collections.abc import Iterable, Sequence

from tyler_tui.errors import UsageError
from tyler_tui.mentions import Mention
from tyler_tui.messages import Attachment
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import nearest
from tyler_tui.tools.mcp.offer import Prompt
from tyler_tui.tools.mcp.servers import McpServers

_PROMPT = re.compile(r"/([A-Za-z0-9][\w-]*):(\S+)(?:\s+(.*))?", re.DOTALL)
_ARGUMENT = re.compile(r"([^\s=]+)=(.*)", re.DOTALL)


def named_resource(mention: Mention, servers: McpServers | None) -> tuple[str, str] | None:
    """The server and the resource that a prompt means; None when it means something else. Of the
    readings of the mention one that the server lists counts, else the longest."""
    name, _, _ = mention.path.partition(":")
    if servers is None or ":" not in mention.path or name not in servers.names:
        return None
    known = {resource.uri for resource in servers.server(name).offer.resources}
    uris = [reading.partition(":")[2] for reading in mention.readings]
    return name, next((uri for uri in uris if uri in known), uris[0])


async def resource_files(
    mentions: Iterable[Mention], servers: McpServers | None
) -> list[Attachment]:
    """The resources that a prompt names, as what goes with it, each once. Raises McpError."""
    files: dict[str, Attachment] = {}
    for mention in mentions:
        if servers is None or (named := named_resource(mention, servers)) is None:
            continue
        name, uri = named
        called = f"{name}:{one_line(uri, 300)}"
        if called in files:
            continue
        text, images = await servers.server(name).read(uri)
        if text or not images:
            files[called] = Attachment(called, text.encode("utf-8", "replace"), "text/plain")
        files |= {f"{called} {image.filename}": image for image in images}
    return list(files.values())


def is_of_a_server(line: str, servers: McpServers | None) -> bool:
    """Whether `line` asks for the prompt of a server."""
    return _typed(line, servers) is not None


def _typed(line: str, servers: McpServers | None) -> re.Match[str] | None:
    typed = _PROMPT.fullmatch(line.strip())
    return typed if typed and servers is not None and typed[1] in servers.names else None


async def expanded(
    line: str, servers: McpServers | None
) -> tuple[str, Sequence[Attachment]] | None:
    """The prompt of a server that `line` asks for, and what goes with it; None when it asks for
    none. Raises UsageError and McpError."""
    typed = _typed(line, servers)
    if typed is None or servers is None:
        return None
    server = servers.server(typed[1])
    await server.settled()
    prompts = {prompt.name: prompt for prompt in server.offer.prompts}
    if (prompt := prompts.get(typed[2])) is None:
        raise UsageError(
            f"{typed[1]} has no prompt {one_line(typed[2], 60)!r}.",
            hint=nearest(typed[2], prompts) if prompts else server.status.reason,
        )
    return await server.prompt(prompt.name, arguments_in(typed[3] or "", prompt))


def arguments_in(text: str, prompt: Prompt) -> dict[str, str]:
    """The arguments of a prompt as they were typed: `name=value`, or values in their order, with
    quotation marks around those with spaces; a single one needs none. Raises UsageError."""
    known = [argument.name for argument in prompt.arguments]
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError("A quotation mark is missing.", hint=usage(prompt)) from error
    given: dict[str, str] = {}
    for word in words:
        named = _ARGUMENT.fullmatch(word)
        if named is not None and named[1] in known:
            given[named[1]] = named[2]
        elif free := [name for name in known if name not in given]:
            given[free[0]] = word
        elif len(known) == 1:
            given[known[0]] += f" {word}"
        else:
            raise UsageError(f"{one_line(word, 60)!r} is too much.", hint=usage(prompt))
    missing = [one.name for one in prompt.arguments if one.required and one.name not in given]
    if missing:
        raise UsageError(f"{one_line(missing[0], 60)} is missing.", hint=usage(prompt))
    return given


def usage(prompt: Prompt) -> str:
    """What may stand behind the name of a prompt."""
    parts = [one.name if one.required else f"[{one.name}]" for one in prompt.arguments]
    return one_line(f"It takes: {' '.join(parts) or 'nothing'}.", 300)
