"""Which provider answers for a model in the program: as the settings want it, with what they say
of the model, and recorded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tyler_tui.config import Settings

if TYPE_CHECKING:  # each of these costs its import, and is paid for when it is needed
    from tyler_tui.providers import ModelInfo, Provider

FindProvider = Callable[[str], "Provider"]
PER_MILLION = 1_000_000
"""Prices are told for so many tokens."""


def provider_finder(settings: Settings) -> FindProvider:
    """What finds the provider of a model."""
    find = _reader_finder(settings)

    def find_informed(model: str) -> "Provider":
        provider = find(model)
        if not (infos := declared_infos(settings)):
            return provider
        from tyler_tui.providers.declared import DeclaredModels  # noqa: PLC0415 - seldom wanted

        return DeclaredModels(provider, infos)

    return find_informed


def place_of(model: str, settings: Settings, before: str, before_base: str | None) -> str | None:
    """Where `model` is asked when nobody says: with the model before, if both are of one provider,
    or where the settings have such models; None for its usual place."""
    from tyler_tui.providers.catalog import provider_name  # noqa: PLC0415 - as above

    provider = provider_name(model)
    if provider == provider_name(before):
        return before_base
    if settings.model and provider == provider_name(settings.model):
        return settings.api_base
    return None


def declared_infos(settings: Settings) -> "dict[str, ModelInfo]":
    """What plug-ins and, before them, the settings say of models, by name."""
    from tyler_tui.providers import ModelInfo  # noqa: PLC0415 - as above
    from tyler_tui.providers.plugged import plugged_models  # noqa: PLC0415

    def per_token(price: float | None) -> float | None:
        return None if price is None else price / PER_MILLION

    plugged = {info.name: info for info, _ in plugged_models()}
    return plugged | {
        model.name: ModelInfo(
            model.name,
            context_window=model.context,
            input_price=per_token(model.input_price),
            output_price=per_token(model.output_price),
            cached_input_price=per_token(model.cached_price),
        )
        for model in settings.models
    }


def _reader_finder(settings: Settings) -> FindProvider:
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
