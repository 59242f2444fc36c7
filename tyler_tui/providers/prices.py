"""What models cost and how much they hold, from the table that comes with LiteLLM as a file.

Reading the file needs no import of LiteLLM. Entries stay as bytes until they are asked for, so
the whole table takes milliseconds.
"""

import importlib.util
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tyler_tui.messages import Message, Usage
from tyler_tui.providers import ModelInfo, Request, cost_of, rough_count
from tyler_tui.providers.chunks import integer
from tyler_tui.providers.openai_servers import is_elsewhere

_TIER = re.compile(r"input_cost_per_token_above_(\d+)k_tokens")
_FILE = "model_prices_and_context_window_backup.json"


@cache
def price_table() -> dict[str, msgspec.Raw]:
    """The entries by model name; empty when LiteLLM has no such file."""
    spec = importlib.util.find_spec("litellm")
    folders = spec.submodule_search_locations if spec is not None else None
    try:
        data = Path(next(iter(folders or ())), _FILE).read_bytes()
        return msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except (OSError, StopIteration, msgspec.DecodeError):
        return {}


def known_models() -> list[ModelInfo]:
    """Every model of the table that answers chats, by name."""
    models = PricedModels()
    return [models.info(name) for name in known_names("")]


def known_names(begin: str) -> list[str]:
    """The names, of those models, that begin so; behind `anthropic/` those, too, that the table has
    without it. Quicker than `known_models`."""
    table = price_table()
    names = {name for name in table if name.startswith(begin)}
    provider, is_named, rest = begin.partition("/")
    if is_named:
        bare = (name for name in table if name.startswith(rest) and "/" not in name)
        names |= {
            f"{provider}/{name}"
            for name in bare
            if _decoded(name).get("litellm_provider") == provider
        }
    return [name for name in sorted(names, key=str.casefold) if _entry(name).get("mode") == "chat"]


class PricedModels:
    """The part of a `Provider` that knows models by the table."""

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        # A server of another's knows its own models: a name that it shares says nothing of them.
        known = {} if is_elsewhere(model, api_base) else _entry(model)
        return ModelInfo(
            name=model,
            context_window=integer(known.get("max_input_tokens") or known.get("max_tokens")),
            max_output_tokens=integer(known.get("max_output_tokens")),
            input_price=known.get("input_cost_per_token"),
            output_price=known.get("output_cost_per_token"),
            cached_input_price=known.get("cache_read_input_token_cost"),
            tools=known.get("supports_function_calling"),
            vision=known.get("supports_vision"),
            reasoning=known.get("supports_reasoning"),
            provider=str(known.get("litellm_provider") or ""),
        )

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        info = self.info(model, api_base)
        tier = _tier(_entry(model), usage.prompt_tokens) if info.provider else {}
        return cost_of(
            replace(
                info,
                input_price=tier.get("input_cost_per_token", info.input_price),
                output_price=tier.get("output_cost_per_token", info.output_price),
                cached_input_price=tier.get("cache_read_input_token_cost", info.cached_input_price),
            ),
            usage,
        )

    def count_tokens(self, model: str, text: str) -> int:
        # A true count takes a tokenizer, and loading one takes longer than an answer may wait.
        return rough_count(text)

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        # Whoever reads the model's answers, the tokenizers are LiteLLM's.
        from tyler_tui.providers.litellm import litellm_provider  # noqa: PLC0415 - seldom needed

        return await litellm_provider().count_usage(request, answer)


@cache
def _decoded(name: str) -> dict[str, Any]:
    entry = price_table().get(name)
    try:
        return msgspec.json.decode(entry, type=dict[str, Any]) if entry is not None else {}
    except msgspec.DecodeError:
        return {}


def _entry(model: str) -> dict[str, Any]:
    """The model's entry; empty for models that the table lacks."""
    prefix, _, name = model.partition("/")
    if own := _decoded(model):
        return own
    known = _decoded(name)
    return known if str(known.get("litellm_provider", "")).startswith(prefix) else {}


def _tier(entry: dict[str, Any], prompt_tokens: int) -> dict[str, float]:
    """The prices that count in place of the usual ones for a prompt of that length: some models
    cost more, all of their tokens, above so many thousand."""
    reached = [
        int(match[1])
        for key in entry
        if (match := _TIER.fullmatch(key)) and prompt_tokens > int(match[1]) * 1000
    ]
    if not reached:
        return {}
    suffix = f"_above_{max(reached)}k_tokens"
    return {
        key.removesuffix(suffix): price
        for key, price in entry.items()
        if key.endswith(suffix) and isinstance(price, int | float)
    }
