"""Which provider answers for a model in the program: as the settings want it, and recorded."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tyler_tui.config import Settings

if TYPE_CHECKING:  # each of these costs its import, and is paid for when it is needed
    from tyler_tui.providers import Provider

FindProvider = Callable[[str], "Provider"]


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
