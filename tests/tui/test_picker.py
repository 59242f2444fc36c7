"""The list of sessions: picking, finding, and putting it in order."""

import threading

import pytest
from textual.theme import Theme
from textual.widgets import Static

from tests.provider_server import Finish, Hang, Pause, ProviderServer, Reply, Text, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui import Message, Thread, ThreadStore, ToolCall, Usage, paths
from tyler_tui.tui.items.session_row import HitRow, SessionRow
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.screens.sessions import SessionsScreen
from tyler_tui.tui.widgets.key_bar import KeyBar
from tyler_tui.tui.widgets.pick_list import PickList
from tyler_tui.tui.widgets.session_preview import SessionPreview

MODEL = "openai/anything"
MANY = 10_000


def _thread(title: str, *messages: Message, name: str | None = None) -> Thread:
    thread = Thread(title=title, name=name, attributes={"model": "demo:fast"})
    for message in messages or (Message("user", title), Message("assistant", f"About {title}.")):
        thread.add_message(message)
    return thread


async def _stored(*threads: Thread) -> None:
    async with await ThreadStore.create(paths.database_file()) as store:
        for thread in threads:
            await store.save_thread(thread)


async def _summaries(*, deleted: bool = False) -> dict[str, bool]:
    """Whether each session is pinned, by name or title."""
    async with await ThreadStore.create(paths.database_file()) as store:
        summaries = await store.list_threads(deleted=deleted)
        return {summary.name or summary.title: summary.pinned for summary in summaries}


def _picker(chat: Chat) -> SessionsScreen:
    screen = chat.app.screen
    assert isinstance(screen, SessionsScreen)
    return screen


async def _open(chat: Chat) -> SessionsScreen:
    await chat.until(lambda: chat.screen.conversation is not None)
    await chat.pilot.press("ctrl+s")
    await chat.opened(SessionsScreen)
    await chat.until(lambda: _count(_picker(chat)))
    return _picker(chat)


def _count(picker: SessionsScreen) -> str:
    return str(picker.query_one("#count", Static).render())


def _remark(picker: SessionsScreen) -> str:
    return str(picker.query_one("#remark", Static).render())


def _rows(picker: SessionsScreen) -> list[str]:
    """What the list draws."""
    view = picker.query_one(PickList).viewport
    return ["".join(s.text for s in line.segments).rstrip() for item in view.items
            for line in item.lines(view.width)]  # fmt: skip


def _labels(picker: SessionsScreen) -> list[str]:
    return [item.listed.label for item in picker.rows.choices if isinstance(item, SessionRow)]


def _cursor(picker: SessionsScreen) -> str:
    item = picker.rows.cursor
    if isinstance(item, HitRow):
        return f"hit in {item.hit.title}"
    return item.listed.label if isinstance(item, SessionRow) else ""


async def _type(chat: Chat, text: str) -> None:
    await chat.pilot.press(*("space" if letter == " " else letter for letter in text))


async def _hits(chat: Chat, picker: SessionsScreen) -> list[HitRow]:
    await chat.until(lambda: any(isinstance(item, HitRow) for item in picker.rows.choices))
    return [item for item in picker.rows.choices if isinstance(item, HitRow)]


async def _go_to_first_hit(chat: Chat, picker: SessionsScreen, words: str) -> None:
    await _type(chat, words)
    await _hits(chat, picker)
    while not isinstance(picker.rows.cursor, HitRow):
        await chat.pilot.press("down")
    await chat.pilot.press("enter")
    await chat.until(lambda: chat.app.screen is chat.screen)


def _on_view(chat: Chat) -> str:
    transcript = chat.screen.view.transcript
    return "\n".join(strip.text for strip in transcript.render_lines(transcript.size.region))


def _standing_out(chat: Chat) -> list[str]:
    """What is highlighted in the transcript on view."""
    transcript = chat.screen.view.transcript
    found = transcript.get_component_rich_style("line-view--found")
    return [
        segment.text
        for strip in transcript.render_lines(transcript.size.region)
        for segment in strip
        if segment.style is not None and segment.style.bgcolor == found.bgcolor
    ]


