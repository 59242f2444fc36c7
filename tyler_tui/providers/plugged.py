"""Models that plug-ins bring: the entry points of the group `tyler_tui.models`.

An entry point stands for one of two things, or for a function without parameters that makes it:
a Provider, which answers for all models named `NAME/...` after the entry point, or a catalogue, a
list of ModelInfo that tells of models which others answer for. A Provider may list what it offers
in an attribute `models`.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, cast

from tyler_tui import plugins
from tyler_tui.errors import ProviderError
from tyler_tui.messages import Message, Usage
from tyler_tui.providers import ModelInfo, Provider, Request, cost_of, estimated_usage, rough_count


class SimpleProvider:
    """What is left of a Provider when `stream` is written: see `Provider` for each method."""

    models: Iterable[ModelInfo] = ()

    async def prepare(self) -> None:
        """Nothing is slow."""

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        return next((info for info in self.models if info.name == model), ModelInfo(model))

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        return cost_of(self.info(model), usage)

    def count_tokens(self, model: str, text: str) -> int:
        return rough_count(text)

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        return estimated_usage(cast("Provider", self), request, answer)


def plugged_provider(model: str) -> Provider | None:
    """The plug-in that answers for `model`; None when none is named so. Raises ProviderError when
    it is broken."""
    name, slash, _ = model.partition("/")
    if not slash or not any(plugin.name == name for plugin in plugins.found(plugins.MODELS)):
        return None
    for plugin, value in plugins.loaded(plugins.MODELS, name):
        made = _made(plugin, value)
        if hasattr(made, "stream"):
            return cast("Provider", made)
        if made is not None:
            return None  # a catalogue
    why = next((t.text for t in plugins.troubles() if t.plugin.name == name), "")
    raise ProviderError(
        why, kind="set_up", hint="Update or uninstall that package, or take another model with -m."
    )


def plugged_models() -> list[tuple[ModelInfo, str]]:
    """What plug-ins list, each with the package that it comes from."""
    listed = []
    for plugin, value in plugins.loaded(plugins.MODELS):
        made = _made(plugin, value)
        infos = getattr(made, "models", ()) if hasattr(made, "stream") else made
        try:
            for info in infos or ():
                if not isinstance(info, ModelInfo):
                    raise TypeError(f"{info!r} is no ModelInfo")
                listed.append((info, plugin.package))
        except Exception as error:
            plugins.leave_out(plugin, error)
    return listed


def _made(plugin: plugins.Plugin, value: Any) -> Any:
    return _made_once(plugin, value) if callable(value) else value


@cache
def _made_once(plugin: plugins.Plugin, factory: Any) -> Any:
    try:
        return factory()
    except Exception as error:
        plugins.leave_out(plugin, error)
        return None
