"""How the main states look, as pictures."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from textual.containers import VerticalScroll
from textual.widgets import Input

from tests.tui.asking import question
from tests.tui.conftest import Chat, OpenChat
from tests.tui.picturing import assert_looks_the_same, shown_in
from tyler_tui import Message, MessageStatus, Thread, ThreadStore, ToolCall, Usage, paths
from tyler_tui.errors import ProviderError
from tyler_tui.tui.items.session_row import HitRow
from tyler_tui.tui.items.tool_row import ToolRow
from tyler_tui.tui.widgets import session_preview
from tyler_tui.tui.widgets.attachment_bar import AttachmentBar
from tyler_tui.tui.widgets.completion import CompletionList
from tyler_tui.tui.widgets.pick_list import PickList

WORKSPACE = Path("/home/you/starmap")
SESSIONS = [
    (9, "Which stars are up tonight?", "starmap"),
    (4, "A table of the planets, with 木星", None),
    (2, "Why does the catalogue call Vega variable?", "vega"),
    (1, "Words in many scripts", None),
    (0, "Draft a note for the observers' club about the August meteors", None),
]

ANSWER = """## What is in it

Three files, and **one** that matters:

1. `sky.py` computes *altitudes*
2. a table of stars

| star | 名 | magnitude |
|:-----|:--:|----------:|
| Sirius | 天狼 | −1.46 |
| Vega | 織女 | 0.03 |

```python
def altitude(latitude: float) -> float:
    return 90 - latitude  # at the pole
```

