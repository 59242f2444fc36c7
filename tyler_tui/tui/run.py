"""Start the TUI: ask the terminal, import Textual meanwhile, run, hand back."""

import gc
import os
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tyler_tui.errors import TylerError
from tyler_tui.tui.collecting import Collecting
from tyler_tui.tui.launch import Launch
from tyler_tui.tui.terminal import BackgroundQuery, color_system

if TYPE_CHECKING:
    from tyler_tui.backend import Backend

UPDATES_PER_SECOND = "240"
"""How often Textual may draw: at its 60, a key that comes behind a frame of the answer waits up to
33 ms for its echo. How often it does draw is up to who has something new."""


def run_tui(backend: "Backend", launch: Launch, goodbye: Callable[[str], str]) -> int:
    """Run the app to its end and return the exit code. `goodbye` makes the line that tells how to
    resume the session whose id it gets. Raises TylerError when no session could be opened."""
    query = BackgroundQuery()
    os.environ.setdefault("TEXTUAL_FPS", UPDATES_PER_SECOND)
    try:
        from tyler_tui.tui.app import TylerApp  # noqa: PLC0415 - imports while the answer travels
    finally:
        dark = query.result()  # gives the terminal back, also to one who interrupts the import
    gc.freeze()  # what is imported by now stays
    gc.enable()
    colors = color_system()
    launch = replace(
        launch,
        dark=dark,
        typed=query.typed,
        few_colors=colors == "standard",
        no_truecolor=colors == "256",
    )
    app = TylerApp(backend, launch)
    app.collecting = Collecting()
    if app.driver_class.__name__ == "LinuxDriver":
        from tyler_tui.tui.driver import (  # noqa: PLC0415 - there is none but on Unix
            TerminalDriver,
            late_reply_driver,
        )

        app.driver_class = (
            late_reply_driver(is_unfinished=query.is_unfinished)
            if query.is_late
            else TerminalDriver
        )
    with app.collecting:
        result = app.run(mouse=launch.mouse)
    if isinstance(result, TylerError):
        raise result
    if result is not None:
        if sys.stdout.isatty():
            from tyler_tui.tui.farewell import write  # noqa: PLC0415 - not for the start

            columns = shutil.get_terminal_size().columns
            write(result, launch.farewell, sys.stdout, is_dark=dark, columns=columns)
        sys.stdout.write(goodbye(result.thread_id))
    return app.return_code or 0
