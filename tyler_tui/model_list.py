"""The models that a user can choose from, and what is known of them."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tyler_tui.config import Settings
from tyler_tui.model_choice import PER_MILLION, declared_infos
from tyler_tui.sanitize import without_credentials

if TYPE_CHECKING:  # each of these costs its import, and is paid for when it is needed
    from tyler_tui.providers import ModelInfo
    from tyler_tui.store import ThreadSummary


MOST_RECENT = 8


class Group(StrEnum):
    """Why a model is in the list, in the order of the list."""

    CONFIGURED = "configured"
    RECENT = "recent"
    """A session used it lately."""
    KEY = "key"
    """A key in the environment stands for it."""
    FOUND = "found"
    """A server on this machine, or one that the environment names, offers it."""
    KNOWN = "known"
    """LiteLLM's list has it."""


class ListedModel(Struct, frozen=True):
    """A model to choose. `label` says where it comes from; `api_base` is the address of its
    server where that is not the usual one."""

    name: str
    group: Group
    label: str
    info: "ModelInfo"
    api_base: str | None = None

    def fits(self, words: list[str]) -> bool:
        """Whether each of the words, which are casefolded, stands in its name or label."""
        text = f"{self.name} {self.label}".casefold()
        return all(word in text for word in words)

    def to_dict(self) -> dict[str, Any]:
        """JSON form; prices are US dollars per million tokens, null when unknown."""
        info = self.info
        return {
            "model": self.name,
            "group": self.group.value,
            "label": self.label,
            "api_base": without_credentials(self.api_base),
            "context_window": info.context_window,
            "max_output_tokens": info.max_output_tokens,
            "input_price": _per_million(info.input_price),
            "output_price": _per_million(info.output_price),
            "cached_input_price": _per_million(info.cached_input_price),
            "tools": info.tools,
            "vision": info.vision,
            "reasoning": info.reasoning,
        }


def _per_million(price: float | None) -> float | None:
    return None if price is None else round(price * PER_MILLION, 6)


def models_at_hand(
    settings: Settings, recent: Iterable[tuple[str, str | None]] = ()
) -> list[ListedModel]:
    """The models that the settings name, those that were used lately (`recent`: name and address),
    and those that keys in the environment stand for. Asks nobody."""
    from tyler_tui.providers.catalog import environment_models  # noqa: PLC0415 - seldom needed

    listed: dict[tuple[str, str | None], ListedModel] = {}

    def add(name: str, group: Group, label: str, api_base: str | None = None) -> None:
        info = _info(settings, name, api_base)
        listed.setdefault((name, api_base), ListedModel(name, group, label, info, api_base))

    if settings.model:
        add(settings.model, Group.CONFIGURED, "configured", settings.api_base)
    for name in settings.fallback_models:
        add(name, Group.CONFIGURED, "configured as fallback")
    for agent, profile in settings.agents.items():
        if profile.model:
            add(profile.model, Group.CONFIGURED, f"agent {agent}", settings.api_base)
    for own in settings.models:
        add(own.name, Group.CONFIGURED, "configured", settings.api_base)
    for name, api_base in recent:
        add(name, Group.RECENT, "used lately", api_base)
    for found in environment_models():
        add(found.model, Group.KEY, found.label)
    return list(listed.values())


def used_in(summaries: "Iterable[ThreadSummary]") -> list[tuple[str, str | None]]:
    """The models, with their addresses, of sessions that come with the latest first; not of those
    in which nothing was ever answered, as under a name that there is not."""
    used = {
        (summary.model, summary.attributes.get("api_base")): None
        for summary in summaries
        if summary.model and summary.usage.total_tokens and not summary.foreign.get("api_base")
    }
    return list(used)[:MOST_RECENT]


async def models_found(
    settings: Settings, tell: Callable[[str, str], None] | None = None
) -> list[ListedModel]:
    """The models that servers on this machine, and those that the environment and the settings
    name, offer. They are asked, which takes from no time to three seconds. Behind them those of
    plug-ins. `tell` is as in `find_models`."""
    import asyncio  # noqa: PLC0415 - at hand where something is awaited

    from tyler_tui.providers.catalog import (  # noqa: PLC0415
        MOST_OF_A_GATEWAY,
        environment_models,
        find_models,
        uses_openai,
    )
    from tyler_tui.providers.plugged import plugged_models  # noqa: PLC0415

    by_key = environment_models()
    own = settings.api_base if uses_openai(settings.model or "") else None  # the key is OpenAI's
    listed = [
        ListedModel(
            found.model,
            Group.FOUND,
            found.label,
            _info(settings, found.model, found.api_base),
            found.api_base,
        )
        for found in await find_models(api_base=own, most_of_named=MOST_OF_A_GATEWAY, tell=tell)
        if found not in by_key
    ]
    for info, package in await asyncio.to_thread(plugged_models):
        listed.append(
            ListedModel(info.name, Group.FOUND, package, _info(settings, info.name, None))
        )
    return listed


def known_models() -> list[ListedModel]:
    """The chat models of LiteLLM's list by name, first those of providers whose key is set."""
    from tyler_tui.providers import prices  # noqa: PLC0415 - thousands of models, seldom wanted
    from tyler_tui.providers.catalog import environment_providers  # noqa: PLC0415

    with_key = environment_providers()
    listed = [
        ListedModel(
            info.name,
            Group.KNOWN,
            f"{info.provider}, key is set" if info.provider in with_key else info.provider,
            info,
        )
        for info in prices.known_models()
    ]
    return sorted(listed, key=lambda model: model.info.provider not in with_key)


def _info(settings: Settings, model: str, api_base: str | None) -> "ModelInfo":
    """What is known of a model without loading the client that would answer for it."""
    from tyler_tui.providers import provider_for  # noqa: PLC0415 - as above
    from tyler_tui.providers.declared import merged  # noqa: PLC0415
    from tyler_tui.providers.prices import PricedModels  # noqa: PLC0415

    if model.partition(":")[0] in ("demo", "replay"):
        known = provider_for(model).info(model)
    else:
        known = PricedModels().info(model, api_base)
    return merged(known, declared_infos(settings).get(model))


def is_whole_name(text: str, known: Callable[[], Iterable[ListedModel]]) -> bool:
    """Whether `text` is the name of a model, and not what to look for."""
    if "/" in text or text.partition(":")[0] in ("demo", "replay"):
        return True
    return any(model.name == text for model in known())
