"""The list of completions: what opens it, which keys are its own, and what taking does."""

import asyncio
import subprocess
from pathlib import Path

import pytest
from textual import events

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import Settings
from tyler_tui.tui.widgets.attachment_bar import AttachmentBar
from tyler_tui.tui.widgets.completion import CompletionList


def shown(chat: Chat) -> list[str]:
    """What the list shows, first words only."""
    completions = chat.screen.query_one(CompletionList)
    if not completions.display:
        return []
    return [str(option.prompt).split("  ")[0].strip() for option in completions.options]


def chosen(chat: Chat) -> str | None:
    choice = chat.screen.query_one(CompletionList).choice
    return choice.label if choice is not None else None


def text(chat: Chat) -> str:
    return chat.screen.composer.text


async def opened(chat: Chat) -> None:
    await chat.until(lambda: chat.screen.conversation is not None)


async def typed(chat: Chat, text: str) -> None:
    await chat.pilot.press(*text)
    await chat.until(lambda: shown(chat) and shown(chat) != ["looking for files…"])


async def test_commands_are_offered_with_their_keys_and_filtered_as_one_types(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "/")
        assert {"/new", "/sessions", "/theme", "/quit"} <= set(shown(chat))
        assert chosen(chat) == "/new"
        row = str(chat.screen.query_one(CompletionList).get_option_at_index(0).prompt)
        assert "Ctrl+N" in row
        assert "Start an empty session" in row
        await chat.pilot.press(*"thm")
        await chat.until(lambda: shown(chat) == ["/theme"])
        await chat.pilot.press("backspace", "backspace", "backspace")
        await chat.until(lambda: len(shown(chat)) > 5)


async def test_an_alias_finds_its_command_once(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "/exi")
        assert shown(chat) == ["/exit"]


async def test_a_key_of_the_users_own_is_the_one_that_is_shown(open_chat: OpenChat) -> None:
    async with open_chat(keys={"session.new": "ctrl+shift+n"}) as chat:
        await opened(chat)
        await typed(chat, "/new")
        row = str(chat.screen.query_one(CompletionList).get_option_at_index(0).prompt)
        assert "Ctrl+Shift+N" in row


async def test_enter_is_not_stolen_from_a_whole_command(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "/help")
        await chat.pilot.press("enter")
        await chat.opened()
        assert text(chat) == ""


async def test_enter_on_a_choice_runs_the_command_and_tab_fills_it_in(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "/hel")
        await chat.pilot.press("tab")
        assert text(chat) == "/help"
        assert len(chat.app.screen_stack) == 1
        await chat.pilot.press("ctrl+c")
        await typed(chat, "/hel")
        await chat.pilot.press("enter")
        await chat.opened()


async def test_enter_right_behind_the_slash_runs_nothing(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await chat.pilot.press("/", "enter")
        assert text(chat) == "/new"


async def test_keys_that_come_at_once_are_all_heeded(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        for key in (*"/thm", "tab"):
            character = key if len(key) == 1 else None
            chat.screen.composer.post_message(events.Key(key, character))
        await chat.until(lambda: text(chat) == "/theme ")


async def test_a_command_that_takes_an_argument_goes_on_to_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        before = chat.app.theme
        await typed(chat, "/the")
        await chat.pilot.press("tab")
        assert text(chat) == "/theme "
        await chat.until(lambda: "dracula" in shown(chat))
        assert chosen(chat) is None
        await chat.pilot.press(*"dra")
        await chat.until(lambda: chosen(chat) == "dracula")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.app.theme == "dracula" != before)
        assert text(chat) == ""


async def test_enter_behind_a_command_without_its_argument_runs_it_so(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "/theme ")
        await chat.pilot.press("enter")
        await chat.opened()
        assert text(chat) == ""


async def test_agents_are_offered_with_what_they_are_for(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "/agent ")
        await chat.until(lambda: "researcher" in shown(chat))


async def test_a_theme_that_is_not_there_is_told_and_stays_to_be_corrected(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.send("/theme nrd")
        await chat.until(lambda: "Did you mean `nord`?" in chat.status)
        assert text(chat) == "/theme "


async def test_sessions_are_offered_by_name(open_chat: OpenChat) -> None:
    async with open_chat(session="my trip") as chat:
        await chat.ask("table")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_new)
        await typed(chat, "/switch tri")
        await chat.until(lambda: shown(chat) == ["my trip"])
        await chat.pilot.press("enter")
        await chat.until(
            lambda: chat.screen.conversation and chat.screen.conversation.thread.name == "my trip"
        )


async def test_another_model_than_those_offered_stays_as_it_was_typed(open_chat: OpenChat) -> None:
    async with open_chat(None, settings=Settings(model="demo:fast")) as chat:
        await opened(chat)
        await typed(chat, "/model demo")
        assert shown(chat) == ["demo:fast"]
        await chat.pilot.press(*":60")
        await chat.pilot.press("enter")
        await chat.until(
            lambda: (
                chat.screen.conversation and chat.screen.conversation.agent.model_name == "demo:60"
            )
        )


async def test_paths_are_found_by_a_few_letters_and_taken(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "see @mpy")
        assert shown(chat) == ["main.py"]
        await chat.pilot.press("enter")
        assert text(chat) == "see @main.py "
        assert shown(chat) == []
        await chat.pilot.press(*"and @READ", "tab")
        await chat.until(lambda: text(chat) == "see @main.py and @README.md ")


async def test_tab_goes_into_a_folder_and_enter_takes_it(
    open_chat: OpenChat, workspace: Path
) -> None:
    (workspace / "my docs").mkdir()
    (workspace / "my docs" / "a b.txt").write_text("x", "utf-8")
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "@doc")
        await chat.pilot.press("tab")
        assert text(chat) == '@"my docs/'
        await chat.until(lambda: "my docs/a b.txt" in shown(chat))
        await chat.pilot.press(*"a b", "enter")
        assert text(chat) == '@"my docs/a b.txt" '
        await chat.pilot.press("ctrl+c", *"@doc")
        await chat.until(lambda: chosen(chat) == "my docs/")
        await chat.pilot.press("enter")
        assert text(chat) == '@"my docs/" '


