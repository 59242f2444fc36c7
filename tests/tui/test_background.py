"""Work beside the screen."""

import gc
import re
from pathlib import Path

import tyler_tui.tui
from tests.tui.conftest import OpenChat
from tyler_tui.tui import background


async def test_work_that_is_cancelled_before_it_began_is_no_trouble_to_anyone(
    open_chat: OpenChat,
) -> None:
    begun = []

    async def work() -> None:
        begun.append(True)

    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation)
        worker = chat.screen.work_on(work, group="test")
        worker.cancel()
        await chat.idle()
    gc.collect()  # what was never awaited is told of now, and fails the test
    assert not begun


def test_all_work_begins_at_that_one_place() -> None:
    package = Path(tyler_tui.tui.__file__).parent
    files = [
        path
        for path in package.rglob("*.py")
        if re.search(r"\.run_worker\(", path.read_text("utf-8"))
    ]
    assert files == [Path(background.__file__)]
