"""What is told in a corner leaves in view what is written and read."""

import threading

import pytest
from textual.widgets._toast import Toast

from tests.provider_server import Call, Finish, Pause, ProviderServer, Reply, Text
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.tui.widgets.header import Header


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


async def test_what_is_told_when_the_program_has_ended_does_no_harm(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        app = chat.app
    app.notify("too late", markup=False)


def _told(chat: Chat) -> list[str]:
    return [str(toast.render()).splitlines()[0] for toast in chat.app.screen.query(Toast)]


@pytest.mark.usefixtures("attentive")
@pytest.mark.parametrize("is_listed", [False, True])
async def test_a_call_to_a_session_ends_when_that_is_on_the_screen(
    open_chat: OpenChat,
    served: ProviderServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_listed: bool,
) -> None:
    monkeypatch.setattr("tyler_tui.tui.app.TylerApp.NOTIFICATION_TIMEOUT", 600)
    go_on = threading.Event()
    call = Call(0, "c1", "files-write", '{"path": "notes.md", "content": "x"}')
    served.script(Reply([Text("I shall write."), Pause(go_on), call, Finish("tool_calls")]))
    async with open_chat("openai/test-model", session="writer", toasts=True) as chat:
        await chat.send("write")
        await chat.shows("I shall write.")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: "1 busy" in str(chat.screen.query_one(Header).render()))
        chat.screen.notify("something else", markup=False, timeout=60)
        await chat.until(lambda: _told(chat) == ["something else"])
        if is_listed:
            await chat.pilot.press("ctrl+s")
            await chat.opened()
        go_on.set()
        await chat.until(lambda: "1 asks" in str(chat.screen.query_one(Header).render()))
        if is_listed:
            await chat.pilot.press(*"writer", "enter")
        else:
            await chat.until(lambda: _told(chat) == ["something else", "writer asks"])
            await chat.pilot.press("f2")
        await chat.until(lambda: chat.screen.approval.display)
        chat.screen.notify("told last", markup=False, timeout=60)
        await chat.until(lambda: _told(chat) == ["something else", "told last"])
