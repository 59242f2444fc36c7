"""Start the TUI: ask the terminal, import Textual meanwhile, run, hand back."""

import sys
from collections.abc import Callable
from dataclasses import replace

from tyler_tui.tui.backend import Backend, Launch
from tyler_tui.tui.terminal import BackgroundQuery, late_reply_driver


def run_tui(backend: Backend, launch: Launch, goodbye: Callable[[str], str]) -> int:
    """Run the app to its end and return the exit code. `goodbye` makes the line that tells how to
    resume the session whose id it gets."""
    query = BackgroundQuery()
    from tyler_tui.tui.app import TylerApp  # noqa: PLC0415 - imports while the answer travels

    launch = replace(launch, dark=query.result(), typed=query.typed)
    app = TylerApp(backend, launch)
    if query.is_late:
        driver = late_reply_driver()
        if driver is not None and app.driver_class.__name__ == "LinuxDriver":
            app.driver_class = driver
    thread_id = app.run(mouse=launch.mouse)
    if thread_id:
        sys.stdout.write(goodbye(thread_id))
    return app.return_code or 0
