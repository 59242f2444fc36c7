"""Changing the model in the middle of a chat, and making room, at a terminal."""

from pathlib import Path

from tests.e2e.conftest import Open
from tests.provider_server import Finish, ProviderServer, Reply, Text, UsageChunk, answer

SUMMARY = "They counted."


def test_another_model_goes_on_and_the_cut_is_shown_after_a_restart(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    served.script(
        Reply([Text("word " * 300), Finish(), UsageChunk(900, 300)]),
        answer("four"),
        answer(SUMMARY),
        answer("six"),
    )
    with open_chat("-m", "openai/alpha", "-s", "count", columns=80, rows=24) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("one two", "enter")
        terminal.wait_for("1.2k tok")
        terminal.send("ctrl+l")
        terminal.wait_for("Known to LiteLLM")
        terminal.send("openai/beta")
        terminal.wait_for("as typed")
        terminal.send("enter")
        terminal.wait_for("openai/beta answers from the next prompt on")
        terminal.send("three?", "enter")
        terminal.wait_for("four", "ready")
        terminal.send("/compact", "enter")
        terminal.wait_for("2 messages above summarised", "ready")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    with open_chat("-r", "count", columns=80, rows=24) as terminal:
        terminal.wait_for("2 messages above summarised")
        terminal.send("five?", "enter")
        terminal.wait_for("six")
    bodies = [request.body for request in served.requests]
    assert [body["model"] for body in bodies] == ["alpha", "beta", "beta", "beta"]
    said = [message["content"] for message in bodies[-1]["messages"]]
    assert SUMMARY in said[0]
    assert said[1:] == ["three?", "four", "five?"]
