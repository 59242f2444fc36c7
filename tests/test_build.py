"""Where settings, providers, tools, agent and store meet."""

from pathlib import Path

import pytest

from tests.provider_server import ProviderServer, answer
from tyler_tui.build import Options, TuiBackend, make_agent
from tyler_tui.config import Settings
from tyler_tui.errors import NameTakenError, NoModelError
from tyler_tui.providers.litellm import LiteLLMProvider
from tyler_tui.providers.openai_format import OpenAIProvider


def _options(tmp_path: Path, **fields: object) -> Options:
    return Options(workspace=tmp_path, **fields)  # type: ignore[arg-type]  # handed on


def test_litellm_reads_all_when_the_settings_want_it(tmp_path: Path) -> None:
    direct = make_agent(_options(tmp_path), Settings(), "openai/x")
    forced = make_agent(_options(tmp_path), Settings(reader="litellm"), "openai/x")
    demo = make_agent(_options(tmp_path), Settings(reader="litellm"), "demo")
    assert isinstance(direct.resolved_provider, OpenAIProvider)
    assert isinstance(forced.resolved_provider, LiteLLMProvider)
    assert not isinstance(demo.resolved_provider, LiteLLMProvider)


async def test_a_session_goes_on_with_its_own_model_at_its_own_address(
    tmp_path: Path, provider_server: ProviderServer
) -> None:
    settings = Settings(model="openai/mine", api_base=provider_server.base_url)
    backend = TuiBackend(_options(tmp_path, session="here"), settings)
    provider_server.script(answer("fine"))
    await (await backend.open_first()).ask("hello")
    await backend.close()
    elsewhere = Settings(model="openai/other", api_base="http://127.0.0.1:9/v1")
    backend = TuiBackend(_options(tmp_path, resume="here"), elsewhere)
    provider_server.script(answer("fine again"))
    result = await (await backend.open_first()).ask("hello")
    await backend.close()
    assert result.content == "fine again"
    assert provider_server.requests[-1].body["model"] == "mine"


async def test_a_session_with_a_model_needs_none_to_be_set_up(tmp_path: Path) -> None:
    backend = TuiBackend(_options(tmp_path, session="demo", model="demo:fast"), Settings())
    await (await backend.open_first()).ask("hello")
    await backend.close()
    backend = TuiBackend(_options(tmp_path, continue_latest=True), Settings())
    assert (await backend.open_first()).agent.model_name == "demo:fast"
    assert (await backend.new_session()).agent.model_name == "demo:fast"
    await backend.close()


async def test_a_new_session_needs_a_model(tmp_path: Path) -> None:
    backend = TuiBackend(_options(tmp_path), Settings())
    with pytest.raises(NoModelError):
        await backend.open_first()
    await backend.close()


async def test_a_name_given_before_the_first_message_is_kept_and_is_still_unique(
    tmp_path: Path,
) -> None:
    backend = TuiBackend(_options(tmp_path, model="demo:fast"), Settings())
    first = await backend.open_first()
    await backend.rename(first.thread.id, "mine")
    first.thread.name = "mine"
    await first.ask("table")
    second = await backend.new_session()
    with pytest.raises(NameTakenError):
        await backend.rename(second.thread.id, "MINE")
    assert [summary.name for summary in await backend.sessions()] == ["mine"]
    await backend.close()
