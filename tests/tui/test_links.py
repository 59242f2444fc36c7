"""A click on a link, in an answer and in the result of a tool."""

import webbrowser
from pathlib import Path

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import Chat, OpenChat
from tests.tui.served_calls import calls, read
from tyler_tui.tui.lines.line_view import LineView

ADDRESS = "https://a.example/x"


@pytest.fixture
def served(served: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    return served


def only_browser(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Path:
    """Let a program of that name be the only browser; returns the file into which it writes which
    page it was to show."""
    program, shown = folder / name, folder / "shown"
    program.write_text(f'#!/bin/sh\necho "$1" >"{shown}"\n')
    program.chmod(0o755)
    monkeypatch.setattr(webbrowser, "_tryorder", [name])
    known = [None, webbrowser.GenericBrowser(str(program))]
    monkeypatch.setitem(webbrowser._browsers, name, known)  # type: ignore[attr-defined]
    return shown


async def click(chat: Chat, view: LineView, word: str) -> None:
    def found() -> list[int]:
        return [y for y in range(view.size.height) if word in view.render_line(y).text]

    await chat.until(found)
    y = found()[0]
    x = view.render_line(y).text.index(word)
    await chat.pilot.click(view, offset=(x + 1, y))


async def test_the_browser_shows_what_is_clicked_in_a_result(
    open_chat: OpenChat,
    monkeypatch: pytest.MonkeyPatch,
    workspace: Path,
    served: ProviderServer,
    tmp_path: Path,
) -> None:
    shown = only_browser(tmp_path, monkeypatch, "a-browser")
    (workspace / "page.md").write_text(f"[there]({ADDRESS})\n")
    served.script(calls(read("page.md")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await chat.ask("go")
        await chat.pilot.press("ctrl+o")
        await click(chat, chat.screen.view.panel.rows, "there")
        await chat.until(lambda: shown.exists() and shown.read_text() == f"{ADDRESS}\n")


@pytest.mark.parametrize("browser", ["lynx", ""])
async def test_no_browser_draws_over_the_chat_but_the_address_is_copied(
    open_chat: OpenChat,
    monkeypatch: pytest.MonkeyPatch,
    served: ProviderServer,
    tmp_path: Path,
    browser: str,
) -> None:
    shown = only_browser(tmp_path, monkeypatch, browser or "unused")
    if not browser:
        monkeypatch.setattr(webbrowser, "_tryorder", [])
    served.script(answer(f"See [there]({ADDRESS})."))
    async with open_chat("openai/x") as chat:
        await chat.ask("go")
        await click(chat, chat.screen.view.transcript, "there")
        await chat.until(lambda: chat.app.clipboard == ADDRESS)
        await chat.idle()
        assert not shown.exists()
