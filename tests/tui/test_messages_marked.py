import pytest
from textual.widgets import TextArea

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.tui.items.message_head import MessageHead
from tyler_tui.tui.items.reply import TurnHead
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.open_session import Place


def marked_text(chat: Chat) -> str:
    return chat.screen.cursor.text()


def texts(chat: Chat) -> list[str]:
    assert chat.screen.conversation is not None
    return [m.content for m in chat.screen.conversation.thread.messages if m.role == "user"]


async def test_the_cursor_walks_over_messages_and_back_to_writing(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.ask("code")
        await chat.pilot.press("alt+up")
        assert isinstance(chat.screen.cursor.marked, TurnHead)
        await chat.pilot.press("alt+up")
        assert marked_text(chat) == "code"
        assert "y copy" in chat.text
        assert "e edit" in chat.text
        await chat.pilot.press("alt+up", "alt+up")
        assert marked_text(chat) == "table"
        await chat.pilot.press("alt+up")
        assert marked_text(chat) == "table"
        await chat.pilot.press("escape")
        assert chat.screen.cursor.marked is None
        assert isinstance(chat.app.focused, TextArea)


async def test_an_edited_prompt_is_sent_as_a_branch_and_both_can_be_read(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.ask("code")
        chat.screen.composer.set_draft("a draft")
        await chat.pilot.press("alt+up", "alt+up", "e")
        await chat.until(lambda: chat.screen.composer.text == "code")
        assert "Esc leaves it" in chat.status
        chat.screen.composer.set_draft("list")
        await chat.pilot.press("enter")
        await chat.until(lambda: texts(chat) == ["table", "list"])
        await chat.idle()
        assert chat.screen.composer.text == "a draft"
        await chat.shows("‹ 2/2 ›")
        chat.screen.composer.set_draft("")
        await chat.pilot.press("alt+up", "alt+up", "left")
        await chat.until(lambda: texts(chat) == ["table", "code"])
        await chat.shows("‹ 1/2 ›")
        assert marked_text(chat) == "code"
        await chat.pilot.press("right")
        await chat.until(lambda: texts(chat) == ["table", "list"])


async def test_what_is_written_behind_an_edited_prompt_is_no_part_of_it(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        await chat.ask("table")
        await chat.pilot.press("alt+up", "alt+up", "e")
        await chat.until(lambda: chat.screen.composer.text == "table")
        chat.screen.composer.set_draft("list")
        chat.press_at_once("\n", "unicode\n", "and more")
        await chat.until(lambda: texts(chat) == ["code", "list", "unicode"])
        await chat.idle()
        assert chat.screen.composer.text == "and more"


async def test_an_edited_prompt_that_cannot_be_sent_is_edited_still(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        chat.screen.composer.set_draft("a draft")
        await chat.pilot.press("alt+up", "alt+up", "e")
        await chat.until(lambda: chat.screen.composer.text == "table")
        (chat.screen.launch.workspace / "big.bin").write_bytes(b"\0" * 100)
        chat.screen.composer.set_draft("code of @big.bin")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.app._notifications)
        await chat.until(lambda: chat.screen.composer.text == "code of @big.bin")
        assert texts(chat) == ["table"]
        await chat.pilot.press("escape")
        await chat.until(lambda: chat.screen.composer.text == "a draft")


async def test_esc_leaves_a_prompt_as_it_was_and_gives_the_draft_back(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        chat.screen.composer.set_draft("a draft")
        await chat.pilot.press("alt+up", "alt+up", "e", "escape")
        assert chat.screen.composer.text == "a draft"
        assert texts(chat) == ["code"]


async def test_going_to_another_session_leaves_a_prompt_as_it_was(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        first = chat.screen.conversation
        chat.screen.composer.set_draft("a draft")
        await chat.pilot.press("alt+up", "alt+up", "e", "ctrl+n")
        await chat.until(lambda: chat.screen.conversation is not first)
        await chat.ask("list")
        assert texts(chat) == ["list"]
        assert first is not None
        chat.screen.desk.switch_to(Place(first.thread.id))
        await chat.until(lambda: texts(chat) == ["code"])
        assert chat.screen.composer.text == "a draft"


async def test_a_retry_stands_beside_the_first_answer_and_survives_a_restart(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="tries") as chat:
        await chat.ask("code")
        await chat.send("/retry")
        await chat.shows("‹ 2/2 ›")
        await chat.idle()
        assert texts(chat) == ["code"]
    async with open_chat(resume="tries") as chat:
        await chat.shows("‹ 2/2 ›")


async def test_letters_are_letters_while_nothing_is_marked(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        chat.screen.view.transcript.focus()
        await chat.pilot.press("r", "y")
        assert chat.screen.composer.text == "ry"
        assert texts(chat) == ["code"]


async def test_a_marked_message_is_quoted_and_copied_as_markdown(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.pilot.press("alt+up", "y")
        await chat.until(lambda: "|" in chat.app.clipboard)
        source = chat.app.clipboard
        await chat.pilot.press("q")
        await chat.until(lambda: chat.screen.composer.text)
        first = source.splitlines()[0]
        assert chat.screen.composer.text.startswith(f"> {first}".rstrip())
        assert isinstance(chat.app.focused, TextArea)


async def test_a_click_marks_a_message_and_a_click_on_a_label_does_what_it_says(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        transcript = chat.screen.view.transcript
        chat.screen.view.transcript.scroll_to_start()
        await chat.pilot.pause()

        def row_of(words: str) -> int:
            rows = range(transcript.size.height)
            return next(y for y in rows if words in _drawn_row(chat, y))

        await chat.pilot.click(transcript, offset=(4, row_of("code")))
        await chat.until(lambda: isinstance(chat.screen.cursor.marked, UserPrompt))
        await chat.shows("e edit")
        y = row_of("e edit")
        x = _drawn_row(chat, y).index("edit")
        await chat.pilot.click(transcript, offset=(x, y))
        await chat.until(lambda: chat.screen.composer.text == "code")


async def test_branches_wait_while_an_answer_is_under_way(open_chat: OpenChat) -> None:
    async with open_chat("demo:20") as chat:
        await chat.send("code")
        await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_busy)
        await chat.until(
            lambda: any(
                isinstance(i, MessageHead) for i in chat.screen.view.transcript.viewport.items
            )
        )
        await chat.send("/retry")
        await chat.until(lambda: any("under way" in n.message for n in chat.app._notifications))
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        assert texts(chat) == ["code"]


def _drawn_row(chat: Chat, y: int) -> str:
    transcript = chat.screen.view.transcript
    strips = transcript.render_lines(transcript.size.region)
    return strips[y].text


async def test_code_is_copied_and_gone_through_block_by_block(open_chat: OpenChat) -> None:
    async with open_chat(size=(100, 20)) as chat:
        await chat.ask("code")
        await chat.pilot.press("alt+up", "c")
        await chat.until(lambda: chat.app.clipboard)
        seen = [chat.app.clipboard]
        while "no code block below" not in chat.status:
            await chat.pilot.press("right_square_bracket")
            chat.app.copy_to_clipboard("")
            await chat.pilot.press("c")
            await chat.until(lambda: chat.app.clipboard or "no code block" in chat.status)
            seen.append(chat.app.clipboard)
        assert len(set(seen)) >= 3
        assert seen[0].startswith("from collections")
        await chat.pilot.press("left_square_bracket")
        await chat.until(lambda: "code block 4 of 5 of this answer" in chat.status)
        await chat.pilot.press("left_square_bracket", "c")
        await chat.until(lambda: chat.app.clipboard in seen[:-2])


@pytest.mark.parametrize(
    ("said", "has_code"),
    [("```\ncode\n```", True), ("- a list\n\n      code in it", True), ("words, `code`", False)],
)
async def test_code_is_offered_where_there_is_some(
    open_chat: OpenChat, served: ProviderServer, said: str, has_code: bool
) -> None:
    served.script(answer(said))
    async with open_chat("openai/any", session="s") as chat:
        await chat.ask("talk")
        await chat.pilot.press("alt+up")
        await chat.shows("y copy")
        assert ("c code" in chat.text) is has_code
    async with open_chat("openai/any", session="s") as chat:  # as it is stored
        await chat.shows("talk")
        await chat.pilot.press("alt+up")
        await chat.shows("y copy")
        assert ("c code" in chat.text) is has_code


async def test_copying_the_reply_again_copies_its_last_code_block(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        await chat.pilot.press("ctrl+y")
        await chat.until(lambda: "```" in chat.app.clipboard)
        await chat.pilot.press("ctrl+y")
        await chat.until(lambda: chat.app.clipboard.startswith("tr -s"))
