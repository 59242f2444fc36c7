"""What the garbage collector walks through, and when."""

import gc
import time
import weakref
from collections.abc import Iterator

import pytest
from textual.widget import Widget

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.tui import app as app_module
from tyler_tui.tui.collecting import Collecting
from tyler_tui.tui.screens.keys import KeysScreen


class Knot:
    """Nothing but the collector can free it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def kept() -> Iterator[Collecting]:
    setting_aside = Collecting()
    with setting_aside:
        yield setting_aside
    gc.unfreeze()


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_what_survives_a_full_collection_is_not_walked_through_again(kept: Collecting) -> None:
    knot = Knot()
    gc.collect()
    assert gc.get_freeze_count() > 0
    assert not any(found is knot for found in gc.get_objects())
    young = Knot()
    seen = weakref.ref(young)
    del young
    gc.collect()
    assert seen() is None, "what is new is collected as ever"


def test_what_was_set_aside_and_ended_since_is_collected_when_it_is_looked_at_again(
    kept: Collecting,
) -> None:
    knot = Knot()
    seen = weakref.ref(knot)
    gc.collect()
    del knot
    gc.collect()
    assert seen() is not None
    kept.look_again()
    assert seen() is None
    assert gc.get_freeze_count() > 0, "what lives is set aside again"


async def test_no_row_of_a_dialog_is_kept_behind_its_end(
    open_chat: OpenChat, kept: Collecting
) -> None:
    async with open_chat() as chat:
        await chat.pilot.press("f1")
        await chat.until(lambda: isinstance(chat.app.screen, KeysScreen))
        await chat.idle()
        drawn = [weakref.ref(w._styles_cache) for w in chat.app.screen.walk_children(Widget)]
        await chat.pilot.press("escape")
        await chat.until(lambda: not isinstance(chat.app.screen, KeysScreen))
        await chat.idle()
        kept.look_again()
        assert drawn
        assert not [cache() for cache in drawn if cache() is not None]


async def test_a_session_that_is_let_go_of_is_gone_without_the_collector(
    open_chat: OpenChat, no_collector: None
) -> None:
    async with open_chat() as chat:
        await chat.ask("read the files")
        await chat.ask("table")
        desk = chat.screen.desk
        await chat.until(lambda: desk.shown and desk.shown.may_go)  # it may have to be saved yet
        here = desk.shown
        assert here is not None
        thread, items = here.conversation.thread, chat.screen.view.transcript.viewport.items
        gone = [weakref.ref(part) for part in (here, here.conversation, thread, *items)]
        gone += [weakref.ref(message) for message in thread.messages]
        del here, thread, items
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: chat.screen.desk.shown and chat.screen.desk.shown.is_blank)
        await chat.ask("code")
        await chat.until(lambda: not any(part() is not None for part in gone))


async def test_it_is_done_while_nobody_types(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "QUIET_SECONDS", 1_000.0)
    async with open_chat() as chat:
        looked = _looked(chat, monkeypatch)
        await chat.pilot.press("a")
        chat.app._collect_if_quiet()
        assert not looked
        monkeypatch.setattr(app_module, "QUIET_SECONDS", 0.0)
        chat.app._collect_if_quiet()
        assert looked


async def test_answer_behind_answer_does_not_put_it_off_for_ever(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "QUIET_SECONDS", 1_000.0)
    async with open_chat() as chat:
        looked = _looked(chat, monkeypatch)
        await chat.ask("table")
        assert not looked
        monkeypatch.setattr(chat.app, "_collect_by", time.monotonic())
        await chat.ask("table")
        assert len(looked) == 1
        await chat.ask("table")
        assert len(looked) == 1, "it is due a while later again"


def _looked(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Grows with each time that it is done."""
    looked: list[None] = []
    chat.app.collecting = Collecting()
    monkeypatch.setattr(chat.app.collecting, "look_again", lambda: looked.append(None))
    return looked
