"""The files that go with a prompt."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tyler_tui.mentions import mentions
from tyler_tui.messages import Attachment

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent
    from tyler_tui.backend import Backend


async def with_named_files(
    files: Sequence[Attachment], text: str, agent: "Agent", backend: "Backend"
) -> list[Attachment]:
    """`files`, and those that `text` names with an @, each once; so too pages and resources. Raises
    UsageError when one cannot be sent, or the model would not see it, and McpError."""
    named = mentions(text)
    if not (files or named):
        return []
    from tyler_tui.attaching import attachment, check_seen, named_file  # noqa: PLC0415 - the tools

    served: list[Attachment] = await backend.pages_named(named)
    if (mcp := backend.mcp) is not None:
        from tyler_tui.tools.mcp.typed import named_resource, resource_files  # noqa: PLC0415

        served += await resource_files(named, mcp)
        named = [one for one in named if named_resource(one, mcp) is None]
    read: dict[Path, Attachment] = {}
    for mention in named:
        found = await asyncio.to_thread(named_file, mention, agent.workspace)
        if found is not None and found[1] not in read:
            name, path = found
            read[path] = await attachment(path, name)
    together = [*files, *read.values(), *served]
    check_seen(together, agent.model_info)
    return together
