"""Images in the conversation, and the screen that shows them."""

import io
import sys

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from PIL import Image
from textual.widgets import Static

from tests.mcp_servers.running import program
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import Settings
from tyler_tui.mcp_settings import McpSettings
from tyler_tui.messages import Attachment
from tyler_tui.tui.screens.images import ImagesScreen
from tyler_tui.tui.widgets.image_view import ImageView
from tyler_tui.tui.widgets.server_list import ServerList


def png(color: str, size: tuple[int, int] = (40, 30)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, "PNG")
    return target.getvalue()


RED = Attachment("red.png", png("#ff0000"), "image/png")
BLUE = Attachment("b\x1b[2Jlue.png", png("#0000ff", (10, 300)), "image/png")
NOTES = Attachment("notes.txt", b"remember", "text/plain")
BROKEN = Attachment("broken.png", RED.content[:60], "image/png")


def seen(chat: Chat) -> str:
    """What the viewer shows, as text."""
    view = chat.app.screen.query_one(ImageView)
    return "\n".join(strip.text.rstrip() for strip in view.render_lines(view.size.region))


def title(chat: Chat) -> str:
    return str(chat.app.screen.query_one("#image-title", Static).render())


def colors(chat: Chat) -> set[str]:
    """The colours that the picture is drawn with."""
    view = chat.app.screen.query_one(ImageView)
    return {
        segment.style.color.name
        for strip in view.render_lines(view.size.region)
        for segment in strip
        if "▀" in segment.text and segment.style and segment.style.color
    }


async def test_a_prompts_images_open_by_a_click_and_by_a_key(open_chat: OpenChat) -> None:
    async with open_chat(attachments=[RED, NOTES, BLUE]) as chat:
        await chat.ask("look")
        assert "📎 red.png · " in chat.text
        assert "40 × 30 · view" in chat.text
        assert "📎 notes.txt · 8 B\n" in chat.text
        await click(chat, "lue.png")
        await chat.opened(ImagesScreen)
        await chat.until(lambda: colors(chat) == {"#0000ff"})
        assert title(chat).startswith("b␛[2Jlue.png · ")
        assert title(chat).endswith("10 × 300 · 2 of 2")
        await chat.pilot.press("right")
        await chat.until(lambda: colors(chat) == {"#ff0000"})
        assert len([row for row in seen(chat).splitlines() if "▀" * 40 in row]) == 15
        await chat.pilot.press("escape")
        await chat.until(lambda: len(chat.app.screen_stack) == 1)
        await click(chat, "notes.txt")
        assert len(chat.app.screen_stack) == 1
        await chat.pilot.press("alt+up", "alt+up")
        await chat.shows("v view")
        await chat.pilot.press("v")
        await chat.opened(ImagesScreen)
        await chat.until(lambda: colors(chat) == {"#ff0000"})
        assert title(chat).endswith("1 of 2")


def _servers(chat: Chat) -> list[str]:
    return [str(one.render()) for one in chat.screen.query(ServerList)]


async def click(chat: Chat, text: str) -> None:
    transcript = chat.screen.view.transcript
    await chat.until(lambda: row_of(chat, text) is not None)
    y = row_of(chat, text)
    assert y is not None
    await chat.pilot.click(transcript, offset=(8, y))
    await chat.pilot.pause()


def row_of(chat: Chat, text: str) -> int | None:
    transcript = chat.screen.view.transcript
    rows = range(transcript.size.height)
    return next((y for y in rows if text in transcript.render_line(y).text), None)


async def test_the_command_shows_the_last_one_of_all(open_chat: OpenChat) -> None:
    async with open_chat(attachments=[BLUE, RED]) as chat:
        await chat.send("/images")
        await chat.until(lambda: "no image in this conversation" in chat.status)
        await chat.ask("look")
        await chat.send("/images")
        await chat.opened(ImagesScreen)
        await chat.until(lambda: colors(chat) == {"#ff0000"})


async def test_it_fits_another_size(open_chat: OpenChat) -> None:
    async with open_chat(attachments=[RED], size=(120, 40)) as chat:
        await chat.ask("look")
        await chat.send("/images")
        await chat.opened(ImagesScreen)
        await chat.until(lambda: "▀" * 40 in seen(chat))
        await chat.pilot.resize_terminal(24, 12)
        await chat.until(lambda: colors(chat) and "▀" * 40 not in seen(chat))
        rows = seen(chat).splitlines()
        assert len(rows) == 9, "as high as is fitting for 24 columns"
        assert max(row.count("▀") for row in rows) <= 24


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (BROKEN, "damaged"),
        (Attachment("a.svg", b"<svg/>", "image/svg+xml"), "no PNG, JPEG, GIF or WebP"),
    ],
)
async def test_what_cannot_be_drawn_is_said(
    open_chat: OpenChat, file: Attachment, said: str
) -> None:
    async with open_chat(attachments=[file]) as chat:
        await chat.ask("look")
        await chat.send("/images")
        await chat.opened(ImagesScreen)
        await chat.until(lambda: said in seen(chat))


async def test_without_pillow_it_says_what_to_install(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    async with open_chat(attachments=[RED]) as chat:
        await chat.ask("look")
        assert "40 × 30" in chat.text
        await chat.send("/images")
        await chat.opened(ImagesScreen)
        await chat.until(lambda: "pip install 'tyler-tui[images]'" in seen(chat))


async def test_without_colours_it_is_told_in_words(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_chat(attachments=[RED]) as chat:
        await chat.ask("look")
        await chat.send("/images")
        await chat.opened(ImagesScreen)
        await chat.until(lambda: "shows no colours" in seen(chat))
        assert "red.png" in seen(chat)
        assert "▀" not in seen(chat)


async def test_images_that_a_tool_returned_stand_below_its_line(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(
        Reply([Call(0, "c1", "calc-picture", "{}"), Finish("tool_calls")]), answer("A dot.")
    )
    settings = Settings(mcp=McpSettings(servers={"calc": program("good")}), approval="auto")
    async with open_chat("openai/gpt-4o", settings=settings, session="dots") as chat:
        await chat.until(lambda: "● calc" in "".join(_servers(chat)))
        await chat.ask("look")
        rows = chat.rows
        at = next(n for n, row in enumerate(rows) if "calc-picture" in row)
        assert rows[at + 1].strip() == "📎 image-1.png · 70 B · 1 × 1 · view"
        await click(chat, "image-1.png")
        await chat.opened(ImagesScreen)
        await chat.until(lambda: "▀" in seen(chat))
        await chat.pilot.press("escape")
    async with open_chat("openai/gpt-4o", resume="dots") as chat:
        await chat.shows("📎 image-1.png · 70 B · 1 × 1 · view")