async def test_a_row_tells_name_title_model_messages_money_and_age(open_chat: OpenChat) -> None:
    costly = Message(
        "assistant", "Yes.", usage=Usage(9, 9, 18), metrics={"cost_usd": 0.25, "model": "m"}
    )
    await _stored(
        _thread("Another"),
        _thread("What of stars?", Message("user", "What of stars?"), costly, name="sky"),
    )
    async with open_chat(size=(110, 30)) as chat:
        picker = await _open(chat)
        row = _rows(picker)[0]
        for part in ("sky  What of stars?", "demo:fast", "2 msg", "$0.25", "just now"):
            assert part in row
        assert _labels(picker) == ["sky", "Another"]


async def test_typing_filters_by_name_and_title_the_best_first(open_chat: OpenChat) -> None:
    await _stored(
        _thread("Unstarred things"),
        _thread("s t a r scattered"),
        _thread("The stars"),
        _thread("x"),
    )
    async with open_chat() as chat:
        picker = await _open(chat)
        await _type(chat, "star")
        await chat.until(lambda: _count(picker).startswith("3 of 4"))
        assert _labels(picker) == ["The stars", "Unstarred things", "s t a r scattered"]
        await chat.pilot.press("enter")
        await chat.shows("About The stars.")


async def test_words_are_found_in_messages_and_tool_output_and_marked(open_chat: OpenChat) -> None:
    call = ToolCall("c1", "files-read", {"path": "log"})
    tool = Message("tool", "then error 137 came", name="files-read", tool_call_id="c1")
    await _stored(
        _thread("Deploying", Message("user", "it says Error, code 137")),
        _thread("Reading", Message("user", "look"),
                Message("assistant", "", tool_calls=[call]), tool),
        _thread("Other"),
    )  # fmt: skip
    async with open_chat() as chat:
        picker = await _open(chat)
        await _type(chat, "error 137")
        hits = await _hits(chat, picker)
        assert [hit.hit.title for hit in hits] == ["Reading", "Deploying"]
        rows = _rows(picker)
        assert any("Reading · tool output · " in row for row in rows)
        assert any("Deploying · You · " in row for row in rows)
        found = chat.screen.palette.found
        marked = [
            segment.text for segment in hits[1].lines(60)[1].segments if segment.style == found
        ]
        assert marked == ["Error", "137"]
        await chat.until(lambda: _count(picker) == "0 of 3 · 2 in text")
        await _type(chat, " nowhere")
        await chat.until(lambda: _count(picker) == "0 of 3")


async def test_a_hit_opens_its_session_there_and_marks_the_message(open_chat: OpenChat) -> None:
    messages: list[Message] = []
    for number in range(1_500):
        word = "needle" if number == 40 else "hay"
        lines = "\n\n".join(f"{word} line {n}" if n == 50 else f"line {n}" for n in range(60))
        messages += [Message("user", f"question {number}"), Message("assistant", lines)]
    await _stored(_thread("Long", *messages))
    async with open_chat(size=(100, 30)) as chat:
        picker = await _open(chat)
        await _go_to_first_hit(chat, picker, "needle")
        await chat.until(lambda: "needle line 50" in _on_view(chat))
        marked = chat.screen.cursor.items()
        assert any("needle line 50" in line.text for item in marked for line in item.lines(80))
        assert _standing_out(chat) == ["needle"]
        await chat.pilot.press("escape")
        assert _standing_out(chat) == []
        await chat.ask("table")
        await chat.until(lambda: "needle" not in _on_view(chat))


async def test_a_hit_in_tool_output_opens_it_in_the_panel(open_chat: OpenChat) -> None:
    call = ToolCall("c1", "files-read", {"path": "log"})
    output = "\n".join("needle here" if n == 70 else f"row {n}" for n in range(90))
    tool = Message("tool", output, name="files-read", tool_call_id="c1")
    asked = Message("assistant", "I look.", tool_calls=[call])
    await _stored(_thread("Reading", Message("user", "look"), asked, tool))
    async with open_chat() as chat:
        await _go_to_first_hit(chat, await _open(chat), "needle")
        rows = chat.screen.view.panel.rows
        await chat.until(
            lambda: any(
                "needle here" in strip.text for strip in rows.render_lines(rows.size.region)
            )
        )


async def test_a_hit_on_another_branch_shows_that_branch(open_chat: OpenChat) -> None:
    thread = _thread("Forked", Message("user", "one"), Message("assistant", "needle answer"))
    prompt = thread.messages[0]
    thread.add_message(Message("assistant", "the later answer", parent_id=prompt.id))
    await _stored(thread)
    async with open_chat(resume="Forked") as chat:
        await chat.shows("the later answer")
        await _go_to_first_hit(chat, await _open(chat), "needle")
        await chat.shows("needle answer")
        assert "the later answer" not in chat.text


