"""Which agent goes on with the session."""

from datetime import date
from typing import TYPE_CHECKING

from tyler_tui.errors import TylerError
from tyler_tui.profiles import DEFAULT
from tyler_tui.sanitize import one_line
from tyler_tui.tui.actions.registry import does_with

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does_with("agent.pick")
async def pick_agent(chat: "ChatScreen", name: str) -> None:
    from tyler_tui.tui.screens.agents import AgentsScreen  # noqa: PLC0415 - not for start

    conversation = chat.conversation
    if conversation is None:
        return
    current = str(conversation.thread.attributes.get("agent") or DEFAULT)
    picked: str | None = name
    if not name:
        screen = AgentsScreen(chat.backend.agents(), current)
        picked = await chat.app.push_screen_wait(screen)
    if not picked or picked == current:
        return
    try:
        await chat.backend.switch_agent(conversation, picked)
    except TylerError as error:
        chat.report(error)
        return
    await chat.desk.reshow(conversation)  # answers bear the name of the agent
    chat.show_totals()
    chat.opening.prepare_model()
    chat.status.say(f"{one_line(picked, 60)} goes on from the next prompt on")


@does_with("agent.system")
async def system_prompt(chat: "ChatScreen", text: str) -> None:
    from tyler_tui.tui.screens.system_prompt import SystemPromptScreen  # noqa: PLC0415 - as above

    conversation = chat.conversation
    if conversation is None:
        return
    if not text:
        chat.app.push_screen(SystemPromptScreen(conversation.agent.system_prompt_on(date.today())))
        return
    is_default = text.casefold() == DEFAULT
    await chat.backend.set_system_prompt(conversation, None if is_default else text)
    what = "its agent's own" if is_default else "yours"
    chat.status.say(f"the system prompt of this session is {what} from the next prompt on")
