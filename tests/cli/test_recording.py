"""--record and -m replay:FILE, with the program."""

from pathlib import Path

import pytest

from tests.cli.program import Run, latest
from tests.provider_server import ProviderServer, answer, error


@pytest.fixture
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


def test_what_was_recorded_is_printed_again(cli: Run, served: ProviderServer) -> None:
    served.script(answer("Hello there."), answer("Once more."))
    first = cli("-m", "openai/x", "--record", "talk.jsonl", "hello")
    second = cli("--record", "talk.jsonl", "-c", "again")
    assert (first.out, second.out) == ("Hello there.\n", "Once more.\n")
    again = cli("-m", "replay:talk.jsonl?speed=0", "-s", "replayed", "hello")
    assert (again.code, again.out, again.err) == (0, "Hello there.\n", "")
    assert cli("-r", "replayed", "again").out == "Once more.\n"
    assert latest().attributes["model"] == "replay:talk.jsonl?speed=0"
    assert len(served.requests) == 2


def test_a_recorded_failure_ends_as_it_ended(cli: Run, served: ProviderServer) -> None:
    served.script(error(401, "no"))
    recorded = cli("-m", "openai/x", "--record", "talk.jsonl", "hello")
    replayed = cli("-m", "replay:talk.jsonl", "hello")
    assert replayed == recorded
    assert recorded.code == 1


def test_another_prompt_is_told_and_fails(cli: Run, served: ProviderServer) -> None:
    served.script(answer("Hello there."))
    cli("-m", "openai/x", "--record", "talk.jsonl", "hello")
    outcome = cli("-m", "replay:talk.jsonl", "good-bye")
    assert outcome.code == 1
    assert outcome.err == (
        "Error: The recording has another prompt for answer 1.\n→ It goes on with: hello\n"
    )


def test_a_file_that_cannot_be_used_stops_the_program_before_it_asks(
    cli: Run, served: ProviderServer
) -> None:
    Path("letter.txt").write_text("Dear all,\n")
    for name, reason in (("letter.txt", "is no recording"), ("no/where", "cannot be written")):
        outcome = cli("-m", "openai/x", "--record", name, "hello")
        assert outcome.code == 2
        assert reason in outcome.err
    assert cli("-m", "replay:talk.jsonl?volume=11", "hello").code == 2
    assert not served.requests
