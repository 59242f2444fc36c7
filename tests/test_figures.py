import pytest

from tyler_tui.figures import cost_text, price_text, size_text, tokens_text


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        (0, "0"), (999, "999"), (1000, "1k"), (12_399, "12.4k"), (128_000, "128k"),
        (999_949, "999.9k"), (999_950, "1M"), (1_048_576, "1M"), (1_250_000, "1.2M"),
    ],
)  # fmt: skip
def test_tokens(tokens: int, text: str) -> None:
    assert tokens_text(tokens) == text


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (None, "$?"), (0, "$0.00"), (0.0306, "$0.03"), (12.345, "$12.35"), (0.01, "$0.01"),
        (0.0042, "$0.0042"), (0.00004, "<$0.0001"),
    ],
)  # fmt: skip
def test_costs(usd: float | None, text: str) -> None:
    assert cost_text(usd) == text


def test_what_was_counted_here_is_said_to_be_about_right() -> None:
    assert cost_text(0.03, estimated=True) == "≈$0.03"
    assert cost_text(0.00001, estimated=True) == "≈<$0.0001"
    assert cost_text(None, estimated=True) == "$?"
    assert cost_text(0.0, estimated=True) == "$0.00"


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (None, "?"), (0, "free"), (2.5e-6, "$2.50"), (1.5e-7, "$0.15"), (7.5e-8, "$0.075"),
        (1.25e-5, "$12.50"),
    ],
)  # fmt: skip
def test_prices_of_a_million(price: float | None, text: str) -> None:
    assert price_text(price) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1 KB"), (12_700, "12.4 KB"), (1024**2 - 1, "1 MB"),
     (20 * 1024**2, "20 MB")],
)  # fmt: skip
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text
