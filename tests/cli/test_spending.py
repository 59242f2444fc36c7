"""--budget with the program, for a model whose price stands in the config."""

from pathlib import Path

import pytest

from tests.cli.program import Run
from tests.provider_server import (
    Finish,
    ProviderServer,
    Reply,
    Text,
    UsageChunk,
    answer,
    error,
)


def test_a_budget_can_be_kept_with_it_and_ends_with_three(
    cli: Run, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(
        '[[models]]\nname = "openai/mine"\ninput_price = 1000\noutput_price = 0\n'
    )
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    dear = Reply([Text("hello"), Finish(), UsageChunk(3_000, 0)])
    provider_server.script(dear, answer("never"))
    asked = ("-m", "openai/mine", "--budget", "2.50", "--no-tools")
    assert cli(*asked, "-s", "dear", "hi").code == 0
    outcome = cli(*asked, "-r", "dear", "more")
    assert outcome.code == 3
    assert "The budget is spent: $3.00 of $2.50." in outcome.err
    assert len(provider_server.requests) == 1


def test_another_model_that_takes_over_is_told_beside_the_answer(
    cli: Run, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text('fallback = ["openai/second"]\n')
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    provider_server.script(error(401, "no such key"), answer("From the second."))
    outcome = cli("-m", "openai/first", "hi")
    assert (outcome.code, outcome.out) == (0, "From the second.\n")
    assert outcome.err.startswith("↻ openai/second answers instead: The key for openai/first")


def test_room_is_made_in_a_pipe_too_and_told(
    cli: Run, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text('[[models]]\nname = "openai/mine"\ncontext = 6000\n')
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    full = Reply([Text("word " * 900), Finish(), UsageChunk(5_500, 100)])
    provider_server.script(full, answer("They talked."), answer("Shorter."))
    cli("-m", "openai/mine", "-s", "long", "hi")
    outcome = cli("-r", "long", "and now?")
    assert outcome.out == "Shorter.\n"
    assert "… the context is nearly full, summarising 2 older messages (≈5.6k tok)" in outcome.err
    assert "… 2 older messages summarised" in outcome.err
