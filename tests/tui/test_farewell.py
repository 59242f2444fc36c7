"""What leaving puts on the ordinary screen."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.tui.conftest import Chat, OpenChat
from tyler_tui import Attachment, Message, MessageStatus, Thread, ThreadStore, ToolCall, paths
from tyler_tui.tui.farewell import MOST_ROWS, write
from tyler_tui.tui.run_record import Farewell, RunRecord, SessionRun


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return False


def written(*runs: SessionRun, form: str = "transcript") -> str:
    stream = Screen()
    write(Farewell("t1", runs), form, stream, is_dark=True, columns=60)
    return stream.getvalue()


def run(*messages: Message, label: str = "one") -> SessionRun:
    return SessionRun(label, messages)


TURN = (
    Message("user", "What is\nhere?", attachments=[Attachment("a.png", b"", "image/png")]),
    Message(
        "assistant",
        "Let me look.",
        tool_calls=[
            ToolCall("c1", "files-list", {"path": "src"}),
            ToolCall("c2", "files-write", {"path": "a.md", "content": "x"}),
            ToolCall("c3", "web-fetch", {"url": "https://example.com"}),
        ],
    ),
    Message("tool", "a.py", name="files-list", tool_call_id="c1"),
    Message("tool", "no", name="files-write", tool_call_id="c2", metrics={"denied": True}),
    Message("assistant", "## Found\n\n- **one** file\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
)


def test_a_turn_is_shown_rendered_with_its_calls_in_a_line_each() -> None:
    text = written(run(*TURN))
    assert "> What is\n> here?\n> [a.png]\n" in text
    assert "✓ files-list  src" in text
    assert "⊘ files-write  a.md" in text
    assert "◌ web-fetch  https://example.com" in text
    assert "Found" in text
    assert "##" not in text
    assert "**" not in text
    assert "•" in text
    assert max(len(line) for line in text.splitlines()) <= 60


@pytest.mark.parametrize(("term", "slants"), [("xterm-256color", True), ("screen", False)])
def test_where_italics_are_reverse_video_there_are_none(
    term: str, slants: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMUX", "ZELLIJ", "STY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(Screen, "isatty", lambda self: True)
    text = written(run(Message("user", "Hi"), Message("assistant", "It *slants*.")))
    assert "slants" in text
    assert ("\x1b[3mslants" in text) == slants


def test_only_the_last_answer_or_nothing_when_that_is_wanted() -> None:
    assert "What is" not in written(run(*TURN), form="answer")
    assert "Found" in written(run(*TURN), form="answer")
    assert "Let me look" not in written(run(*TURN), form="answer")
    assert written(run(*TURN), form="hint") == ""
    assert written() == ""


def test_several_sessions_are_told_apart() -> None:
    text = written(
        run(Message("user", "first"), Message("assistant", "A"), label="tea\x1b[2J"),
        run(Message("user", "second"), Message("assistant", "B"), label="time"),
    )
    assert text.index("tea␛[2J") < text.index("first") < text.index("time") < text.index("second")
    assert "tea" not in written(run(*TURN, label="tea"))


def test_an_answer_that_was_cut_says_so_and_a_prompt_without_one_too() -> None:
    text = written(
        run(
            Message("user", "go"),
            Message("assistant", "Half of", status=MessageStatus.CANCELLED),
            Message("user", "again"),
        )
    )
    assert "Half of" in text
    assert "stopped" in text
    assert text.rstrip().endswith("> again\n✗ no answer")


@pytest.mark.parametrize("form", ["transcript", "answer"])
def test_nothing_drives_the_terminal(form: str) -> None:
    hostile = "\x1b]52;c;aGFja2Vk\x07\x1b[2J\x9b31m\u202e [@click=x]click[/] [red]no[/red]"
    call = ToolCall("c", f"files{hostile}", {"path": hostile})
    turn = Message("user", hostile), Message("assistant", hostile, tool_calls=[call])
    text = written(run(*turn), form=form)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\u202e" not in text
    assert "[red]no[/red]" in text


def _turn(number: int, rows: int) -> tuple[Message, Message]:
    lines = "\n\n".join(f"row {number}.{row}" for row in range(rows // 2))
    return Message("user", f"prompt {number}"), Message("assistant", lines)


def test_of_a_long_run_the_last_turns_are_shown_whole_and_the_rest_is_counted() -> None:
    turns = [message for number in range(12) for message in _turn(number, 30)]
    text = written(run(*turns))
    assert len(text.splitlines()) <= MOST_ROWS + 3
    assert "row 11.0" in text
    assert "prompt 0" not in text
    shown = sum(f"prompt {number}\n" in text for number in range(12))
    assert f"more of this run stands above: {12 - shown} turns in the session" in text


def test_of_an_answer_that_is_longer_than_all_that_the_end_is_shown() -> None:
    text = written(run(*_turn(0, 1_000)))
    assert len(text.splitlines()) <= MOST_ROWS + 3
    assert "row 0.499" in text
    assert "row 0.0\n" not in text
    assert "stands above: 1 turn in the session" in text


def test_a_prompt_that_is_a_whole_file_is_shortened() -> None:
    prompt = "\n".join(f"line {n}" for n in range(50))
    text = written(run(Message("user", prompt), Message("assistant", "ok")))
    assert "> line 11\n> … 38 more lines\n" in text
    assert "line 12" not in text


async def test_what_was_said_before_this_run_is_left_out(home: Path) -> None:
    before = datetime.now(UTC) - timedelta(hours=1)
    thread = Thread(name="old")
    for message in (
        Message("user", "long ago", timestamp=before),
        Message("assistant", "yes", timestamp=before),
        Message("user", "answered again", timestamp=before),
    ):
        thread.add_message(message)
    record = RunRecord()
    thread.add_message(Message("assistant", "now"))
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(thread)
        record.note(thread.id, "old")
        (found,) = await record.runs(store, thread.id)
    assert [message.content for message in found.messages] == ["answered again", "now"]


async def _left(chat: Chat) -> Farewell:
    await chat.pilot.press("ctrl+q")
    await chat.until(lambda: chat.app.return_value is not None)
    farewell = chat.app.return_value
    assert isinstance(farewell, Farewell)
    return farewell


async def test_the_session_on_the_screen_comes_last(open_chat: OpenChat) -> None:
    async with open_chat(session="tea") as chat:
        await chat.ask("list")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: "list" not in chat.text)
        await chat.ask("table")
        await chat.send("/switch tea")
        await chat.shows("list")
        farewell = await _left(chat)
        assert [run.messages[0].content for run in farewell.runs] == ["table", "list"]
        assert [run.label for run in farewell.runs][1] == "tea"


async def test_a_session_that_was_only_read_is_not_repeated(open_chat: OpenChat) -> None:
    async with open_chat(session="tea") as chat:
        await chat.ask("list")
    async with open_chat(resume="tea") as chat:
        await chat.shows("list")
        farewell = await _left(chat)
        assert farewell.runs == []
        assert farewell.thread_id


@pytest.mark.parametrize("model", ["demo:60"])
async def test_an_answer_under_way_is_told_as_far_as_it_got(
    open_chat: OpenChat, model: str
) -> None:
    async with open_chat(model) as chat:
        await chat.send("long")
        await chat.shows("Part 1")
        (run,) = (await _left(chat)).runs
        assert [message.role for message in run.messages] == ["user", "assistant"]
        assert run.messages[1].status is MessageStatus.CANCELLED
        assert "Part 1" in run.messages[1].content
