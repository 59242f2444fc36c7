"""Wherever a conversation is cut, what is on disk opens, holds all that was announced, and goes on
in a request that any provider takes."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.agent.scripted import ScriptedProvider, agent_with
from tests.faults.strict_provider import complaints
from tyler_tui import Message, MessageStatus, Thread, ThreadNotFoundError, ThreadStore
from tyler_tui.agent.requests import request_for
from tyler_tui.providers.chat_format import chat_messages
from tyler_tui.sanitize import storable

CONVERSATIONS, CONVERSATIONS_OF_A_SOAK = 12, 400
SEED = 20_000


@pytest.mark.timeout(1_800)
def test_at_every_event_the_store_has_what_was_announced_and_goes_on(
    tmp_path: Path, soak: bool
) -> None:
    count = CONVERSATIONS_OF_A_SOAK if soak else CONVERSATIONS
    subprocess.run(
        [sys.executable, "-m", "tests.durability.recording", tmp_path, str(SEED), str(count)],
        check=True,
        cwd=Path(__file__).parents[2],
        timeout=60 + 2 * count,
    )
    seen = 0
    for number in range(SEED, SEED + count):
        folder = tmp_path / str(number)
        thread_id = (folder / "thread_id").read_text("ascii")
        for moment in moments(folder):
            asyncio.run(holds(moment, thread_id))
            seen += 1
    assert seen > 10 * count


def moments(folder: Path) -> Iterator[Path]:
    return (each for each in sorted(folder.iterdir()) if each.is_dir())


def acknowledged(moment: Path) -> list[Message]:
    forms = json.loads((moment / "acknowledged.json").read_text("ascii"))
    return [Message.from_dict(form) for form in forms]


async def holds(moment: Path, thread_id: str) -> None:
    announced = acknowledged(moment)
    async with await ThreadStore.create(moment / "chat.db") as store:
        try:
            thread = await store.get_thread(thread_id)
        except ThreadNotFoundError:
            assert announced == []
            thread = Thread()
    kept = {message.id: message for message in thread.all_messages}
    for message in announced:
        assert message.id in kept, f"{moment} lost {message.role} {message.content[:40]!r}"
        stored = kept[message.id]
        assert stored.content == storable(message.content)
        assert stored.tool_calls == message.tool_calls
        assert stored.status is message.status
    assert MessageStatus.STREAMING not in {message.status for message in thread.all_messages}
    request = request_for(
        agent_with(ScriptedProvider()), [*thread.messages, Message("user", "and now?")]
    )
    assert complaints({"messages": chat_messages(request)}) == [], moment
    with closing(sqlite3.connect(moment / "chat.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
