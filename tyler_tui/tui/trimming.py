"""Giving back to the system what memory is free.

What is freed in the middle of the heap stays with the program: glibc gives back its end alone.
After hours of answers that is many megabytes, in holes between what lives.
"""

import sys
from collections.abc import Callable
from functools import cache


def trim() -> bool:
    """Give back what is free, where the C library can: a millisecond for some ten megabytes.
    Returns whether there was any."""
    malloc_trim = _malloc_trim()
    return malloc_trim is not None and malloc_trim(0) == 1


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    """glibc's function; None elsewhere."""
    if sys.platform != "linux":
        return None
    try:
        import ctypes  # noqa: PLC0415 - some Pythons have none

        function = ctypes.CDLL(None).malloc_trim
    except (ImportError, OSError, AttributeError):
        return None
    function.argtypes = [ctypes.c_size_t]
    return function
