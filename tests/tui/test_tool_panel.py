"""The tool panel: rows that open, what is looked for, and what is done with a call."""

from pathlib import Path

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import Chat, OpenChat
from tests.tui.served_calls import calls, read, run
from tyler_tui.config import Settings
from tyler_tui.conversation import State
from tyler_tui.messages import Message
from tyler_tui.rules.table import RuleTable
from tyler_tui.tui.call_presenter import PLAIN_CALLS
from tyler_tui.tui.items.tool_row import ToolRow
from tyler_tui.tui.tool_runs import ToolRun
from tyler_tui.tui.widgets.attachment_bar import AttachmentBar
from tyler_tui.tui.widgets.key_bar import KeyBar
from tyler_tui.tui.widgets.tool_rows import ToolRows


@pytest.fixture
def served(served: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    return served


def head(chat: Chat) -> str:
    return str(chat.screen.view.panel.query_one(".panel--head").render())


def chips(chat: Chat) -> list[str]:
    return [chip.name for chip in chat.screen.query_one(AttachmentBar).chips]


def results(chat: Chat) -> list[Message]:
    assert chat.screen.conversation
    return [m for m in chat.screen.conversation.thread.messages if m.role == "tool"]


def on_view(rows: ToolRows) -> str:
    return "\n".join(
        rows.viewport.items[row.item].lines(rows.viewport.width)[row.line].text
        for row in rows.viewport.rows()
    )


async def into_panel(chat: Chat) -> None:
    """Go into the panel, with the cursor on the last call."""
    await chat.pilot.press("ctrl+t")
    await chat.until(lambda: chat.screen.view.panel.rows.has_focus)


async def test_a_row_says_how_long_it_took_and_how_much_came_of_it(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(calls(read("README.md")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await chat.ask("go")
        first, second = chat.panel.splitlines()
        assert first.startswith("✓ files-read  ")
        assert first.endswith(" ms · 30 B")
        assert second == "  README.md"


@pytest.mark.usefixtures("attentive")
async def test_why_a_call_ran_or_did_not_is_in_its_row_also_later(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    settings = Settings(rules=[RuleTable(deny=["command_line-run(touch c)"])])
    served.script(
        calls(read("README.md"), run("touch a"), run("touch b"), run("touch c")), answer("I see.")
    )
    wanted = (
        "not asked: it only reads",
        "allowed by you, this once",
        "denied by you: “why?”",
        "denied by a rule of yours: deny command_line-run(touch c)",
    )
    async with open_chat("openai/x", session="s", settings=settings, size=(200, 50)) as chat:
        await chat.send("go")
        await chat.until(lambda: chat.screen.approval.display)
        await chat.pilot.press("y")
        place = chat.screen.approval.query_one(".approval--place")
        await chat.until(lambda: "2 of 2" in str(place.render()))
        await chat.pilot.press("N")
        await chat.until(lambda: chat.screen.approval.has_class("-saying"))
        await chat.pilot.press(*"why?", "enter")
        await chat.idle()
        await chat.pilot.press("ctrl+o")
        live = chat.panel
    async with open_chat("openai/x", resume="s", size=(200, 50)) as chat:
        await chat.shows("I see.")
        await chat.pilot.press("ctrl+o")
        for text in wanted:
            assert text in " ".join(chat.panel.split())
        assert chat.panel == live, "a session looks the same when it is opened again"


async def test_the_keys_stand_at_the_foot_while_one_is_in_the_panel(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 24)) as chat:
        await chat.ask("hello")
        keys = chat.screen.view.panel.query_one(KeyBar)
        await into_panel(chat)
        await chat.until(lambda: keys.region.height > 0)
        shown = str(keys.render())
        assert shown == "Enter open   r again   p pin   c copy   / filter"
        assert keys.region.bottom <= chat.screen.composer.region.y
        row = chat.screen.view.panel.rows._cursor
        assert row
        assert not row.is_open
        await chat.pilot.click(keys, offset=(4, 0))
        await chat.until(lambda: row.is_open)


async def test_what_is_opened_comes_on_view(open_chat: OpenChat, served: ProviderServer) -> None:
    served.script(calls(*(read(f"none{n}.py") for n in range(12))), answer("I see."))
    async with open_chat("openai/x", size=(80, 24)) as chat:
        await chat.ask("go")
        await into_panel(chat)
        rows = chat.screen.view.panel.rows
        await chat.pilot.press("enter")
        await chat.until(lambda: "not asked: it only reads" in on_view(rows))
        await chat.pilot.press("enter", "up", "up", "ctrl+o")
        await chat.until(lambda: all(row.is_open for row in rows.shown))
        assert "none9.py" in on_view(rows), "the cursor stays on view"
        assert "not asked: it only reads" in on_view(rows)


async def test_rows_are_filtered_by_words_as_they_are_typed(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(calls(read("README.md"), read("none.py"), read("main.py")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await chat.ask("go")
        await into_panel(chat)
        await chat.pilot.press("slash", *"failed")
        await chat.until(lambda: "1 of 3" in head(chat))
        assert "none.py" in chat.panel
        assert "main.py" not in chat.panel
        await chat.pilot.press("enter", "enter")
        await chat.until(lambda: "arguments" in chat.panel)
        await chat.pilot.press("escape")
        await chat.until(lambda: head(chat).startswith("Tools  3"))
        assert "main.py" in chat.panel
        assert chat.screen.view.panel.rows.has_focus, "Esc leaves the filter first"
        await chat.pilot.press("slash", *"nothing like it")
        await chat.until(lambda: "0 of 3" in head(chat))
        assert chat.panel == ""
        await chat.pilot.press("escape", "escape")
        assert chat.app.focused is chat.screen.composer


@pytest.mark.usefixtures("attentive")
async def test_a_filter_follows_what_becomes_of_calls(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(calls(run("exit 3"), read("README.md")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await chat.send("go")
        await chat.until(lambda: chat.screen.approval.display)
        await chat.pilot.press("ctrl+t")
        await chat.until(lambda: chat.screen.view.panel.rows.has_focus)
        await chat.pilot.press("slash", *"failed")
        await chat.until(lambda: "0 of 2" in head(chat))
        chat.screen.approval.focus()
        await chat.pilot.press("y")
        await chat.until(lambda: "1 of 2" in head(chat))
        assert "✗ command_line-run" in chat.panel
        await chat.idle()


async def test_c_copies_the_result_as_it_is(open_chat: OpenChat, served: ProviderServer) -> None:
    served.script(calls(read("README.md")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await chat.ask("go")
        await into_panel(chat)
        await chat.pilot.press("c")
        await chat.until(lambda: chat.app.clipboard == "# A project\n\nIt has a readme.\n")


async def test_p_lets_a_result_go_with_the_next_prompt(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(calls(read("README.md")), answer("I see."), answer("Yes."))
    async with open_chat("openai/x") as chat:
        await chat.ask("go")
        await into_panel(chat)
        await chat.pilot.press("p", "p")
        await chat.until(lambda: chips(chat) == ["result of files-read README.md"])
        await chat.pilot.press("escape")
        await chat.ask("what of this?")
        assert chips(chat) == []
        sent = str(served.requests[-1].body["messages"][-1])
        assert "result of files-read README.md" in sent
        assert "It has a readme." in sent


async def test_r_runs_a_call_again_for_the_user_alone(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(calls(read("README.md")), answer("I see."), answer("Yes."), answer("And yes."))
    async with open_chat("openai/x") as chat:
        await chat.ask("go")
        (workspace / "README.md").write_text("changed since\n")
        rows = chat.rows
        await into_panel(chat)
        await chat.pilot.press("r")
        await chat.until(lambda: "✓ ↻ files-read" in chat.panel and "changed since" in chat.panel)
        await chat.idle()
        assert chat.screen.view.panel.rows.chosen is chat.screen.view.panel.rows.runs[-1]
        assert chat.rows == rows, "the transcript is about what the model knows"
        assert len(results(chat)) == 1
        await chat.pilot.press("escape")
        await chat.ask("again?")
        assert "changed since" not in str(served.requests[-1].body)
        await into_panel(chat)
        await chat.pilot.press("end", "p", "escape")
        await chat.ask("and now?")
        assert "changed since" in str(served.requests[-1].body["messages"][-1])


@pytest.mark.usefixtures("attentive")
async def test_a_call_again_is_asked_about_and_stopped_like_any_other(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(calls(run("echo x >>made; sleep ${T:-0}")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await chat.send("go")
        await chat.until(lambda: chat.screen.approval.display)
        await chat.pilot.press("y")
        await chat.idle()
        transcript = chat.rows
        await into_panel(chat)
        await chat.pilot.press("r")
        await chat.until(lambda: chat.screen.approval.display)
        assert chat.screen.conversation
        assert chat.screen.conversation.state is State.ASKING
        assert (workspace / "made").read_text() == "x\n"
        assert chat.screen.approval.has_focus, "whoever called it answers at once"
        await chat.pilot.press("n")
        await chat.idle()
        assert "⊘ ↻ command_line-run" in chat.panel
        assert chat.screen.view.panel.rows.has_focus
        await chat.pilot.press("end", "r")
        await chat.until(lambda: chat.screen.approval.display)
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        assert (workspace / "made").read_text() == "x\n"
        assert chat.rows == transcript
        assert len(results(chat)) == 1


async def test_nothing_is_run_again_under_an_answer(open_chat: OpenChat) -> None:
    async with open_chat("demo:60") as chat:
        await chat.ask("read the files")
        count = len(chat.screen.view.panel.rows.runs)
        await chat.send("long")
        await chat.shows("Part 1")
        await into_panel(chat)
        await chat.pilot.press("r")
        await chat.until(lambda: "under way" in chat.status)
        assert len(chat.screen.view.panel.rows.runs) == count
        await chat.pilot.press("ctrl+c")
        await chat.idle()


async def test_calls_by_hand_are_there_when_one_comes_back_to_the_session(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(calls(read("README.md")), answer("I see."))
    async with open_chat("openai/x", session="first") as chat:
        await chat.ask("go")
        await into_panel(chat)
        await chat.pilot.press("r")
        await chat.until(lambda: "✓ ↻ files-read" in chat.panel)
        await chat.idle()
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: "↻" not in chat.panel)
        await chat.send("/switch first")
        await chat.until(lambda: "✓ ↻ files-read" in chat.panel)
        assert chat.panel.count("files-read") == 2


async def test_up_and_down_move_the_cursor_and_a_click_opens(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        rows = chat.screen.view.panel.rows
        first, *_, last = [item for item in rows.viewport.items if isinstance(item, ToolRow)]
        await into_panel(chat)
        assert last.has_cursor
        await chat.pilot.press("home")
        assert first.has_cursor
        assert not last.has_cursor
        await chat.pilot.press("space")
        assert first.is_open
        await chat.pilot.press("down", "up", "enter")
        assert not first.is_open
        await chat.pilot.click(rows, offset=(5, 1))
        await chat.until(lambda: first.is_open)


async def test_of_calls_that_are_long_over_the_texts_rest_packed_and_can_be_read(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    files = [workspace / f"{number}.txt" for number in range(PLAIN_CALLS + 3)]
    for file in files:
        file.write_text("".join(f"line {n} 🎉\n" for n in range(200)), "utf-8")
    served.script(calls(*(read(file.name) for file in files)), answer("I see."))
    async with open_chat("openai/x", session="s", size=(200, 50)) as chat:
        await chat.ask("go")
        runs = chat.screen.view.panel.rows.runs
        assert [ToolRun.result.is_packed(run) for run in runs].count(True) == 3
        assert all("line 199 🎉" in run.result for run in runs)
    async with open_chat("openai/x", session="s", size=(200, 50)) as chat:
        await chat.shows("I see.")
        await into_panel(chat)
        runs = chat.screen.view.panel.rows.runs
        assert [ToolRun.result.is_packed(run) for run in runs] == [True] * 3 + [False] * PLAIN_CALLS
        await chat.pilot.press("home", "enter")
        await chat.until(lambda: "line 0 🎉" in on_view(chat.screen.view.panel.rows))