async def test_a_hit_in_the_session_on_the_screen_moves_there_and_keeps_the_draft(
    open_chat: OpenChat,
) -> None:
    await _stored(_thread("Here", Message("user", "needle"), *(
        Message("assistant" if n % 2 == 0 else "user", f"text {n}\n" * 20) for n in range(20)
    )))  # fmt: skip
    async with open_chat(resume="Here", size=(100, 24)) as chat:
        await chat.shows("needle")
        await _type(chat, "draft")
        assert "needle" not in _on_view(chat)
        await _go_to_first_hit(chat, await _open(chat), "needle")
        await chat.until(lambda: "needle" in _on_view(chat))
        assert chat.screen.composer.text == "draft"


async def test_a_name_is_written_in_the_list(open_chat: OpenChat) -> None:
    await _stored(_thread("One"), _thread("Two"), _thread("Three", name="taken"))
    async with open_chat() as chat:
        picker = await _open(chat)
        await chat.pilot.press("down", "ctrl+r")
        name = picker.name_line
        assert name.display
        assert name.region.y == picker.rows.region.y + 1
        await _type(chat, "my two")
        await chat.pilot.press("enter")
        await chat.until(lambda: _labels(picker) == ["taken", "my two", "One"])
        assert _cursor(picker) == "my two"
        await chat.pilot.press("ctrl+r", "ctrl+a")
        await _type(chat, "x")
        await chat.pilot.press("escape")
        assert not name.display
        assert chat.app.screen is picker
        await chat.pilot.press("ctrl+r", "ctrl+u")
        await _type(chat, "TAKEN")
        await chat.pilot.press("enter")
        await chat.until(lambda: "Another session is called" in _remark(picker))
        assert _labels(picker) == ["taken", "my two", "One"]


