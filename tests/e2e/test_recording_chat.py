"""A chat that is recorded, and plays again."""

from pathlib import Path

from tests.e2e.conftest import Open
from tests.provider_server import Call, Finish, ProviderServer, Reply, Text, UsageChunk, answer


def test_a_chat_with_a_tool_plays_again_with_nobody_to_ask(
    open_chat: Open, served: ProviderServer, workspace: Path
) -> None:
    served.script(
        Reply([Call(0, "c1", "files-list", "{}"), Finish("tool_calls"), UsageChunk()]),
        Reply([Text("There is **one** file.", size=4), Finish(), UsageChunk()]),
    )
    with open_chat("-m", "openai/anything", "--record", "talk.jsonl") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("what is here?", "enter")
        terminal.wait_for("There is one file.", "ready")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert (workspace / "talk.jsonl").stat().st_mode & 0o777 == 0o600
    served.fallback = answer("asked again")
    with open_chat("-m", "replay:talk.jsonl?speed=2") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("what is here?", "enter")
        terminal.wait_for("✓ files-list", "There is one file.", "ready")
        terminal.send("and now?", "enter")
        terminal.wait_for("The recording ends here.")
    assert len(served.requests) == 2
