"""A hint says what to do where it is told."""

import pytest

from tyler_tui.hints import in_chat
from tyler_tui.providers import Request
from tyler_tui.providers.wording import hint


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("Name a model with -m, or try -m demo.", "Name a model with /model, or try /model demo."),
        ("`tyler-chat -m demo` needs no key.", "`tyler-chat -m demo` needs no key."),
        ("pip install tyler-m -mx", "pip install tyler-m -mx"),
        ("", ""),
    ],
)
def test_a_flag_is_a_command_in_the_chat(told: str, said: str) -> None:
    assert in_chat(told) == said


@pytest.mark.parametrize("model", ["openai/x", "unknown/x"])
@pytest.mark.parametrize("kind", ["set_up", "authentication", "permission", "quota", "unknown"])
def test_what_is_said_of_models_can_be_done_where_it_is_said(model: str, kind: str) -> None:
    told = hint(kind, Request(model, []))
    assert "with -m" in told
    said = in_chat(told)
    assert "with /model" in said
    assert "-m" not in said
    assert "start again" not in said


@pytest.mark.parametrize("model", ["claude-sonnet-5", "anthropic/claude-sonnet-5"])
def test_the_key_of_a_model_is_named_with_and_without_its_provider(model: str) -> None:
    assert "ANTHROPIC_API_KEY" in hint("authentication", Request(model, []))


def test_a_model_that_ollama_lacks_is_to_be_pulled() -> None:
    assert "`ollama pull`" in hint("not_found", Request("ollama/llama3.2", []))
