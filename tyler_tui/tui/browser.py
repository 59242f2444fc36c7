"""A browser in place of a terminal: the web front end names this driver in TEXTUAL_DRIVER."""

import os
import signal
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Textual's, but that it leaves in order when the server at the other end is gone; else the
    program would run on for nobody."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        # Programs that are started in here have no browser.
        os.environ.pop("TEXTUAL_DRIVER", None)

    def write(self, data: str) -> None:
        with suppress(BrokenPipeError):  # nobody sees it any more, and leaving goes on
            super().write(data)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
