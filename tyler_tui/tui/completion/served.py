"""What MCP servers have, beside what else a list offers: resources behind `@`, prompts behind
`/`."""

from collections.abc import Callable, Iterable

from tyler_tui.mentions import mention_of
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tools.mcp import McpServers
from tyler_tui.tools.mcp.typed import usage
from tyler_tui.tui.completion.choice import Choice, Offer, Source

MOST_SHOWN = 20


class WithServed:
    """`source`, with what `choices` has of the servers before it where that fits what was
    typed; see `Source`."""

    def __init__(self, source: Source, choices: Callable[[], Iterable[Choice]]) -> None:
        self._source = source
        self._choices = choices

    def offer(self, query: str) -> Offer:
        offer = self._source.offer(query)
        if not query:
            return offer
        own = [choice for choice in self._choices() if query.casefold() in choice.label.casefold()]
        if not own:
            return offer
        is_whole = offer.is_whole or any(choice.label[1:] == query for choice in own)
        return Offer([*own[:MOST_SHOWN], *offer.choices], is_whole, offer.note, title=offer.title)

    async def load(self, query: str) -> bool:
        return await self._source.load(query)


def resources(servers: McpServers) -> Iterable[Choice]:
    for name in servers.names:
        for resource in servers.server(name).offer.resources:
            called = f"{name}:{resource.uri}"
            if '"' not in called and sanitize(called) == called and "\n" not in called:
                yield Choice(f"{mention_of(called)} ", f"@{called}", help=resource.name)


def prompts(servers: McpServers) -> Iterable[Choice]:
    for name in servers.names:
        for prompt in servers.server(name).offer.prompts:
            called = f"/{name}:{prompt.name}"
            if sanitize(called) == called and not any(map(str.isspace, called)):
                help = one_line(f"{prompt.description} {usage(prompt)}")
                has_more = bool(prompt.arguments)
                text = f"{called} " if has_more else called
                yield Choice(
                    text, called, help=help, goes_on=text if has_more else "", runs=not has_more
                )
