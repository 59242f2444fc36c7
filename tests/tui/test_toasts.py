"""What is told in a corner leaves the prompt in view."""

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
