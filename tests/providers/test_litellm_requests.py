"""LiteLLMProvider: what goes out to the server, and how soon a connection is closed."""

import base64
from typing import Any

import pytest

from tests.provider_server import ProviderServer, Reply, answer
from tests.providers.asking import CLIENTS, KEY, QUIET, ask, fail, text_of
from tyler_tui.messages import Attachment, Message, ToolCall
from tyler_tui.providers import ToolSpec
from tyler_tui.providers.catalog import KEY_SOURCES, KeySource

pytestmark = QUIET

TOOLS = [
    ToolSpec(
        "files-read",
        "Read a file.",
        {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
    )
]


async def sent(server: ProviderServer, **changes: Any) -> dict[str, Any]:
    """The body of the one request that an answer takes."""
    server.script(answer("fine"))
    before = len(server.requests)
    assert text_of(await ask(server, **changes)) == "fine"
    assert len(server.requests) == before + 1
    return server.requests[-1].body


async def test_nothing_is_sent_that_was_not_asked_for(provider_server: ProviderServer) -> None:
    assert await sent(provider_server) == {
        "model": "local-model",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("choice", ["auto", "none", "required"])
async def test_tools_reach_the_server_with_the_choice_that_was_made(
    provider_server: ProviderServer, model: str, choice: str
) -> None:
    body = await sent(provider_server, model=model, tools=TOOLS, tool_choice=choice)
    (tool,) = body["tools"]
    assert tool == {
        "type": "function",
        "function": {
            "name": "files-read",
            "description": "Read a file.",
            "parameters": TOOLS[0].parameters,
        },
    }
    assert body["tool_choice"] == choice
    assert body["stream_options"] == {"include_usage": True}
    assert not [name for name in body if name.startswith("_")]


async def test_the_settings_of_a_request_reach_the_server(provider_server: ProviderServer) -> None:
    body = await sent(
        provider_server,
        system="Be kind.",
        temperature=0.25,
        max_tokens=99,
        reasoning="low",
        extra_headers={"X-Team": "tyler"},
    )
    assert body["messages"][0] == {"role": "system", "content": "Be kind."}
    assert (body["temperature"], body["max_tokens"]) == (0.25, 99)
    assert body["reasoning_effort"] == "low"
    headers = provider_server.requests[-1].headers
    assert headers["x-team"] == "tyler"
    assert headers["authorization"] == f"Bearer {KEY}"


async def test_a_temperature_of_zero_is_sent(provider_server: ProviderServer) -> None:
    assert (await sent(provider_server, temperature=0.0))["temperature"] == 0


async def test_instructions_can_go_in_the_developers_role_where_a_model_has_it(
    provider_server: ProviderServer,
) -> None:
    body = await sent(
        provider_server, model="openai/o3", system="Be kind.", instruction_role="developer"
    )
    assert body["messages"][0] == {"role": "developer", "content": "Be kind."}
    body = await sent(provider_server, system="Be kind.", instruction_role="developer")
    assert body["messages"][0] == {"role": "system", "content": "Be kind."}


async def test_what_a_model_does_not_take_is_dropped_unless_it_must_not_be(
    provider_server: ProviderServer,
) -> None:
    model = "openai/gpt-5.1"
    body = await sent(provider_server, model=model, temperature=0.3, reasoning="high")
    assert "temperature" not in body
    _, problem = await fail(
        provider_server, model=model, temperature=0.3, reasoning="high", drop_params=False
    )
    assert problem.kind == "bad_request"
    assert "litellm" not in problem.message.lower()
    assert len(provider_server.requests) == 1


async def test_a_whole_conversation_goes_in_the_form_that_servers_read(
    provider_server: ProviderServer,
) -> None:
    call = ToolCall("call_1", "files-read", {"path": "ä.txt"})
    body = await sent(
        provider_server,
        messages=[
            Message("user", "read it"),
            Message("assistant", "", tool_calls=[call]),
            Message("tool", "words \ud800", name="files-read", tool_call_id="call_1"),
            Message("user", "and now?"),
        ],
        tools=TOOLS,
    )
    user, assistant, tool, last = body["messages"]
    assert user == {"role": "user", "content": "read it"}
    assert assistant["role"] == "assistant"
    assert not assistant.get("content")
    assert assistant["tool_calls"] == [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "files-read", "arguments": '{"path": "ä.txt"}'},
        }
    ]
    assert tool == {"role": "tool", "content": "words \ufffd", "tool_call_id": "call_1"}
    assert last == {"role": "user", "content": "and now?"}


