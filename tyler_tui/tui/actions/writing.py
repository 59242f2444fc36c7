"""Help for who writes a prompt."""

from typing import TYPE_CHECKING

from tyler_tui.errors import UsageError
from tyler_tui.tui.actions.registry import does
from tyler_tui.tui.draft import Draft

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen
    from tyler_tui.tui.widgets.approval_card import ApprovalCard


@does("prompt.edit")
async def open_editor(chat: "ChatScreen") -> None:
    if (card := chat.focused_card) is not None:
        await _edit_arguments(chat, card)
        return
    before = chat.composer.full_text
    text = await _edited(chat, before)
    if text not in (None, before):
        chat.composer.restore(Draft(text))
    chat.composer.focus()


async def _edit_arguments(chat: "ChatScreen", card: "ApprovalCard") -> None:
    """The arguments of the call that is asked about: first in their place, then in the editor."""
    editor = card.editor
    if editor is None:
        card.choose("answer.edit")
        return
    before = editor.text
    text = await _edited(chat, before)
    if text not in (None, before) and editor is card.editor:
        editor.load_text(text)
    editor.focus()


async def _edited(chat: "ChatScreen", text: str) -> str | None:
    """What an editor makes of `text`; None when it came to nothing, which is told."""
    from tyler_tui.tui.external_editor import edited  # noqa: PLC0415 - seldom used

    try:
        return await edited(chat.app, text)
    except UsageError as error:
        chat.report(error)
        return None


@does("prompt.search")
async def search_prompts(chat: "ChatScreen") -> None:
    from tyler_tui.tui.screens.prompt_search import PromptSearchScreen  # noqa: PLC0415 - as above

    found = await chat.app.push_screen_wait(PromptSearchScreen(chat.composer.prompts.prompts))
    if found is not None:
        chat.composer.begin(found)
    chat.composer.focus()
