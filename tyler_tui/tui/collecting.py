"""Short pauses for the garbage collector.

A full collection walks through all that lives, and the keys wait meanwhile: for some hundredths of
a second in a session of any length. So what has survived one is set aside, and the next walks
through what is new. Cycles that end later among what was set aside stay until it is looked at
again, which is done while nobody types and nothing comes, or twice a minute where that never is.
"""

import gc
from collections.abc import Mapping

from tyler_tui.tui.trimming import resident_mb, trim

GROWTH = 1.02
LEAST = 2_000
"""It is looked at again when it has grown by GROWTH since, and by so many objects at least."""
GROWTH_MB = 3.0
"""Or when the program takes so much more: few objects that ended may hold megabytes of text."""
QUIET_SECONDS = 5.0
"""How long after an answer that is tried, and how long nobody must have typed then."""
LATEST_SECONDS = 30.0
"""An agent that works without a rest does not put it off for longer: what gathers meanwhile leaves
holes in the memory that cannot be given back."""


class Collecting:
    """Use as a context manager: meanwhile what survives a full collection is set aside."""

    def __init__(self) -> None:
        self._looked_at = 0
        self._resident_mb = 0.0

    def __enter__(self) -> None:
        gc.callbacks.append(self._set_aside)
        self._looked_at = gc.get_freeze_count()

    def __exit__(self, *_: object) -> None:
        gc.callbacks.remove(self._set_aside)

    def look_again(self) -> bool:
        """Collect among what was set aside, if there is more of it, and give back to the system
        what is free. Returns whether there was more."""
        known = self._looked_at
        has_more = gc.get_freeze_count() >= max(known * GROWTH, known + LEAST)
        if not has_more and resident_mb() - self._resident_mb < GROWTH_MB:
            trim()
            return False
        gc.unfreeze()
        gc.collect()
        trim()  # before it is measured: what is free would hide what comes
        self._looked_at, self._resident_mb = gc.get_freeze_count(), resident_mb()
        return True

    def _set_aside(self, phase: str, about: Mapping[str, int]) -> None:
        if phase == "stop" and about["generation"] == 2:
            gc.freeze()
