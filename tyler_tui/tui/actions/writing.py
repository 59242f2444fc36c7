"""Help for who writes a prompt."""

from typing import TYPE_CHECKING

from tyler_tui.errors import UsageError
from tyler_tui.tui.actions.registry import does
from tyler_tui.tui.drafts import Draft

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("prompt.edit")
async def open_editor(chat: "ChatScreen") -> None:
    from tyler_tui.tui.external_editor import edited  # noqa: PLC0415 - seldom used

    before = chat.composer.full_text
    try:
        text = await edited(chat.app, before)
    except UsageError as error:
        chat.report(error)
        return
    if text != before:
        chat.composer.restore(Draft(text))
    chat.composer.focus()


@does("prompt.search")
async def search_prompts(chat: "ChatScreen") -> None:
    from tyler_tui.tui.screens.prompt_search import PromptSearchScreen  # noqa: PLC0415 - as above

    found = await chat.app.push_screen_wait(PromptSearchScreen(chat.composer.prompts.prompts))
    if found is not None:
        chat.composer.stash()
        chat.composer.set_draft(found)
    chat.composer.focus()
