"""How long the program takes to start. The screen is imported in a process of its own, so that the
doctor works where that cannot be imported at all."""

import subprocess
import sys
import time

from tyler_tui.doctor.finding import Notes
from tyler_tui.figures import duration_text
from tyler_tui.redaction import redacted

SLOW_MS = 2_000
_GIVE_UP_S = 60.0


def look(notes: Notes) -> None:
    empty_ms, _ = _imported("pass")
    notes.ok("Python alone", duration_text(empty_ms))
    took_ms, error = _imported("import tyler_tui.tui.app")
    if error:
        notes.fail("the screen", f"cannot be loaded: {error}", "pip install --upgrade tyler-tui")
    elif took_ms > SLOW_MS:
        notes.warn(
            "the screen",
            f"loads in {duration_text(took_ms)}",
            "A slow disk, or a scanner that reads every file? The next start may be quicker.",
        )
    else:
        notes.ok("the screen", f"loads in {duration_text(took_ms)}")


def _imported(code: str) -> tuple[float, str]:
    """How many milliseconds it took, and the last line of what went wrong."""
    began = time.perf_counter()
    try:
        run = subprocess.run(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_GIVE_UP_S,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return 0.0, redacted(str(error))
    took_ms = (time.perf_counter() - began) * 1000
    lines = run.stderr.strip().splitlines()
    return took_ms, redacted(lines[-1]) if run.returncode and lines else ""
