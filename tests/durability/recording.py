"""Records what is on disk behind every event of random conversations, as a process of its own.

`python -m tests.durability.recording FOLDER SEED COUNT` writes a folder for each conversation with
a folder for each event: copies of the database's files, as a crash would have left them at that
moment, and `acknowledged.json`, the messages that had been announced by then. When it has ended,
the process that those files speak of is gone.
"""

import asyncio
import json
import random
import shutil
import sys
from pathlib import Path
from typing import Any

from tests.agent.scripted import Script, ScriptedProvider, agent_with, calls, says, words
from tyler_tui import Message, ThreadStore
from tyler_tui.agent.approval import ApprovalMode, Decision, Verdict
from tyler_tui.conversation import Conversation
from tyler_tui.errors import ProviderError, ToolError
from tyler_tui.events import EventType, ExecutionEvent

TEXTS = ("Hello.", "漢字 and 🎉", "`code`\n\n- a list", "x" * 3_000, "\ud800", "\x00\x1b[2J", " ")


class Recorder:
    """A listener that copies the database at each event."""

    def __init__(self, database: Path, folder: Path, stop_at: int) -> None:
        self._database = database
        self._folder = folder
        self._stop_at = stop_at
        self._count = 0
        self._announced: list[Message] = []
        self.conversation: Conversation | None = None

    async def __call__(self, event: ExecutionEvent) -> None:
        message = event.data.get("message") if event.type is EventType.MESSAGE_CREATED else None
        if message is not None and message.role != "user":
            self._announced.append(message)
        self._copy()
        if message is not None and message.role == "user":
            # A prompt is shown before it is stored; it is acknowledged with what follows it.
            self._announced.append(message)
        if event.type is EventType.APPROVAL_REQUESTED and self.conversation is not None:
            # The same call for the third time asks in every mode.
            self.conversation.decide(event.data["tool_call_id"], Decision(Verdict.ALLOW_ONCE))
        self._count += 1
        if self._count == self._stop_at and self.conversation is not None:
            self.conversation.cancel()

    def _copy(self) -> None:
        target = self._folder / f"{self._count:04d}"
        target.mkdir()
        for suffix in ("-wal", ""):
            source = self._database.with_name(self._database.name + suffix)
            if source.exists():
                shutil.copy(source, target)
        forms = [message.to_dict() for message in self._announced]
        (target / "acknowledged.json").write_text(json.dumps(forms), "ascii")


def note(text: str) -> str:
    """Note a text."""
    return f"noted {text}"


def fail() -> str:
    """Fail."""
    raise ToolError("It failed.")


def script_of_turn(chance: random.Random) -> list[Script]:
    """The answers of one turn: maybe some with calls, then one that ends well or badly."""
    scripts: list[Script] = []
    for _ in range(chance.choice((0, 0, 1, 2))):
        wanted = [
            chance.choice((("note", '{"text": "a"}'), ("fail", "{}"), ("note", "{"), ("no", "{}")))
            for _ in range(chance.randint(1, 3))
        ]
        scripts.append(calls(*wanted, text=chance.choice(("", *TEXTS))))
    pieces = [chance.choice(TEXTS) for _ in range(chance.randint(1, 4))]
    ending: dict[str, Script] = {
        "whole": says(*pieces),
        "cut": words(*pieces),
        "length": says(*pieces, reason="length"),
        "failed": [*words(*pieces), ProviderError("It broke.", kind="server")],
        "empty": says(),
    }
    scripts.append(chance.choice(list(ending.values())))
    return scripts


async def record(folder: Path, seed: int) -> None:
    """Have one conversation of a few turns, stopped at some event now and then."""
    chance = random.Random(seed)
    database = folder / "chat.db"
    provider_scripts: list[Script] = []
    turns = chance.randint(1, 3)
    for _ in range(turns):
        provider_scripts += script_of_turn(chance)
    settings: dict[str, Any] = {"tools": [note, fail]}
    async with await ThreadStore.create(database) as store:
        recorder = Recorder(database, folder, chance.choice((0, chance.randint(1, 40))))
        agent = agent_with(ScriptedProvider(*provider_scripts, *[says("Done.")] * 9), **settings)
        conversation = Conversation(agent, store)
        conversation.policy.mode = ApprovalMode.AUTO
        recorder.conversation = conversation
        conversation.subscribe(recorder)
        for number in range(turns):
            conversation.send(f"prompt {number} {chance.choice(TEXTS)}")
            await conversation.wait_idle()
    write_text(folder / "thread_id", conversation.thread.id)


def write_text(file: Path, text: str) -> None:
    file.write_text(text, "ascii")


def main() -> None:
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for number in range(seed, seed + count):
        (folder / str(number)).mkdir()
        asyncio.run(record(folder / str(number), number))


if __name__ == "__main__":
    main()
