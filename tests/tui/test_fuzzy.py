"""Finding names by a few of their letters."""

import time

import pytest

from tyler_tui.tui.fuzzy import match

NAMES = [
    "anthropic/claude-sonnet-5", "azure/gpt-4o", "gemini/gemini-2.5-pro", "gpt-4o", "gpt-4o-mini",
    "mistral/mistral-large-latest", "openrouter/openai/gpt-4o-mini",
]  # fmt: skip


def found(typed: str) -> list[str]:
    scored = [(name, match(typed.casefold().split(), name.casefold())) for name in NAMES]
    return [name for name, fit in sorted(
        ((name, fit) for name, fit in scored if fit is not None), key=lambda one: -one[1].score
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt4o", "gpt-4o"),
        ("4omini", "gpt-4o-mini"),
        ("azure", "azure/gpt-4o"),
        ("snt5", "anthropic/claude-sonnet-5"),
        ("mini open", "openrouter/openai/gpt-4o-mini"),
        ("LARGE", "mistral/mistral-large-latest"),
        ("pro", "gemini/gemini-2.5-pro"),
    ],
)
def test_the_likeliest_comes_first(typed: str, first: str) -> None:
    assert found(typed)[0] == first


def test_nothing_typed_fits_everything_and_nonsense_nothing() -> None:
    assert len(found("")) == len(NAMES)
    assert found("zzz") == []
    assert found("gpt zzz") == []
    assert found("az4") == ["azure/gpt-4o"]
    assert match(["ae5"], "anthropic/claude-sonnet-5") is None  # too far apart


def test_the_letters_that_fit_are_told() -> None:
    fit = match(["claude", "snt5"], "anthropic/claude-sonnet-5")
    assert fit is not None
    assert "".join("anthropic/claude-sonnet-5"[n] for n in fit.positions) == "claudesnt5"


def test_thousands_of_names_take_no_time_to_speak_of() -> None:
    names = [f"provider-{n % 50}/family-{n}/model-{n * 7}-instruct-latest" for n in range(4_000)]
    began = time.process_time()
    for typed in ("m", "mod", "pv7 inst", "zzz", "aaaaaaaa"):
        for name in names:
            match(typed.split(), name)
    assert time.process_time() - began < 5