async def test_thinking_is_not_asked_for_where_the_thinking_behind_a_call_is_missing(
    provider_server: ProviderServer,
) -> None:
    call = ToolCall("call_1", "files-read", {"path": "a"})
    messages = [
        Message("user", "read it"),
        Message("assistant", "", tool_calls=[call]),
        Message("tool", "words", name="files-read", tool_call_id="call_1"),
    ]
    model = "anthropic/claude-sonnet-4-5"
    for conversation, thinks in ((messages[:1], True), (messages, False)):
        provider_server.script(Reply(status=418, body=b"{}"))
        await fail(
            provider_server, model=model, messages=conversation, tools=TOOLS, reasoning="low"
        )
        assert ("thinking" in provider_server.requests[-1].body) is thinks


async def test_pictures_go_as_data_and_other_files_as_text(provider_server: ProviderServer) -> None:
    picture = b"\x89PNG\r\n\x1a\n"
    message = Message(
        "user",
        "what is this?",
        attachments=[
            Attachment("dot.png", picture, "image/png"),
            Attachment("notes.txt", "größer".encode(), "text/plain"),
            Attachment("broken.bin", b"\xff\xfe", "application/octet-stream"),
        ],
    )
    body = await sent(provider_server, messages=[message])
    text, image, notes, broken = body["messages"][0]["content"]
    assert text == {"type": "text", "text": "what is this?"}
    data = base64.b64encode(picture).decode()
    assert image["type"] == "image_url"
    assert image["image_url"]["url"] == f"data:image/png;base64,{data}"
    assert notes == {"type": "text", "text": "File notes.txt:\ngrößer"}
    assert broken == {"type": "text", "text": "File broken.bin:\n\ufffd\ufffd"}


# Keys and addresses


@pytest.mark.parametrize("variable", ["OPENAI_API_BASE", "OPENAI_BASE_URL"])
async def test_the_environments_server_is_asked_even_without_a_key(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, provider_server.base_url)
    await sent(provider_server, api_base=None, api_key=None)
    assert provider_server.requests[-1].headers["authorization"] == "Bearer none"


@pytest.mark.filterwarnings("ignore")  # each provider's module has some of its own
@pytest.mark.parametrize("source", KEY_SOURCES, ids=lambda source: source.provider)
async def test_the_key_in_each_variable_of_the_catalog_is_the_one_that_is_sent(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, source: KeySource
) -> None:
    key = f"the-key-of-{source.prefix}"
    monkeypatch.setenv(source.variable, key)
    provider_server.script(Reply(status=418, body=b"{}"))
    _, problem = await fail(provider_server, model=source.default_model, api_key=None)
    assert problem.status == 418, problem.message
    (received,) = provider_server.requests
    assert any(key in value for value in received.headers.values())
    assert key not in received.path


@pytest.mark.parametrize("model", CLIENTS)
async def test_a_proxy_of_the_environment_is_used(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", provider_server.base_url.removesuffix("/v1"))
    base = "http://models.example/v1"
    assert await sent(provider_server, model=model, api_base=base)
    assert provider_server.requests[-1].path == f"{base}/chat/completions"


async def test_an_explicit_key_comes_before_the_environments(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    await sent(provider_server)
    assert provider_server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