async def test_what_git_ignores_is_not_offered_but_can_be_named(
    open_chat: OpenChat, workspace: Path
) -> None:
    await asyncio.to_thread(subprocess.run, ["git", "init", "-q", str(workspace)], check=True)
    (workspace / ".gitignore").write_text("built/\n", "utf-8")
    (workspace / "built").mkdir()
    (workspace / "built" / "result.txt").write_text("x", "utf-8")
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "@")
        assert set(shown(chat)) == {".gitignore", "README.md", "main.py"}
        await chat.pilot.press(*"built/")
        await chat.until(lambda: shown(chat) == ["built/result.txt"])


async def test_folders_outside_are_listed_as_a_shell_does(
    open_chat: OpenChat, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.txt").write_text("x", "utf-8")
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "@../else")
        assert shown(chat) == ["../elsewhere/"]
        await chat.pilot.press("tab")
        await chat.until(lambda: shown(chat) == ["../elsewhere/far.txt"])
        chat.screen.composer.set_draft(f"@{tmp_path}/elsewhere/")
        await chat.pilot.press("f")
        await chat.until(lambda: chosen(chat) == f"{tmp_path}/elsewhere/far.txt")


async def test_enter_sends_a_prompt_whose_path_is_whole(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "table for @main.py")
        assert shown(chat) == ["main.py"]
        await chat.pilot.press("enter")
        await chat.shows("table for @main.py")


async def test_escape_closes_the_list_first_and_only_then_cancels(open_chat: OpenChat) -> None:
    async with open_chat("demo:60") as chat:
        await chat.send("long")
        await chat.shows("Part 1")
        await typed(chat, "/the")
        await chat.pilot.press("escape")
        await chat.until(lambda: shown(chat) == [])
        assert chat.screen.conversation
        assert chat.screen.conversation.is_busy
        await chat.pilot.press("m")
        await chat.until(lambda: shown(chat) == [])  # closed for this word
        await chat.pilot.press("escape")
        await chat.shows("stopped")
        assert text(chat) == "/them"


async def test_ctrl_c_cancels_though_the_list_is_open(open_chat: OpenChat) -> None:
    async with open_chat("demo:60") as chat:
        await chat.send("long")
        await chat.shows("Part 1")
        await typed(chat, "/the")
        await chat.pilot.press("ctrl+c")
        await chat.shows("stopped")
        assert text(chat) == "/the"


async def test_up_and_down_move_and_wrap(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "/")
        first, *_, last = shown(chat)
        await chat.pilot.press("up")
        assert chosen(chat) == last
        await chat.pilot.press("down", "down")
        assert chosen(chat) == shown(chat)[1] != first


async def test_a_click_takes_and_the_focus_stays_in_the_composer(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "@")
        await chat.pilot.click(CompletionList, offset=(4, 2))
        await chat.until(lambda: text(chat) == "@main.py ")
        assert chat.app.focused is chat.screen.composer


async def test_history_a_paste_and_a_draft_open_nothing(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.send("/theme nord")
        await chat.pilot.press("up")
        await chat.until(lambda: text(chat) == "/theme nord")
        assert shown(chat) == []
        await chat.pilot.press("up")
        assert text(chat) == "table"
        chat.screen.composer.set_draft("")
        chat.screen.composer.post_message(events.Paste("@main"))
        await chat.until(lambda: text(chat) == "@main")
        await chat.until(lambda: shown(chat) == [])


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (120, 40)])
async def test_it_lies_above_the_composer_and_fits_a_small_screen(
    open_chat: OpenChat, size: tuple[int, int]
) -> None:
    async with open_chat(size=size) as chat:
        await opened(chat)
        await typed(chat, "/")
        offered, composer = chat.screen.query_one(CompletionList), chat.screen.composer
        await chat.until(lambda: 1 <= offered.region.y < offered.region.bottom)
        await chat.until(lambda: offered.region.bottom == composer.region.y)
        assert offered.region.width == size[0]


async def test_what_goes_with_the_prompt_stays_in_view_below_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "@main.py and @R")
        bar = chat.screen.query_one(AttachmentBar)
        await chat.until(lambda: bar.display and bar.region.height)
        await chat.until(
            lambda: chat.screen.query_one(CompletionList).region.bottom == bar.region.y
        )
        assert bar.region.bottom <= chat.screen.composer.region.y


async def test_it_closes_when_the_focus_or_the_cursor_goes_elsewhere(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "/the")
        await chat.pilot.press("left")
        await chat.until(lambda: shown(chat) == [])
        await chat.pilot.press("end", "backspace")
        await chat.until(lambda: shown(chat) != [])
        chat.screen.view.transcript.focus()
        await chat.until(lambda: shown(chat) == [])


async def test_hostile_names_are_never_shown_or_taken(open_chat: OpenChat, workspace: Path) -> None:
    (workspace / "[red]x.txt").write_text("x", "utf-8")
    (workspace / "e\x1b[2Jvil.txt").write_text("x", "utf-8")
    async with open_chat() as chat:
        await opened(chat)
        await typed(chat, "@.txt")
        assert shown(chat) == ["[red]x.txt"]
