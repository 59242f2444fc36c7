"""The models that a user can choose from, and which provider answers for one in the program: as
the settings want it, and recorded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tyler_tui.config import Settings
from tyler_tui.sanitize import without_credentials

if TYPE_CHECKING:  # each of these costs its import, and is paid for when it is needed
    from tyler_tui.providers import ModelInfo, Provider

FindProvider = Callable[[str], "Provider"]


class Group(StrEnum):
    """Why a model is in the list, in the order of the list."""

    CONFIGURED = "configured"
    KEY = "key"
    """A key in the environment stands for it."""
    FOUND = "found"
    """A server on this machine, or one that the environment names, offers it."""
    KNOWN = "known"
    """LiteLLM's list has it."""


@dataclass(frozen=True, slots=True)
class ListedModel:
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
    return None if price is None else round(price * 1_000_000, 6)


async def usable_models(settings: Settings) -> list[ListedModel]:
    """The models that could be used right away: those that the settings name, those that keys in
    the environment stand for, and those that servers offer, which are asked."""
    from tyler_tui.providers.catalog import environment_models, find_models  # noqa: PLC0415

    listed: dict[tuple[str, str | None], ListedModel] = {}

    def add(name: str, group: Group, label: str, api_base: str | None = None) -> None:
        info = model_info(name, api_base)
        listed.setdefault((name, api_base), ListedModel(name, group, label, info, api_base))

    if settings.model:
        add(settings.model, Group.CONFIGURED, "configured", settings.api_base)
    by_key = environment_models()
    for found in by_key:
        add(found.model, Group.KEY, found.label)
    for found in await find_models():
        if found not in by_key:
            add(found.model, Group.FOUND, found.label, found.api_base)
    return list(listed.values())


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


def model_info(model: str, api_base: str | None = None) -> "ModelInfo":
    """What is known of a model without loading the client that would answer for it."""
    from tyler_tui.providers import provider_for  # noqa: PLC0415 - as above
    from tyler_tui.providers.prices import PricedModels  # noqa: PLC0415

    if model.partition(":")[0] in ("demo", "replay"):
        return provider_for(model).info(model)
    return PricedModels().info(model, api_base)


def provider_finder(settings: Settings) -> FindProvider:
    """What finds the provider of a model."""

    def find(model: str) -> "Provider":
        if settings.reader == "litellm":
            from tyler_tui.providers.openai_servers import speaks_openai  # noqa: PLC0415 - late

            if speaks_openai(model):
                from tyler_tui.providers.litellm import litellm_provider  # noqa: PLC0415

                return litellm_provider()
        from tyler_tui.providers import provider_for  # noqa: PLC0415 - as above

        return provider_for(model)

    return find


@contextmanager
def recording(settings: Settings, file: str | None) -> Iterator[FindProvider]:
    """What finds the provider of a model, whose answers are recorded to `file` if there is one.
    Raises UsageError for a file that cannot be written; TylerError at the end when the recording
    is not whole."""
    find = provider_finder(settings)
    if file is None:
        yield find
        return
    from tyler_tui.providers.recording import Recorder  # noqa: PLC0415 - seldom wanted

    recorder = Recorder(file)
    try:
        yield lambda model: recorder.wrap(find(model))
    finally:
        recorder.close()