> See <https://example.com/stars> for more.
"""


def _answer(content: str, **fields: Any) -> Message:
    metrics = {"model": "demo", "latency_ms": 2_400.0, "cost_usd": 0.0012}
    return Message("assistant", content, usage=Usage(400, 120, 520), metrics=metrics, **fields)


def _thread() -> Thread:
    calls = [
        ToolCall("c1", "files-list", {"path": "src"}),
        ToolCall("c2", "files-read", {"path": "sky.py", "end_line": 12}),
        ToolCall("c3", "files-write", {"path": "notes.md", "content": "stars"}),
    ]
    messages = [
        Message("user", "What is in this folder?\nBe brief."),
        _answer("Let me look.", reasoning_content="They want a summary.", tool_calls=calls),
        _result("c1", "files-list", "sky.py  120\nstars.csv  9110", duration_ms=3.0),
        _result("c2", "files-read", "def altitude", duration_ms=1_240.0),
        _result("c3", "files-write", "The user denied this call.", denied=True),
        _answer(ANSWER),
        Message("user", "And then?"),
        _answer("Then it draws", status=MessageStatus.CANCELLED),
    ]
    thread = Thread(name="starmap", title="What is in this folder?")
    thread.attributes["model"] = "demo"
    for message in messages:
        thread.add_message(message)
    return thread


def _result(id: str, name: str, content: str, **metrics: Any) -> Message:
    return Message("tool", content, name=name, tool_call_id=id, metrics=metrics)


@pytest.fixture
async def stored(home: Path) -> None:
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(_thread())


async def _ready(chat: Chat) -> None:
    chat.screen.composer.cursor_blink = False
    await chat.until(lambda: chat.screen.conversation is not None)
    await chat.pilot.pause(0.2)


async def _take(chat: Chat, name: str) -> None:
    await chat.pilot.pause(0.3)

    def looks_the_same() -> None:
        assert_looks_the_same(name, chat.app.export_screenshot(title="tyler-chat"))

    await chat.passes(looks_the_same)


async def test_the_welcome(open_chat: OpenChat) -> None:
    async with open_chat("demo", size=(80, 24), shown_workspace=WORKSPACE) as chat:
        await _ready(chat)
        await _take(chat, "welcome")


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("name", "size"), [("wide", (160, 45)), ("small", (80, 24))])
async def test_a_conversation(
    open_chat: OpenChat, theme: str, name: str, size: tuple[int, int]
) -> None:
    async with open_chat(None, resume="starmap", size=size, theme=theme) as chat:
        await _ready(chat)
        await _take(chat, f"conversation-{name}-{theme}")


@pytest.mark.usefixtures("stored")
async def test_the_panel_over_a_small_screen(open_chat: OpenChat) -> None:
    async with open_chat(None, resume="starmap", size=(80, 24)) as chat:
        await _ready(chat)
        await chat.pilot.press("ctrl+t", "up", "enter")
        await chat.until(lambda: any(row.is_open for row in _rows(chat)))
        await chat.pilot.press("slash", *"files-r")
        chat.screen.view.panel.query_one(Input).cursor_blink = False
        await _take(chat, "panel-small")


TOOL_CALLS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("files-read", {"path": "sky.py"}, "def altitude(latitude: float) -> float: ...", {}),
    ("files-read", {"path": "moon.py"}, "There is no moon.py.", {"failed": True}),
    ("files-read", {"path": "stars.csv"}, "Sirius,-1.46", {}),
    (
        "files-edit",
        {"path": "sky.py", "edits": [{"old": "return 90", "new": "return 90.0"}]},
        "Edited sky.py in 1 place.\n\n--- a/sky.py\n+++ b/sky.py\n@@ -2 +2 @@\n"
        "-    return 90 - latitude\n+    return 90.0 - latitude",
        {"decision": {"verdict": "allow_session", "ground": "answer"}},
    ),
    (
        "web-fetch",
        {"url": "https://example.com/stars"},
        "# Stars\n\n- **Vega**, 25 light years",
        {},
    ),
    (
        "command_line-run",
        {"command": "rm -rf build\nmake", "timeout_s": 60},
        "The user denied this call and said: make clean",
        {
            "denied": True,
            "decision": {"verdict": "deny", "ground": "answer", "message": "make clean"},
        },
    ),
    ("weather", {"place": "Lisbon", "days": 2}, '{"high": [21, 24], "sunny": true}', {}),
]


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_the_panel_with_every_kind_of_result(
    open_chat: OpenChat, home: Path, theme: str
) -> None:
    calls = [
        ToolCall(f"c{n}", name, arguments) for n, (name, arguments, _, _) in enumerate(TOOL_CALLS)
    ]
    results = [
        _result(f"c{n}", name, content, duration_ms=40.0, **metrics)
        for n, (name, _, content, metrics) in enumerate(TOOL_CALLS)
    ]
    thread = Thread(name="calls", title="Look around")
    thread.attributes["model"] = "demo"
    for message in (
        Message("user", "Look around."), _answer("", tool_calls=calls), *results, _answer("Done.")
    ):  # fmt: skip
        thread.add_message(message)
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(thread)
    async with open_chat(None, resume="calls", size=(120, 70), theme=theme) as chat:
        await _ready(chat)
        await chat.pilot.press("ctrl+o", "ctrl+t", "home")
        await _take(chat, f"panel-wide-{theme}")


def _rows(chat: Chat) -> Iterable[ToolRow]:
    return (r for r in chat.screen.view.panel.rows.viewport.items if isinstance(r, ToolRow))


@pytest.mark.usefixtures("stored", "attentive")
@pytest.mark.parametrize(
    ("name", "size", "theme"),
    [("question", (100, 30), "dark"), ("question-small", (80, 24), "light")],
)
async def test_a_question(
    open_chat: OpenChat, name: str, size: tuple[int, int], theme: str
) -> None:
    diff = "--- /dev/null\n+++ b/notes.md\n@@ -0,0 +1,2 @@\n+# Notes\n+- one\n-gone"
    async with open_chat(None, resume="starmap", size=size, theme=theme) as chat:
        await _ready(chat)
        always = "files-write(notes.md) in /home/you/starmap, kept in /home/you/.tyler/rules.toml"
        asked = question(
            "files-write", "write notes.md (2 lines)", diff, always=always, number=2, count=3
        )
        chat.screen.approval.ask(asked)
        chat.screen.approval.focus()
        await _take(chat, name)
        chat.screen.approval.choose("answer.deny_saying")
        chat.screen.approval.query_one(Input).cursor_blink = False
        await chat.pilot.press(*"into docs/")
        await _take(chat, f"{name}-denied")


@pytest.mark.usefixtures("stored")
async def test_an_error(open_chat: OpenChat) -> None:
    async with open_chat(None, resume="starmap", size=(80, 24), theme="light") as chat:
        await _ready(chat)
        chat.screen.view.show_error(
            ProviderError("The key for gpt-4o was refused (HTTP 401).", hint="Set OPENAI_API_KEY.")
        )
        chat.screen.view.transcript.scroll_to_end()
        await _take(chat, "error")


@pytest.fixture
async def several(home: Path) -> None:
    """Sessions of some days, the pinned one first."""
    now = datetime.now(UTC)
    async with await ThreadStore.create(paths.database_file()) as store:
        for days, title, name in SESSIONS:
            moment = now - timedelta(days=days, minutes=5)
            thread = Thread(title=title, name=name, created_at=moment)
            thread.attributes["model"] = "gpt-4o"
            answer = "Vega is the brightest star of the Lyre, and the fifth of the night sky."
            for message in (Message("user", title), _answer(answer)):
                thread.add_message(message)
            thread.updated_at = moment
            await store.save_thread(thread)
        await store.pin((await store.find("starmap")).id)


async def _list(chat: Chat) -> None:
    await _ready(chat)
    await chat.pilot.press("ctrl+s")
    await chat.opened()
    for line in chat.app.screen.query(Input):
        line.cursor_blink = False
    await chat.until(lambda: chat.app.screen.query_one(PickList).choices)


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("name", "size"), [("wide", (120, 40)), ("small", (80, 24))])
async def test_the_sessions(
    open_chat: OpenChat,
    monkeypatch: pytest.MonkeyPatch,
    theme: str,
    name: str,
    size: tuple[int, int],
) -> None:
    monkeypatch.setattr(session_preview, "date_text", lambda moment: "2026-11-26 12:00")
    async with open_chat(size=size, theme=theme, shown_workspace=WORKSPACE) as chat:
        await _list(chat)
        await chat.pilot.press("down")
        await _take(chat, f"sessions-{name}-{theme}")


@pytest.mark.usefixtures("several")
async def test_what_was_found(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 24), shown_workspace=WORKSPACE) as chat:
        await _list(chat)
        await chat.pilot.press(*"vega")
        rows = chat.app.screen.query_one(PickList)
        await chat.until(lambda: any(isinstance(row, HitRow) for row in rows.choices))
        await _take(chat, "sessions-found")


@pytest.mark.usefixtures("stored")
async def test_commands_while_they_are_typed(open_chat: OpenChat) -> None:
    async with open_chat(None, resume="starmap", size=(80, 24)) as chat:
        await _ready(chat)
        await chat.pilot.press(*"/sw")
        await chat.until(lambda: chat.screen.query_one(CompletionList).display)
        await _take(chat, "completion-commands")


@pytest.mark.usefixtures("stored")
async def test_files_while_they_are_named(open_chat: OpenChat, workspace: Path) -> None:
    (workspace / "a 天.md").write_text("stars", "utf-8")
    (workspace / "data.bin").write_bytes(b"a\0b")
    async with open_chat(None, resume="starmap", size=(120, 40), theme="light") as chat:
        await _ready(chat)
        await chat.pilot.press(*"see @main.py @data.bin @a")
        await chat.until(lambda: len(chat.screen.query_one(AttachmentBar).chips) == 2)
        await chat.until(lambda: chat.screen.query_one(CompletionList).option_count == 4)
        await _take(chat, "completion-files")


async def test_the_keys(open_chat: OpenChat) -> None:
    async with open_chat("demo", size=(100, 24), shown_workspace=WORKSPACE) as chat:
        await _ready(chat)
        await chat.pilot.press("f1")
        await chat.opened()
        # The thumb would change with the number of commands.
        chat.app.screen.query_one(VerticalScroll).styles.scrollbar_size_vertical = 0
        await _take(chat, "keys")


@pytest.mark.usefixtures("stored")
async def test_the_themes_over_a_small_screen(open_chat: OpenChat) -> None:
    async with open_chat(None, resume="starmap", size=(80, 24), theme="light") as chat:
        await _ready(chat)
        await chat.send("/theme")
        await chat.opened()
        chat.app.screen.query_one("Input").cursor_blink = False  # type: ignore[attr-defined]
        await chat.pilot.press("down", "up")
        await _take(chat, "themes-small")


def test_a_picture_tells_a_change_of_text_of_place_and_of_colour() -> None:
    one = (
        ".terminal-1-r1 { fill: #aabbcc }"
        '<rect fill="#000000" x="0" y="1.5" width="24.4" height="24"/>'
        '<text class="terminal-1-r1" x="12.2" y="20" textLength="24">ab</text>'
    )
    assert shown_in(one) == shown_in(one.replace("terminal-1-", "terminal-2-"))
    for old, new in (("ab<", "ac<"), ('x="12.2"', 'x="24.4"'), ("#aabbcc", "#aabbcd"),
                     ("#000000", "#000001")):  # fmt: skip
        assert shown_in(one) != shown_in(one.replace(old, new))
