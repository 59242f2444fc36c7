"""--budget with the program, for a model whose price stands in the config."""

from pathlib import Path

import pytest

from tests.cli.program import Run
from tests.provider_server import Finish, ProviderServer, Reply, Text, UsageChunk, answer


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
