"""The AGENTS.md of a project is told on the screen, and stands in what the model gets."""

from pathlib import Path

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import OpenChat
from tyler_tui.tui.screens.system_prompt import SystemPromptScreen


async def test_the_first_screen_names_them_and_the_model_gets_them(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    (workspace / "AGENTS.md").write_text("Answer in \x1b[31mrhymes.")
    served.fallback = answer("So be it.")
    async with open_chat("openai/x", session="rhymes") as chat:
        await chat.shows("AGENTS.md (22 B)")
        await chat.ask("hello")
        told = str(served.requests[0].body["messages"][0]["content"])
        assert "rhymes." in told
        await chat.send("/system")
        await chat.until(lambda: isinstance(chat.app.screen, SystemPromptScreen))
        shown = str(chat.app.screen.query_one("Static").render())
        assert "Answer in ␛[31mrhymes." in shown
    async with open_chat(None, resume="rhymes") as chat:
        await chat.until(lambda: "with AGENTS.md (22 B)" in chat.status)