async def test_a_new_name_of_the_session_on_the_screen_stands_in_its_header(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await _open(chat)
        await chat.pilot.press("ctrl+r")
        await _type(chat, "planets")
        await chat.pilot.press("enter")
        await chat.until(lambda: "planets" in str(chat.screen.query_one("Header").render()))
        await chat.pilot.press("escape")
        await chat.ask("code")
    assert list(await _summaries()) == ["planets"]


async def test_what_is_deleted_can_be_brought_back_at_once_and_from_the_trash(
    open_chat: OpenChat,
) -> None:
    await _stored(_thread("One"), _thread("Two"), _thread("Three"))
    async with open_chat() as chat:
        picker = await _open(chat)
        await chat.pilot.press("down", "ctrl+d")
        await chat.until(lambda: _labels(picker) == ["Three", "One"])
        assert _cursor(picker) == "One"
        assert "“Two” is in the trash · ^Z brings back" in _remark(picker)
        await chat.pilot.press("ctrl+d")
        await chat.until(lambda: _labels(picker) == ["Three"])
        await chat.pilot.press("ctrl+z")
        await chat.until(lambda: _labels(picker) == ["Three", "One"])
        await chat.pilot.press("ctrl+d")
        await chat.until(lambda: _labels(picker) == ["Three"])
        await chat.pilot.press("ctrl+t")
        await chat.until(lambda: _labels(picker) == ["One", "Two"])
        assert "restore" in str(picker.query_one(KeyBar).render())
        await chat.pilot.press("down", "enter")
        await chat.until(lambda: _labels(picker) == ["One"])
        await chat.pilot.press("escape")
        await chat.until(lambda: _labels(picker) == ["Three", "Two"])
    assert set(await _summaries()) == {"Three", "Two"}
    assert set(await _summaries(deleted=True)) == {"One"}


async def test_deleting_the_session_on_the_screen_leaves_a_new_one_there(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        picker = await _open(chat)
        await chat.pilot.press("ctrl+d")
        await chat.until(lambda: "is in the trash" in _remark(picker))
        await chat.pilot.press("escape")
        await chat.ask("code")
        assert "table" not in chat.text.splitlines()
    assert set(await _summaries()) == {"code"}
    assert set(await _summaries(deleted=True)) == {"table"}


async def test_a_session_in_which_an_answer_is_under_way_is_not_deleted(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(Reply([Text("Endless"), Hang()]))
    async with open_chat(MODEL) as chat:
        await chat.send("talk")
        await chat.shows("Endless")
        picker = await _open(chat)
        await chat.pilot.press("ctrl+d")
        await chat.until(lambda: "An answer is under way in “talk”" in _remark(picker))
        assert _labels(picker) == ["talk"]


async def test_a_pinned_session_stands_on_top_with_a_star(open_chat: OpenChat) -> None:
    await _stored(_thread("One"), _thread("Two"), _thread("Three"))
    async with open_chat() as chat:
        picker = await _open(chat)
        await chat.pilot.press("down", "down", "ctrl+o")
        await chat.until(lambda: _labels(picker) == ["One", "Three", "Two"])
        assert _cursor(picker) == "One"
        assert _rows(picker)[0].startswith("★")
        await chat.pilot.press("ctrl+o")
        await chat.until(lambda: _labels(picker) == ["Three", "Two", "One"])


async def test_a_fork_from_the_list_is_opened_with_the_same_words(open_chat: OpenChat) -> None:
    await _stored(_thread("Plans", name="plans"))
    async with open_chat() as chat:
        await _open(chat)
        await chat.pilot.press("ctrl+f")
        await chat.shows("About Plans.")
        await chat.ask("table")
    assert set(await _summaries()) == {"plans", "plans (fork)"}


async def test_a_fork_of_a_hit_ends_with_the_message_that_was_found(open_chat: OpenChat) -> None:
    said = [Message("user", "one"), Message("assistant", "needle"), Message("user", "after")]
    await _stored(_thread("Talk", *said))
    async with open_chat() as chat:
        picker = await _open(chat)
        await _type(chat, "needle")
        await _hits(chat, picker)
        await chat.pilot.press("ctrl+f")
        await chat.shows("needle")
        assert "after" not in chat.text


async def test_a_fork_from_the_transcript_ends_with_the_marked_message(
    open_chat: OpenChat,
) -> None:
    said = [Message("user", "one"), Message("assistant", "first answer"), Message("user", "two"),
            Message("assistant", "second answer")]  # fmt: skip
    await _stored(_thread("Talk", *said))
    async with open_chat(resume="Talk") as chat:
        await chat.shows("second answer")
        await chat.pilot.press("alt+up", "alt+up", "alt+up", "f")
        await chat.until(lambda: "second answer" not in chat.text)
        assert "first answer" in chat.text
        assert chat.screen.composer.text == ""
    async with open_chat(resume="Talk") as chat:
        await chat.shows("second answer")
        await chat.pilot.press("alt+up", "alt+up", "f")  # a prompt: the fork ends before it
        await chat.until(lambda: "second answer" not in chat.text)
        assert "first answer" in chat.text
        assert chat.screen.composer.text == "two"
        await chat.send("/fork")
    assert "Talk (fork)" in await _summaries()


async def test_ten_thousand_sessions_are_read_filtered_and_few_of_them_laid_out(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _fill(MANY)
    made: list[str] = []
    render = SessionRow.render

    def counted(row: SessionRow, width: int) -> object:
        made.append(row.listed.label)
        return render(row, width)

    monkeypatch.setattr(SessionRow, "render", counted)
    themes: list[Theme] = []
    from_theme = Palette.from_theme

    def noted(theme: Theme) -> Palette:
        themes.append(theme)
        return from_theme(theme)

    monkeypatch.setattr(Palette, "from_theme", noted)
    async with open_chat(size=(120, 40)) as chat:
        picker = await _open(chat)
        await chat.until(lambda: _count(picker) == f"{MANY:,}")
        assert len(made) < 400
        assert len(themes) < 20
        made.clear()
        await _type(chat, "title 99")
        await chat.until(lambda: _count(picker).endswith(" of 10,000"))
        assert len(made) < 8 * 80
        assert _labels(picker)[0] == "title 9999"
        await chat.pilot.press("pagedown", "pagedown", "pageup")
        assert chat.app.screen is picker


async def _fill(count: int) -> None:
    threads = [_thread(f"title {number}", Message("user", "x")) for number in range(count)]
    async with await ThreadStore.create(paths.database_file()) as store:
        from tyler_tui.store.saving import save_all  # noqa: PLC0415 - one transaction for all

        async def work(connection: object) -> None:
            for thread in threads:
                await save_all(connection, thread)  # type: ignore[arg-type]

        await store._database.write(work)


async def test_marks_follow_what_happens_while_the_list_is_open(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on = threading.Event()
    served.script(Reply([Text("Begun"), Pause(go_on), Finish()]), answer("The other."))
    async with open_chat(MODEL) as chat:
        await chat.send("first")
        await chat.shows("Begun")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_new)
        await chat.ask("second")
        picker = await _open(chat)
        assert [row.lstrip() for row in _rows(picker)][1].startswith("●")
        go_on.set()
        await chat.until(lambda: _rows(picker)[1].lstrip().startswith("✓"))
        await chat.pilot.press("down", "enter")
        await chat.shows("Begun")


async def test_a_draft_in_a_new_session_is_in_the_list(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        talk = chat.screen.conversation
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: chat.screen.conversation is not talk)
        await _type(chat, "unsent")
        await _open(chat)
        await chat.pilot.press("enter")
        await chat.shows("table")
        picker = await _open(chat)
        assert _labels(picker) == ["new session", "table"]
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.composer.text == "unsent")


async def test_the_mouse_moves_the_cursor_opens_and_presses_the_keys(open_chat: OpenChat) -> None:
    await _stored(_thread("One"), _thread("Two"), _thread("Three"))
    async with open_chat(size=(80, 24)) as chat:
        picker = await _open(chat)
        await chat.pilot.click(PickList, offset=(10, 2))
        await chat.until(lambda: _cursor(picker) == "One")
        bar = str(picker.query_one(KeyBar).render())
        await chat.pilot.click(KeyBar, offset=(bar.index("pin"), 0))
        await chat.until(lambda: _labels(picker)[0] == "One")
        await chat.pilot.click(PickList, offset=(10, 0))
        await chat.shows("About One.")


async def test_a_wide_screen_shows_the_last_messages_of_the_session_under_the_cursor(
    open_chat: OpenChat,
) -> None:
    await _stored(_thread("One"), _thread("Two"))

    def shown(picker: SessionsScreen) -> str:
        view = picker.query_one(SessionPreview).viewport
        return "\n".join(line.text for item in view.items for line in item.lines(view.width or 40))

    async with open_chat(size=(160, 40)) as chat:
        picker = await _open(chat)
        await chat.until(lambda: "About Two." in shown(picker))
        await chat.pilot.press("down")
        await chat.until(lambda: "About One." in shown(picker))
        await _type(chat, "about two")
        await _hits(chat, picker)
        await chat.until(lambda: "About Two." in shown(picker))
        await chat.pilot.resize_terminal(100, 30)
        await chat.until(lambda: not picker.query_one(SessionPreview).display)


async def test_nothing_to_list_is_said(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        picker = await _open(chat)
        note = picker.query_one("#nothing", Static)
        assert note.display
        assert str(note.render()).startswith("No sessions yet. `tyler-chat import FILE`")
        await _type(chat, "zzz")
        await chat.until(lambda: str(note.render()) == "Nothing fits.")
        await chat.pilot.press("enter", "ctrl+d", "ctrl+r", "ctrl+o", "ctrl+f", "ctrl+z")
        assert chat.app.screen is picker
        await chat.pilot.press("ctrl+t")
        await chat.until(lambda: str(note.render()) == "Nothing fits.")


async def test_hostile_titles_and_messages_are_only_text(open_chat: OpenChat) -> None:
    hostile = "needle \x1b]52;c;x\x07 [@click=app.quit]y[/] [/foo] \u202e"
    await _stored(_thread(hostile, Message("user", hostile), name=hostile))
    async with open_chat(size=(160, 40)) as chat:
        picker = await _open(chat)
        await _type(chat, "needle")
        await _hits(chat, picker)
        await chat.pilot.press("down", "ctrl+d", "up", "ctrl+d")
        await chat.until(lambda: "in the trash" in _remark(picker))
        drawn = chat.app.export_screenshot() + "\n".join(_rows(picker)) + _remark(picker)
        assert "\x1b" not in drawn
        assert "\u202e" not in drawn
        assert "[/foo]" in _remark(picker)


async def test_the_keys_of_the_list_can_be_mapped_anew(open_chat: OpenChat) -> None:
    await _stored(_thread("One"), _thread("Two"))
    async with open_chat(keys={"sessions.pin": "f7"}) as chat:
        picker = await _open(chat)
        assert "F7 pin" in str(picker.query_one(KeyBar).render())
        await chat.pilot.press("down", "f7")
        await chat.until(lambda: _labels(picker) == ["One", "Two"])
