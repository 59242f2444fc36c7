"""What streaming, opening and starting do, counted: gross regressions show on any machine.

The bounds are about twice what is counted now. Seconds are measured by `python -m tests.bench`.
"""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.bench.counting import Counts
from tests.bench.document import tokens
from tests.pseudo_terminal import Terminal
from tyler_tui import ExecutionEvent, Message, Thread, ThreadStore, paths
from tyler_tui.build import Options
from tyler_tui.config import Settings
from tyler_tui.events import EventType
from tyler_tui.local_backend import LocalBackend
from tyler_tui.tui.app import TylerApp
from tyler_tui.tui.launch import Launch
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.screens.chat import ChatScreen

TOKENS = 2_000
TOKENS_PER_FRAME = 11
"""At 200 tokens and 18 frames a second."""
ROWS, COLUMNS = 40, 120
HEAVY = {"aiohttp", "pathspec", "litellm", "openai", "markdown_it", "pygments", "httpx", "pydantic"}
LATE = {
    "hashlib", "importlib.metadata", "tyler_tui.conversation.conversation", "tyler_tui.messages",
    "tyler_tui.providers", "tyler_tui.redaction", "tyler_tui.tui.actions.registry",
    "tyler_tui.tui.presenter", "tyler_tui.tui.widgets.approval_card",
    "tyler_tui.tui.widgets.attachment_bar", "tyler_tui.tui.widgets.find_bar",
    "tyler_tui.tui.widgets.tool_panel",
}  # fmt: skip
"""What is light, and yet has no place before the first paint."""


@asynccontextmanager
async def running_chat(
    workspace: Path, resume: str | None = None
) -> AsyncIterator[tuple[ChatScreen, Pilot[Any]]]:
    """The whole app with a conversation on the screen."""
    backend = LocalBackend(Options(workspace=workspace, resume=resume), Settings(model="demo"))
    app = TylerApp(backend, Launch(workspace=workspace, reduced_motion=True))
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        await until(pilot, lambda: items(screen))
        yield screen, pilot
        await screen.desk.close()
        await backend.close()


