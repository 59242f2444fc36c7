"""What the view does while an answer comes."""

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import Chat, OpenChat

SIZE = (80, 24)


def _on_view(chat: Chat) -> list[str]:
    transcript = chat.screen.view.transcript
    strips = transcript.render_lines(transcript.size.region)
    return [strip.text.rstrip("┃ ").strip() for strip in strips]


async def _ask_twice(chat: Chat) -> None:
    await chat.ask("list")
    await chat.send("long")
    await chat.shows("Part 6")


async def test_as_it_comes_the_end_is_followed(open_chat: OpenChat) -> None:
    async with open_chat("demo:2000", size=SIZE) as chat:
        await _ask_twice(chat)
        assert chat.screen.view.transcript.viewport.follow
        assert not any(row.endswith("▌ long") or row == "long" for row in _on_view(chat))


async def test_in_top_mode_the_prompt_stays_at_the_top_edge(open_chat: OpenChat) -> None:
    async with open_chat("demo:2000", size=SIZE, follow="top") as chat:
        await _ask_twice(chat)
        await chat.until(lambda: _on_view(chat)[0].endswith("long"))
        # What is new below is told.
        await chat.until(lambda: any("Ctrl+End" in row for row in _on_view(chat)))
        await chat.pilot.press("ctrl+end")
        await chat.until(lambda: chat.screen.view.transcript.viewport.follow)
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        await chat.send("table")
        await chat.idle()
        await chat.until(lambda: any(row.endswith("table") for row in _on_view(chat)))


async def test_in_off_mode_only_what_was_sent_is_shown(open_chat: OpenChat) -> None:
    async with open_chat("demo:2000", size=SIZE, follow="off") as chat:
        await _ask_twice(chat)
        rows = _on_view(chat)
        await chat.shows("Part 8")
        assert _on_view(chat)[:-1] == rows[:-1]
        assert rows[-1].startswith(("▌ long", "↓")), "sending shows what was sent"


async def test_following_is_changed_in_the_chat(open_chat: OpenChat) -> None:
    async with open_chat(size=SIZE) as chat:
        await chat.send("/follow")
        await chat.until(lambda: "follow top" in chat.status)
        await chat.send("/follow")
        await chat.until(lambda: "follow off" in chat.status)
        await chat.send("/follow")
        await chat.until(lambda: "follow tail" in chat.status)
        await chat.send("/follow off")
        await chat.until(lambda: "follow off: the view never moves by itself" in chat.status)
        await chat.send("/follow up")
        await chat.until(lambda: "'up' is none of tail, top, off" in chat.status)
        assert chat.screen.view.transcript.viewport.mode == "off"


@pytest.mark.parametrize("mode", ["tail", "top", "off"])
async def test_a_session_opens_on_its_end_in_every_mode(open_chat: OpenChat, mode: str) -> None:
    async with open_chat(size=SIZE, session="one") as chat:
        for prompt in ("code", "list"):
            await chat.ask(prompt)
    async with open_chat(None, size=SIZE, resume="one", follow=mode) as chat:
        await chat.shows("Show it")
        await chat.until(lambda: any("I am the demo" in row for row in _on_view(chat)))


async def test_the_end_of_a_very_long_answer_comes_on_view(
    open_chat: OpenChat, served: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is laid out over several frames, the last of which must not be missing."""
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    served.script(answer(("word " * 20 + "\n\n") * 2_000 + "The end."))
    async with open_chat("openai/x", size=SIZE, session="one") as chat:
        await chat.ask("tell me all")
        await chat.until(lambda: any(row.endswith("The end.") for row in _on_view(chat)))
    async with open_chat(None, size=SIZE, resume="one") as chat:
        await chat.until(lambda: any(row.endswith("The end.") for row in _on_view(chat)))
