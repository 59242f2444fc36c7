"""`tyler-chat models`."""

import json
import socket
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, Run
from tests.provider_server import ProviderServer, model_list
from tests.pseudo_terminal import Terminal
from tyler_tui.providers import catalog
from tyler_tui.providers.catalog import LocalServer


@pytest.fixture(autouse=True)
def nothing_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's own machine serves is out of sight."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("Ollama", port),))


def rows(out: str) -> list[list[str]]:
    return [line.split("\t") for line in out.splitlines()]


def test_models_are_found_by_any_words_with_context_and_price(cli: Run) -> None:
    outcome = cli("models", "GPT-4O", "mini", "azure")
    names = [row[0] for row in rows(outcome.out)]
    assert "azure/gpt-4o-mini" in names
    assert all("gpt-4o" in name and "mini" in name for name in names)
    assert names == sorted(names, key=str.casefold)
    (row,) = [row for row in rows(cli("models", "gpt-4o").out) if row[0] == "gpt-4o"]
    assert row[1:] == ["128k", "$2.50", "$10.00", "openai"]


def test_what_can_be_used_comes_first_and_no_key_is_shown(
    cli: Run, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    provider_server.models = model_list("llama3.2", "qwen3")
    port = int(provider_server.base_url.rpartition(":")[2].partition("/")[0])
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("Ollama", port),))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret-0123456789")
    home.mkdir()
    (home / "config.toml").write_text('model = "deepseek/deepseek-chat"\n')
    outcome = cli("models", "--all")
    listed = rows(outcome.out)
    assert [row[0] for row in listed[:4]] == [
        "deepseek/deepseek-chat",
        "anthropic/claude-sonnet-5",
        "openai/llama3.2",
        "openai/qwen3",
    ]
    assert listed[1][4] == "Anthropic, by ANTHROPIC_API_KEY"
    assert listed[2][1:] == ["?", "?", "?", "Ollama on this machine"]
    assert listed[4][4] == "anthropic, key is set"
    assert len(listed) > 2000
    assert "sk-secret" not in outcome.out + outcome.err


def test_json_has_figures_and_null_for_what_is_unknown(
    cli: Run, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url.replace("://", "://me:pass@"))
    listed = json.loads(cli("models", "--json", "gpt-4o-mini").out)
    (cheap,) = [model for model in listed if model["model"] == "azure/gpt-4o-mini"]
    assert cheap["group"] == "known"
    assert (cheap["context_window"], cheap["input_price"]) == (128_000, 0.15)
    (local,) = json.loads(cli("models", "--json", "local-model").out)
    assert (local["group"], local["input_price"], local["context_window"]) == ("found", None, None)
    assert local["api_base"] == provider_server.base_url


def test_names_from_a_server_are_harmless(
    cli: Run,
    provider_server: ProviderServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider_server.models = model_list("a\x1b[2J\nb")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    (line,) = cli("models", "the", "server", "at", "127").out.splitlines()
    assert "\x1b" not in line


def test_nothing_that_fits_is_said(cli: Run) -> None:
    outcome = cli("models", "no such model")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "No model fits 'no such model'.\n"


def test_a_config_that_cannot_be_read_is_told(cli: Run, home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text("model = 5\n")
    outcome = cli("models")
    assert outcome.code == 2
    assert "line 1" in outcome.err


@pytest.mark.parametrize("command", ["models", "agents"])
def test_without_a_model_all_that_is_told_fits_eighty_columns(
    tmp_path: Path, home: Path, command: str
) -> None:
    env = {"TYLER_CHAT_HOME": str(home), "LANG": "C.UTF-8"}
    with Terminal([PROGRAM, command], env=env, cwd=tmp_path, columns=80) as terminal:
        assert terminal.wait_exit() == 0
        lines = [line.rstrip() for line in terminal.lines]
    assert max(map(len, lines)) < 80, "a line goes on in the next"
    assert not [line for line in lines if line.endswith("…")], "a line is cut"