async def until(pilot: Pilot[Any], fits: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not fits():
            await pilot.pause(0.01)
    await pilot.pause()


def items(screen: ChatScreen) -> list[Item]:
    return screen.view.transcript.viewport.items


def show(screen: ChatScreen, type: EventType, **data: object) -> None:
    screen.view.show(ExecutionEvent(type, datetime.now(UTC), data))


async def stream(screen: ChatScreen, pilot: Pilot[Any], pieces: list[str]) -> None:
    """Show the pieces, some for each frame."""
    for start in range(0, len(pieces), TOKENS_PER_FRAME):
        for piece in pieces[start : start + TOKENS_PER_FRAME]:
            show(screen, EventType.LLM_STREAM_CHUNK, content_chunk=piece)
        screen.view.transcript.refresh_now()
        await pilot.pause()


async def test_a_token_costs_a_bounded_number_of_parses_rows_and_repaints_however_long_the_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = tokens(TOKENS, "the end")
    async with running_chat(tmp_path) as (screen, pilot):
        show(screen, EventType.ITERATION_START, iteration_number=0)
        await stream(screen, pilot, pieces[:100])
        counts = Counts().watch(monkeypatch)
        await stream(screen, pilot, pieces[100 : TOKENS // 2])
        first = Counter(counts)
        await stream(screen, pilot, pieces[TOKENS // 2 : TOKENS - 100])
        second = counts.since(first)

    assert counts["widgets"] == 0
    assert counts["layouts"] == 0
    frames = (TOKENS - 200) / TOKENS_PER_FRAME
    # The view paints itself; of the others only what changed is to be painted.
    assert 0 < counts["widgets painted"] <= 2 * frames
    per_token = {name: count / (TOKENS - 200) for name, count in counts.items()}
    assert 0 < counts["parses"] <= 4 * frames
    assert 0 < per_token["characters parsed"] <= 40
    assert 0 < per_token["rows made"] <= 2
    assert 0 < counts["regions"] <= 3 * frames
    # A view that is painted whole for each frame takes 3.4.
    assert 0 < per_token["rows refreshed"] <= 2.5
    for name in ("parses", "characters parsed", "rows made", "rows refreshed"):
        assert second[name] <= 1.5 * first[name], name


@pytest.mark.parametrize("messages", [100, 5_000])
async def test_opening_a_session_of_any_length_lays_out_little_more_than_a_screenful(
    messages: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(name="long")
    for number in range(messages // 2):
        thread.add_message(Message("user", f"question {number}"))
        thread.add_message(Message("assistant", f"**Answer** {number}\n\n- one\n- two\n"))
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(thread)
    counts = Counts().watch(monkeypatch)
    async with running_chat(tmp_path, resume="long") as (screen, _):
        shown = len(items(screen))
        parsed, made, asked = counts["parses"], counts["rows made"], len(counts.documents)
        words = [line.text for line in items(screen)[-1].lines(COLUMNS)]

    assert any("two" in line for line in words)
    assert 0 < asked <= ROWS
    assert 0 < parsed <= ROWS
    assert 0 < made <= 4 * ROWS
    assert shown <= 8 * ROWS


@pytest.mark.parametrize("resume", [None, "short"])
async def test_a_chat_in_which_nothing_happens_draws_nothing(
    resume: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread(name="short")
    thread.add_message(Message("user", "question"))
    thread.add_message(Message("assistant", "answer"))
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(thread)
    counts = Counts().watch(monkeypatch)
    async with running_chat(tmp_path, resume=resume) as (_, pilot):
        async with asyncio.timeout(60):
            while True:
                before = counts["frames"]
                await pilot.pause(0.4)
                if counts["frames"] == before:
                    break
    assert counts["frames"] > 0


def test_the_first_paint_comes_before_any_heavy_import(tmp_path: Path, home: Path) -> None:
    code = """
import sys
from pathlib import Path
from typing import Any
from textual.drivers.linux_driver import LinuxDriver
write = LinuxDriver.write
def noting(self, data):
    if "sk anything" in data and not Path("modules").exists():
        Path("widgets").write_text(str(len(self._app.screen.walk_children())))
        Path("modules").write_text(" ".join(sys.modules))
    write(self, data)
LinuxDriver.write = noting
sys.argv = ["tyler-chat", "-m", "openai/none"]
from tyler_tui.cli import main
main()
"""
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": ":".join(sys.path),
        "TYLER_CHAT_HOME": str(home),
        "OPENAI_API_BASE": "http://127.0.0.1:9/v1",
    }
    command = [sys.executable, "-c", code]
    with Terminal(command, env=environment, cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        modules = (tmp_path / "modules").read_text().split()
    assert not {name.partition(".")[0] for name in modules} & HEAVY
    assert not LATE.intersection(modules)
    assert len(modules) <= 620
    assert sum(name.startswith("tyler_tui") for name in modules) <= 160
    assert 0 < int((tmp_path / "widgets").read_text()) <= 14


@pytest.mark.parametrize(
    ("arguments", "most"),
    [("--help", 14), ("paths", 15), ("sessions list", 42), ("search word", 41)],
)
def test_a_command_that_is_to_be_quick_loads_few_of_our_modules(arguments: str, most: int) -> None:
    code = f"""
import gc, sys
from tyler_tui.cli import main
sys.argv = ["tyler-chat", *{arguments.split()}]
try:
    main()
finally:
    ours = " ".join(name for name in sys.modules if name.startswith("tyler_tui"))
    print("", ours, len(gc.get_objects()), sep="\\n")
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    *_, ours, tracked = run.stdout.splitlines()
    modules = ours.split()
    assert 10 < len(modules) <= most
    # What a message is, and how one is loaded and saved, takes a tenth of the time of a list.
    assert not {"tyler_tui.messages", "tyler_tui.store.saving"}.intersection(modules)
    # What Python looks through for garbage at its end: 25,000 objects if nobody kept it from it.
    assert int(tracked) <= 1_000
