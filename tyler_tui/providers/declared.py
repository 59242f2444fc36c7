"""What the user says of models that nobody else knows: servers of their own, above all."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import fields, replace

from tyler_tui.messages import Message, Usage
from tyler_tui.providers import Delta, ModelInfo, Provider, Request, cost_of


class DeclaredModels:
    """See `Provider`: answers as `provider` does, and knows what `infos` say of models by name.
    What an info leaves open is as `provider` knows it."""

    def __init__(self, provider: Provider, infos: Mapping[str, ModelInfo]) -> None:
        self._provider = provider
        self._infos = infos

    async def prepare(self) -> None:
        await self._provider.prepare()

    def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        return self._provider.stream(request)

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        return merged(self._provider.info(model, api_base), self._infos.get(model))

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        own = self._infos.get(model)
        if own is None or own.input_price is None:
            return self._provider.cost(model, usage, api_base)
        return cost_of(self.info(model, api_base), usage)

    def count_tokens(self, model: str, text: str) -> int:
        return self._provider.count_tokens(model, text)

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        return await self._provider.count_usage(request, answer)


def merged(known: ModelInfo, own: ModelInfo | None) -> ModelInfo:
    """What is `known`, with what the user says in its place."""
    if own is None:
        return known
    said = {field.name: getattr(own, field.name) for field in fields(own)}
    changes = {name: value for name, value in said.items() if value is not None and value != ""}
    return replace(known, **changes)
