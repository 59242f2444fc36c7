"""Where the chat goes line by line, and where it does not."""

import pytest

from tyler_tui.cli.options import why_lines
from tyler_tui.config import Settings
from tyler_tui.ui_settings import InterfaceSettings

ACCESSIBLE = Settings(ui=InterfaceSettings(accessible=True))


@pytest.mark.parametrize(
    ("settings", "terminal", "driver", "asked", "lines"),
    [
        (Settings(), "xterm", "", False, False),
        (Settings(), "xterm", "", True, True),
        (ACCESSIBLE, "xterm", "", False, True),
        (Settings(), "dumb", "", False, True),
        (Settings(), "", "", False, True),
        # A browser has a screen, whatever the terminal that the server was started in.
        (ACCESSIBLE, "dumb", "textual.drivers.web_driver:WebDriver", False, False),
    ],
)
def test_where_it_goes_line_by_line(
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    terminal: str,
    driver: str,
    asked: bool,
    lines: bool,
) -> None:
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setenv("TEXTUAL_DRIVER", driver)
    assert (why_lines(settings, asked=asked) is not None) is lines
