"""Programs for work that may hang, swell or crash: `tools/apart.py` runs them, each in a process of
its own. Their output is the result, or, when they exit with REFUSED, why there is none. They import
nothing heavy before they need it, for they must start quickly."""

import resource
from contextlib import suppress

REFUSED = 3
MEMORY_BYTES = 2 * 1024**3


def limit_memory() -> None:
    """Fail with MemoryError rather than take the machine's memory, where the system can do that."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
