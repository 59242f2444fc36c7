"""What is told in a corner leaves in view what is written and read."""

import pytest
from textual.widgets._toast import Toast

from tests.tui.conftest import OpenChat


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_what_is_being_written_stays_on_view(
    open_chat: OpenChat, size: tuple[int, int]
) -> None:
    async with open_chat(size=size, toasts=True) as chat:
        await chat.ask("hello")
        await chat.send("/export")
        await chat.until(lambda: list(chat.app.screen.query(Toast)))
        toast = chat.app.screen.query(Toast).last()
        await chat.until(lambda: toast.region.height > 0)
        assert toast.region.bottom <= chat.screen.composer.region.y
        assert "Exported" in str(toast.render())


@pytest.mark.parametrize("key", ["f1", "ctrl+s", "ctrl+p"])
async def test_a_dialog_is_not_covered_and_what_is_told_meanwhile_is_not_lost(
    open_chat: OpenChat, key: str
) -> None:
    async with open_chat(size=(80, 24), toasts=True) as chat:

        def shown() -> list[str]:
            toasts = chat.app.screen.query(Toast)
            return [str(toast.render()) for toast in toasts if toast.region.height > 0]

        await chat.ask("hello")
        chat.screen.notify("told before", markup=False, timeout=60)
        await chat.until(lambda: shown() == ["told before"])
        await chat.pilot.press(key)
        await chat.opened()
        chat.screen.notify("told meanwhile", markup=False, timeout=60)
        await chat.pilot.pause()
        assert not shown()
        await chat.pilot.press("escape")
        await chat.until(lambda: shown() == ["told before", "told meanwhile"])
