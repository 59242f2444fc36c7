"""Pictures shown small in the transcript."""

import io
import sys
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from PIL import Image

from tests.mcp_servers.running import program
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import Settings
from tyler_tui.mcp_settings import McpSettings
from tyler_tui.messages import Attachment
from tyler_tui.tui.items.thumbnails import Thumbnails
from tyler_tui.tui.screens.images import ImagesScreen
from tyler_tui.tui.widgets.server_list import ServerList


def png(color: tuple[int, int, int, int], size: tuple[int, int]) -> bytes:
    target = io.BytesIO()
    Image.new("RGBA", size, color).save(target, "PNG")
    return target.getvalue()


RED = Attachment("red.png", png((255, 0, 0, 255), (40, 30)), "image/png")
BLUE = Attachment("blue.png", png((0, 0, 255, 255), (10, 300)), "image/png")
GLASS = Attachment("glass.png", png((0, 0, 0, 0), (30, 30)), "image/png")
BROKEN = Attachment("broken.png", RED.content[:60], "image/png")
DRAWING = Attachment("a.svg", b"<svg/>", "image/svg+xml")


def picture_rows(chat: Chat) -> list[str]:
    return [row for row in chat.rows if "▀" in row]


def colors(chat: Chat) -> list[str]:
    """Those of the thumbnails, from left to right."""
    found: dict[str, None] = {}
    for item in chat.screen.view.transcript.viewport.items:
        if isinstance(item, Thumbnails):
            for line in item.lines(80):
                for segment in line.segments:
                    if "▀" in segment.text and segment.style and segment.style.color:
                        found[segment.style.color.name] = None
    return list(found)


def row_of(chat: Chat, text: str) -> int | None:
    transcript = chat.screen.view.transcript
    rows = range(transcript.size.height)
    return next((y for y in rows if text in transcript.render_line(y).text), None)


def _servers(chat: Chat) -> list[str]:
    return [str(one.render()) for one in chat.screen.query(ServerList)]


async def test_the_pictures_of_a_prompt_stand_beside_each_other_below_it(
    open_chat: OpenChat,
) -> None:
    files = [RED, BROKEN, DRAWING, BLUE]
    async with open_chat(attachments=files, thumbnails=True, session="seen") as chat:
        await chat.ask("look")
        await chat.until(lambda: colors(chat) == ["#ff0000", "#0000ff"])
        rows = chat.rows
        first = next(n for n, row in enumerate(rows) if "▀" in row)
        assert "blue.png" in rows[first - 1]
        assert [row.count("▀") for row in picture_rows(chat)] == [17] * 6, "16 of the one, 1"
        assert rows[first].startswith("▀")
        assert "Tyler" in "".join(rows[first + 6 : first + 9]), "the answer follows"
        await chat.until(lambda: row_of(chat, "blue.png") is not None)
        below = (row_of(chat, "blue.png") or 0) + 1
        await chat.pilot.click(chat.screen.view.transcript, offset=(2 + 16 + 2, below))
        await chat.opened(ImagesScreen)
        title = str(chat.app.screen.query_one("#image-title").render())
        assert title.startswith("blue.png")
        await chat.pilot.press("escape")
    async with open_chat(resume="seen", thumbnails=True) as chat:
        await chat.until(lambda: colors(chat) == ["#ff0000", "#0000ff"])


async def test_what_is_transparent_shows_the_ground_of_the_theme(open_chat: OpenChat) -> None:
    async with open_chat(attachments=[GLASS], thumbnails=True, theme="tyler-light") as chat:
        await chat.ask("look")
        await chat.until(lambda: colors(chat) == [chat.app.theme_variables["background"].lower()])
        light = colors(chat)
        await chat.send("/theme tyler-dark")
        await chat.until(lambda: colors(chat) not in ([], light))


async def test_one_that_is_damaged_leaves_no_room_empty(open_chat: OpenChat) -> None:
    async with open_chat(attachments=[BROKEN, DRAWING], thumbnails=True) as chat:
        await chat.ask("look")
        rows = chat.rows

        def follows() -> bool:
            at = next(n for n, row in enumerate(chat.rows) if "a.svg" in row)
            return "Tyler" in chat.rows[at + 2]

        await chat.until(follows)
        assert len(chat.rows) <= len(rows)


@pytest.mark.parametrize("why", ["setting", "NO_COLOR", "few colours", "no Pillow"])
async def test_there_are_none_where_they_are_not_wanted_or_cannot_be(
    open_chat: OpenChat, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields: dict[str, Any] = {"thumbnails": why != "setting", "few_colors": why == "few colours"}
    if why == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    if why == "no Pillow":
        monkeypatch.setitem(sys.modules, "PIL", None)
    async with open_chat(attachments=[RED], **fields) as chat:
        await chat.ask("look")
        items = chat.screen.view.transcript.viewport.items
        assert not any(isinstance(item, Thumbnails) for item in items)
        assert "red.png" in chat.text


async def test_a_narrow_window_shows_those_that_fit(open_chat: OpenChat) -> None:
    async with open_chat(attachments=[RED, GLASS, BLUE], thumbnails=True) as chat:
        await chat.ask("look")
        await chat.until(lambda: len(colors(chat)) == 3)
        await chat.pilot.resize_terminal(36, 20)
        await chat.until(lambda: max(row.count("▀") for row in picture_rows(chat)) == 16 + 12)
        await chat.pilot.resize_terminal(14, 20)
        await chat.until(lambda: not picture_rows(chat))


async def test_a_photo_that_the_camera_held_sideways_stands_upright(open_chat: OpenChat) -> None:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turned by a quarter
    Image.new("RGB", (600, 200), "#00ff00").save(target, "JPEG", exif=exif)
    photo = Attachment("photo.jpg", target.getvalue(), "image/jpeg")
    async with open_chat(attachments=[photo], thumbnails=True) as chat:
        await chat.ask("look")
        await chat.until(lambda: [row.count("▀") for row in picture_rows(chat)] == [4] * 6)


async def test_pictures_that_a_tool_returned_are_shown_too(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(
        Reply([Call(0, "c1", "calc-picture", "{}"), Finish("tool_calls")]), answer("A dot.")
    )
    settings = Settings(mcp=McpSettings(servers={"calc": program("good")}), approval="auto")
    async with open_chat("openai/gpt-4o", settings=settings, thumbnails=True) as chat:
        await chat.until(lambda: "● calc" in "".join(_servers(chat)))
        await chat.ask("look")
        await chat.until(lambda: len(picture_rows(chat)) == 1)
