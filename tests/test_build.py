"""Where settings, providers, tools, agent and store meet."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tools.web_server import WebServer
from tyler_tui import paths
from tyler_tui.agent.tools import ToolContext
from tyler_tui.build import Options, make_agent, resume_command
from tyler_tui.config import Settings, load
from tyler_tui.errors import ConfigError, NameTakenError, NoModelError
from tyler_tui.local_backend import LocalBackend
from tyler_tui.messages import ToolCall
from tyler_tui.providers import catalog
from tyler_tui.providers.catalog import LocalServer
from tyler_tui.providers.litellm import LiteLLMProvider
from tyler_tui.providers.openai_format import OpenAIProvider
from tyler_tui.store.owner import mark_of
from tyler_tui.tools.web.visiting import unheard
from tyler_tui.web_settings import WebSettings


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
    backend = LocalBackend(_options(tmp_path, session="here"), settings)
    provider_server.script(answer("fine"))
    await (await backend.open_first()).ask("hello")
    await backend.close()
    elsewhere = Settings(model="openai/other", api_base="http://127.0.0.1:9/v1")
    backend = LocalBackend(_options(tmp_path, resume="here"), elsewhere)
    provider_server.script(answer("fine again"))
    result = await (await backend.open_first()).ask("hello")
    await backend.close()
    assert result.content == "fine again"
    assert provider_server.requests[-1].body["model"] == "mine"


async def test_a_session_with_a_model_needs_none_to_be_set_up(tmp_path: Path) -> None:
    backend = LocalBackend(_options(tmp_path, session="demo", model="demo:fast"), Settings())
    await (await backend.open_first()).ask("hello")
    await backend.close()
    backend = LocalBackend(_options(tmp_path, continue_latest=True), Settings())
    assert (await backend.open_first()).agent.model_name == "demo:fast"
    assert (await backend.new_session()).agent.model_name == "demo:fast"
    await backend.close()


async def test_a_new_session_needs_a_model(tmp_path: Path) -> None:
    backend = LocalBackend(_options(tmp_path), Settings())
    with pytest.raises(NoModelError):
        await backend.open_first()
    await backend.close()


async def test_a_name_given_before_the_first_message_is_kept_and_is_still_unique(
    tmp_path: Path,
) -> None:
    backend = LocalBackend(_options(tmp_path, model="demo:fast"), Settings())
    first = await backend.open_first()
    await backend.rename(first.thread.id, "mine")
    first.thread.name = "mine"
    await first.ask("table")
    second = await backend.new_session()
    with pytest.raises(NameTakenError):
        await backend.rename(second.thread.id, "MINE")
    assert [summary.name for summary in await (await backend.stored()).list_threads()] == ["mine"]
    await backend.close()


async def test_a_prompt_is_kept_when_the_session_is_busy_elsewhere(tmp_path: Path) -> None:
    backend = LocalBackend(_options(tmp_path, session="mine", model="demo:fast"), Settings())
    conversation = await backend.open_first()
    await conversation.ask("table")
    with closing(sqlite3.connect(paths.database_file())) as database, database:
        database.execute("UPDATE threads SET owner = ?", (mark_of(os.getppid()),))
    conversation.send("code")
    await conversation.wait_idle()
    assert [queued.text for queued in conversation.queue.take()] == ["code"]
    assert [m.content for m in conversation.thread.messages if m.role == "user"] == ["table"]
    await backend.close()


async def test_credentials_in_an_address_are_not_stored(tmp_path: Path) -> None:
    settings = Settings(model="demo:fast", api_base="http://me:secret@127.0.0.1:9/v1")
    backend = LocalBackend(_options(tmp_path, session="mine"), settings)
    await (await backend.open_first()).ask("table")
    await backend.close()
    assert b"secret" not in paths.database_file().read_bytes()
    backend = LocalBackend(_options(tmp_path, session="mine"), settings)
    assert (await backend.open_first()).agent.api_base == settings.api_base
    await backend.close()


def test_a_server_that_was_only_guessed_gets_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    guessed = make_agent(_options(tmp_path), Settings(), "openai/x", "http://127.0.0.1:11434/v1")
    given = make_agent(_options(tmp_path), Settings(), "openai/x", "http://gateway:4000/v1")
    assert guessed.api_key == "none"
    assert given.api_key is None


async def test_an_address_that_is_configured_is_no_guess_wherever_it_is(
    tmp_path: Path, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(provider_server.base_url.rpartition(":")[2].removesuffix("/v1"))
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("LM Studio", port),))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai")
    config = tmp_path / "config.toml"
    config.write_text(f'model = "openai/x"\napi_base = "{provider_server.base_url}"\n', "utf-8")
    backend = LocalBackend(_options(tmp_path), load(config))
    conversation = await backend.open_first()
    await conversation.ask("hello")
    await backend.switch_model(conversation, "openai/y")
    await conversation.ask("hello")
    await backend.close()
    unconfigured = LocalBackend(_options(tmp_path), load(tmp_path / "missing.toml"))
    unconfigured.use_model("openai/z", provider_server.base_url)
    await (await unconfigured.open_first()).ask("hello")
    await unconfigured.close()
    sent = {each.body["model"]: each.headers["authorization"] for each in provider_server.requests}
    assert sent == {
        "x": "Bearer sk-of-openai",
        "y": "Bearer sk-of-openai",
        "z": f"Bearer {catalog.PLACEHOLDER_KEY}",
    }


def test_a_name_that_cannot_be_typed_is_not_told(tmp_path: Path) -> None:
    assert resume_command("two words", "abcdef0123") == "tyler-chat -r 'two words'"
    assert resume_command("x\x1b[2J", "abcdef0123") == "tyler-chat -r abcdef01"


async def test_the_web_tools_do_as_the_settings_say(tmp_path: Path) -> None:
    settings = Settings(web=WebSettings(allow_hosts=["127.0.0.1"], max_page_mb=0.001))
    agent = make_agent(_options(tmp_path), settings, "demo")
    with WebServer() as web:
        call = ToolCall("c", "web-fetch", {"url": web.serve("/", "x" * 5000, "text/plain")})
        context = ToolContext("c", "web-fetch", tmp_path, unheard)
        assert "cut after 1.0 kB" in await agent.toolbox.run(call, context)


def test_a_host_that_is_none_is_told_before_anything_runs(tmp_path: Path) -> None:
    settings = Settings(web=WebSettings(allow_hosts=["http://wiki.example/"]))
    with pytest.raises(ConfigError, match=r"allow_hosts under \[web\]: 'http://wiki.example/'"):
        make_agent(_options(tmp_path), settings, "demo")
