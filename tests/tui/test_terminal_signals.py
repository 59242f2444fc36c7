"""Signals that have the terminal left or set up, at whatever moment they come."""

import asyncio
import threading

import pytest

from tyler_tui.tui.driver import TerminalDriver


@pytest.fixture
async def driver() -> TerminalDriver:
    driver = TerminalDriver.__new__(TerminalDriver)
    driver._loop = asyncio.get_running_loop()
    return driver


async def test_a_signal_in_the_middle_of_a_write_waits_for_its_end(driver: TerminalDriver) -> None:
    driver._auto_restart = True
    writing = threading.Lock()
    handled = asyncio.Event()

    def handle() -> None:
        assert writing.acquire(blocking=False), "it would wait for itself"
        handled.set()

    with writing:
        driver._between_writes(handle)
        assert not handled.is_set()
    await asyncio.wait_for(handled.wait(), 30)


async def test_who_suspends_the_app_itself_stops_there(driver: TerminalDriver) -> None:
    driver._auto_restart = False
    handled: list[bool] = []
    driver._between_writes(lambda: handled.append(True))
    assert handled == [True]
