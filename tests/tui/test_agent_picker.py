"""/agent: which agent goes on with the session."""

from pathlib import Path

from textual.widgets import OptionList, Static

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import Profile, Settings
from tyler_tui.rules.table import RuleTable
from tyler_tui.tui.screens.agents import AgentsScreen
from tyler_tui.tui.screens.system_prompt import SystemPromptScreen

SETTINGS = Settings(
    agents={
        "scribe": Profile(
            description="Writes [bold]notes[/bold]\x1b[2J.",
            name="Scribe",
            rules=[RuleTable(allow=["files-write"])],
        ),
        "other": Profile(model="demo:99999", approval="edits"),
    }
)


def notices(chat: Chat) -> str:
    return " ".join(notice.message for notice in chat.app._notifications)


def rows(options: OptionList) -> list[str]:
    return [options.render_line(y).text.rstrip() for y in range(options.size.height)]


async def test_a_description_that_wraps_stays_under_the_name(open_chat: OpenChat) -> None:
    async with open_chat(size=(60, 24)) as chat:
        await chat.send("/agent")
        await chat.opened(AgentsScreen)
        options = chat.app.screen.query_one(OptionList)
        await chat.until(lambda: any("Searches" in row for row in rows(options)))
        shown = rows(options)
        first = next(n for n, row in enumerate(shown) if "Searches" in row)
        assert shown[first].startswith("  Searches")
        assert shown[first + 1].startswith("  ")
        assert not shown[first + 1].startswith("   ")


async def test_the_agent_that_is_picked_answers_and_stays_with_the_session(
    open_chat: OpenChat, workspace: Path
) -> None:
    async with open_chat(settings=SETTINGS, session="mine") as chat:
        await chat.send("/agent")
        await chat.opened(AgentsScreen)
        options = chat.app.screen.query_one(OptionList)
        shown = rows(options)
        heads = [row.split()[0] for row in shown[::2]]
        assert heads == ["●", "researcher", "scribe", "other"]
        assert "[bold]notes[/bold]␛[2J." in shown[5]
        await chat.pilot.press("down", "down", "enter")
        await chat.until(lambda: "scribe goes on" in chat.status)
        await chat.ask("write notes")
        assert "Scribe" in chat.text
        assert (workspace / "tyler-notes.md").exists(), "its rules count"
    async with open_chat(None, settings=SETTINGS, session="mine") as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        assert chat.screen.conversation
        assert chat.screen.conversation.agent.name == "Scribe"


async def test_an_agent_is_named_behind_the_command_and_brings_its_model(
    open_chat: OpenChat,
) -> None:
    async with open_chat(settings=SETTINGS) as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.send("/budget 1.00")
        await chat.until(lambda: "budget $1.00" in chat.status)
        await chat.send("/agent other")
        await chat.until(lambda: "other goes on" in chat.status)
        assert chat.screen.conversation
        assert chat.screen.conversation.agent.model_name == "demo:99999"
        assert chat.screen.conversation.agent.budget_usd == 1.00
        header = str(chat.screen.query_one("Header").render())
        await chat.until(lambda: "edits unasked" in chat.status)
        assert "demo:99999" in header
        await chat.send("/agent nobody")
        await chat.until(lambda: "There is no agent" in notices(chat))


async def test_no_agent_is_changed_under_an_answer(open_chat: OpenChat) -> None:
    async with open_chat("demo:20", settings=SETTINGS) as chat:
        await chat.send("long")
        await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_busy)
        await chat.send("/agent scribe")
        await chat.until(lambda: "An answer is under way" in notices(chat))
        assert chat.screen.conversation
        assert chat.screen.conversation.agent.name == "Tyler"


async def test_escape_changes_nothing(open_chat: OpenChat) -> None:
    async with open_chat(settings=SETTINGS) as chat:
        await chat.send("/agent")
        await chat.opened(AgentsScreen)
        await chat.pilot.press("down", "escape")
        await chat.until(lambda: not isinstance(chat.app.screen, AgentsScreen))
        assert chat.screen.conversation
        assert chat.screen.conversation.thread.attributes["agent"] == "default"


async def test_what_the_model_is_told_first_is_shown_as_it_is(open_chat: OpenChat) -> None:
    async with open_chat(settings=Settings(system="Be [bold]brief[/bold]\x1b[2J.")) as chat:
        await chat.send("/system")
        await chat.opened(SystemPromptScreen)
        shown = chat.app.screen.query_one(Static)
        assert str(shown.render()) == "Be [bold]brief[/bold]␛[2J."
        await chat.pilot.press("escape")
        assert chat.app.screen is chat.screen
