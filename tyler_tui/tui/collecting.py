"""Short pauses for the garbage collector.

A full collection walks through all that lives, and the keys wait meanwhile: for some hundredths of
a second in a session of any length. So what has survived one is set aside, and the next walks
through what is new. Cycles that end later among what was set aside stay until it is looked at
again, which is done while nobody types and nothing comes, or twice a minute where that never is.
"""

import gc
from collections.abc import Mapping

from textual._styles_cache import StylesCache

from tyler_tui.tui.trimming import trim

QUIET_SECONDS = 5.0
"""How long after an answer that is done, and how long nobody must have typed then."""
LATEST_SECONDS = 30.0
"""An agent that works without a rest does not put it off for longer: what gathers meanwhile leaves
holes in the memory that cannot be given back."""


class Collecting:
    """Use as a context manager: meanwhile what survives a full collection is set aside."""

    def __enter__(self) -> None:
        gc.callbacks.append(self._set_aside)

    def __exit__(self, *_: object) -> None:
        gc.callbacks.remove(self._set_aside)

    def look_again(self) -> None:
        """Collect among what was set aside too, and give back to the system what is free."""
        _forget_closed_dialogs()
        gc.unfreeze()
        gc.collect()
        trim()

    def _set_aside(self, phase: str, about: Mapping[str, int]) -> None:
        if phase == "stop" and about["generation"] == 2:
            gc.freeze()


def _forget_closed_dialogs() -> None:
    """Textual's cache of backgrounds has the caches of widgets in its keys, a thousand of them with
    all rows that they drew: those of each dialog that was ever open."""
    clear = getattr(StylesCache.get_inner_outer, "cache_clear", None)
    if clear is not None:
        clear()
