"""LiteLLMProvider: lost connections, errors in what looks like an answer, and no answer at all."""

import socket
from typing import Any

import pytest

from tests.provider_server import (
    Disconnect,
    ProviderServer,
    Raw,
    Reply,
    Step,
    Text,
    error,
)
from tests.providers.asking import (
    CLIENTS,
    KEY,
    QUIET,
    WEB_PAGE,
    assert_fit_to_be_shown,
    event,
    fail,
    text_of,
)

pytestmark = QUIET


@pytest.mark.parametrize("model", CLIENTS)
async def test_a_refused_connection_names_the_address(
    provider_server: ProviderServer, model: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _, problem = await fail(provider_server, model=model, api_base=f"http://127.0.0.1:{port}/v1")
    assert (problem.kind, problem.retryable, problem.status) == ("network", True, None)
    assert problem.message == f"No connection to 127.0.0.1:{port}."
    assert_fit_to_be_shown(problem)


async def test_a_name_and_password_in_the_address_are_not_shown(
    provider_server: ProviderServer,
) -> None:
    base = provider_server.base_url.replace("http://", "http://user:secret-word@")
    provider_server.script(error(500, "failed"))
    _, problem = await fail(provider_server, api_base=base)
    assert "secret-word" not in problem.message
    assert "127.0.0.1:" in problem.message


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("begun", [False, True], ids=["before a word", "in mid-answer"])
async def test_a_lost_connection_keeps_what_arrived(
    provider_server: ProviderServer, model: str, reset: bool, begun: bool
) -> None:
    words = [Text("so far")] if begun else []
    provider_server.script(Reply([*words, Disconnect(reset)], chunked=True))
    arrived, problem = await fail(provider_server, model=model)
    assert text_of(arrived) == ("so far" if begun else "")
    assert (problem.kind, problem.retryable) == ("truncated" if begun else "network", True)
    assert_fit_to_be_shown(problem)
    assert len(provider_server.requests) == 1


# Errors in what looks like an answer


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("begun", [False, True], ids=["before a word", "in mid-answer"])
@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ({"message": "too busy", "type": "overloaded_error", "code": 529}, "overloaded"),
        ({"message": "too busy", "code": 503}, "overloaded"),
        ({"message": "too busy", "type": "server_error"}, "server"),
        ("too busy", "server"),
    ],
    ids=["by its type", "by its code", "of the server", "a string"],
)
async def test_an_error_in_the_stream_is_no_lost_connection(
    provider_server: ProviderServer, model: str, begun: bool, form: Any, kind: str
) -> None:
    words: list[Step] = [Text("so far")] if begun else []
    provider_server.script(Reply([*words, event({"error": form})]))
    arrived, problem = await fail(provider_server, model=model)
    assert text_of(arrived) == ("so far" if begun else "")
    assert (problem.kind, problem.retryable) == (kind, True)
    assert problem.message.endswith("It said: too busy")
    assert_fit_to_be_shown(problem)


async def test_an_event_named_error_is_one(provider_server: ProviderServer) -> None:
    named = Raw(b'event: error\ndata: {"error": {"message": "too busy"}}\n\n')
    provider_server.script(Reply([Text("so far"), named]))
    arrived, problem = await fail(provider_server)
    assert (text_of(arrived), problem.kind) == ("so far", "server")


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (WEB_PAGE, "protocol", "a web page"),
        (b"\xef\xbb\xbf" + WEB_PAGE, "protocol", "a web page"),
        (b'{"choices": [{"message": {"content": "whole"}}]}', "protocol", "no stream"),
        (b"hello", "protocol", "no stream"),
        (
            b'{"error": {"message": "Your credit balance is too low"}}',
            "quota",
            "credit balance",
        ),
        (b'{"error": "it broke"}', "server", "it broke"),
    ],
    ids=["web page", "web page with a BOM", "JSON", "text", "error object", "error string"],
)
async def test_what_is_no_stream_is_no_answer_even_with_status_200(
    provider_server: ProviderServer, model: str, body: bytes, kind: str, words: str
) -> None:
    provider_server.script(Reply(body=body))
    arrived, problem = await fail(provider_server, model=model)
    assert text_of(arrived) == ""
    assert (problem.kind, problem.status) == (kind, None)
    assert words in problem.message
    assert_fit_to_be_shown(problem)


@pytest.mark.parametrize(
    "data",
    [b"data: {oops\n\n", b"data: [1, 2]\n\n", b'data: "\xff\xfe"\n\n', b"data: " + b"[" * 9000],
    ids=["no JSON", "no object", "no UTF-8", "no end"],
)
async def test_an_event_that_cannot_be_read_ends_the_answer_with_an_error(
    provider_server: ProviderServer, data: bytes
) -> None:
    provider_server.script(Reply([Text("so far"), Raw(data + b"\n\n"), Text("lost")]))
    arrived, problem = await fail(provider_server)
    assert text_of(arrived) == "so far"
    assert problem.kind == "protocol"
    assert_fit_to_be_shown(problem)


# Failures before any request


@pytest.mark.parametrize("model", ["nonsense/model", "nonsense", "nonsense/[/foo]\x1b[31m"])
async def test_a_model_of_no_known_provider_is_not_found(
    provider_server: ProviderServer, model: str
) -> None:
    _, problem = await fail(provider_server, model=model, api_base=None)
    assert (problem.kind, problem.retryable) == ("not_found", False)
    assert_fit_to_be_shown(problem)


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("openai/gpt-4o", "OPENAI_API_KEY"),
        ("gpt-4o", "OPENAI_API_KEY"),
        ("anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
    ],
)
async def test_a_missing_key_is_named(
    provider_server: ProviderServer, model: str, variable: str
) -> None:
    _, problem = await fail(provider_server, model=model, api_base=None, api_key=None)
    assert (problem.kind, problem.retryable, problem.status) == ("set_up", False, None)
    assert variable in problem.hint
    assert_fit_to_be_shown(problem)


async def test_nothing_hangs_on_the_error_that_could_hold_the_key(
    provider_server: ProviderServer,
) -> None:
    provider_server.script(error(401, f"bad key {KEY}"))
    _, problem = await fail(provider_server)
    assert problem.__cause__ is None
    assert problem.__suppress_context__
