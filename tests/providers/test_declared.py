"""What the config says of a model counts, and what it leaves open is as it was known."""

from pathlib import Path

import pytest

from tyler_tui.config import ModelSettings, Settings, load
from tyler_tui.errors import ConfigError
from tyler_tui.messages import Usage
from tyler_tui.model_choice import provider_finder

LOCAL = ModelSettings(name="openai/mine", context=8_000, input_price=2, output_price=10)


def test_a_server_of_ones_own_gets_a_price_and_a_context() -> None:
    provider = provider_finder(Settings(models=[LOCAL]))("openai/mine")
    info = provider.info("openai/mine", "http://localhost:1/v1")
    assert (info.context_window, info.tools) == (8_000, None)
    usage = Usage(1_000_000, 100_000, 1_100_000, cached_tokens=500_000)
    assert provider.cost("openai/mine", usage) == pytest.approx(2 + 1)
    assert provider.cost("openai/other", usage) is None


def test_what_is_left_open_is_as_it_is_known() -> None:
    said = ModelSettings(name="gpt-4o", context=1_000, cached_price=0)
    info = provider_finder(Settings(models=[said]))("gpt-4o").info("gpt-4o")
    assert (info.context_window, info.tools, info.cached_input_price) == (1_000, True, 0)
    assert info.input_price == pytest.approx(2.5e-6)
    free = ModelSettings(name="gpt-4o", input_price=0, output_price=0)
    provider = provider_finder(Settings(models=[free]))("gpt-4o")
    assert provider.cost("gpt-4o", Usage(10, 10, 20)) == 0.0


@pytest.mark.parametrize(
    ("line", "number", "message"),
    [
        ("input_price = -1", 3, "`input_price` must be a number, at least 0"),
        ("price = 1", 3, "there is no setting `price`"),
        ("context = 0", 3, "`context` must be a whole number, at least 1"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, line: str, number: int, message: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[[models]]\nname = "openai/mine"\n{line}\n')
    with pytest.raises(ConfigError) as raised:
        load(file, {})
    assert f"line {number}" in raised.value.message
    assert message in raised.value.message
