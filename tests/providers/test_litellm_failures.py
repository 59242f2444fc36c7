"""LiteLLMProvider: every way in which a server or a network fails becomes one helpful error."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.provider_server import (
    ProviderServer,
    Reply,
    answer,
    error,
)
from tests.providers.asking import (
    CLIENTS,
    KEY,
    QUIET,
    WEB_PAGE,
    ask,
    assert_fit_to_be_shown,
    fail,
)

pytestmark = QUIET


STATUSES = [
    (400, "bad_request", False),
    (401, "authentication", False),
    (402, "quota", False),
    (403, "permission", False),
    (404, "not_found", False),
    (408, "timeout", True),
    (409, "bad_request", False),
    (413, "context_length", False),
    (422, "bad_request", False),
    (429, "rate_limit", True),
    (500, "server", True),
    (501, "server", True),
    (502, "server", True),
    (503, "overloaded", True),
    (504, "timeout", True),
    (520, "server", True),
    (529, "overloaded", True),
]


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(("status", "kind", "retryable"), STATUSES)
async def test_each_status_is_a_kind_of_failure_told_in_our_words_after_one_request(
    provider_server: ProviderServer, model: str, status: int, kind: str, retryable: bool
) -> None:
    provider_server.script(error(status, "the server's words"))
    arrived, problem = await fail(provider_server, model=model)
    assert arrived == []
    assert (problem.kind, problem.status, problem.retryable) == (kind, status, retryable)
    assert problem.retry_after_s is None
    assert f"(HTTP {status})" in problem.message
    assert problem.message.endswith("It said: the server's words")
    assert_fit_to_be_shown(problem)
    assert len(provider_server.requests) == 1


@pytest.mark.parametrize(
    ("body", "quoted"),
    [
        (WEB_PAGE, ""),
        (b"", ""),
        (b"   \n", ""),
        (b"plain words", "plain words"),
        (b'"a string"', "a string"),
        (b'{"error": "only a string"}', "only a string"),
        (b'{"error": {}}', ""),
        (b'{"error": null, "message": "beside it"}', "beside it"),
        (b'{"detail": "a detail"}', "a detail"),
        (b'{"message": "on top"}', "on top"),
        (b'[{"error": {"message": "in a list"}}]', "in a list"),
        (b'{"error": {"message": "cut off', ""),
        (b"\xff\xfe\x00broken", "broken"),
        (b"[" * 20_000, ""),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else None,
)
@pytest.mark.parametrize("model", CLIENTS)
async def test_the_servers_words_are_found_in_any_body(
    provider_server: ProviderServer, model: str, body: bytes, quoted: str
) -> None:
    provider_server.script(Reply(status=502, body=body))
    _, problem = await fail(provider_server, model=model)
    assert (problem.kind, problem.status) == ("server", 502)
    assert problem.message.partition(" It said: ")[2].lstrip("\ufffd") == quoted
    assert_fit_to_be_shown(problem)


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    ("status", "message", "code", "kind"),
    [
        (400, "This model's maximum context length is 8192 tokens.", "", "context_length"),
        (400, "too many", "context_length_exceeded", "context_length"),
        (400, "the request exceeds the available context size", "", "context_length"),
        (400, "prompt is too long: 250000 tokens > 200000", "", "context_length"),
        (429, "You exceeded your current quota, please check your plan.", "", "quota"),
        (429, "no more", "insufficient_quota", "quota"),
        (400, "Your credit balance is too low.", "", "quota"),
        (400, "filtered", "content_filter", "content_filter"),
        (400, "triggering the content management policy", "", "content_filter"),
    ],
)
async def test_words_tell_more_than_a_status(
    provider_server: ProviderServer, model: str, status: int, message: str, code: str, kind: str
) -> None:
    provider_server.script(error(status, message, code))
    _, problem = await fail(provider_server, model=model)
    assert (problem.kind, problem.retryable) == (kind, False)
    assert_fit_to_be_shown(problem)


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    ("value", "least", "most"),
    [("7", 7, 7), ("0.5", 0.5, 0.5), ("date", 20, 31), ("3600", 3600, 3600)],
)
async def test_retry_after_is_read_as_seconds_or_as_a_date(
    provider_server: ProviderServer, model: str, value: str, least: float, most: float
) -> None:
    if value == "date":
        value = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    provider_server.script(error(429, "slow down", retry_after=value))
    _, problem = await fail(provider_server, model=model)
    assert problem.retry_after_s is not None
    assert least <= problem.retry_after_s <= most
    assert len(provider_server.requests) == 1


@pytest.mark.parametrize("value", ["soon", "-5", "nan", "inf", "Thu, 01 Jan 1970 00:00:00 GMT"])
async def test_a_retry_after_that_makes_no_sense_is_none(
    provider_server: ProviderServer, value: str
) -> None:
    provider_server.script(error(503, "busy", retry_after=value))
    _, problem = await fail(provider_server)
    assert (problem.kind, problem.retry_after_s) == ("overloaded", None)


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    "template",
    [
        "Incorrect API key provided: {key}.",
        "x" * 290 + " {key}",
        "Authorization: Bearer {key} was refused",
        "key=sk-another-one-0123456789",
    ],
    ids=["quoted", "across the cut", "as a header", "another key"],
)
async def test_a_key_in_an_error_is_masked(
    provider_server: ProviderServer, model: str, template: str
) -> None:
    provider_server.script(error(401, template.format(key=KEY)))
    _, problem = await fail(provider_server, model=model)
    assert "sk-" not in problem.message
    assert_fit_to_be_shown(problem)


@pytest.mark.parametrize("source", ["environment", "header"])
async def test_a_secret_that_looks_like_no_key_is_masked_too(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    secret = "correct horse battery"
    changes: dict[str, Any] = {"extra_headers": {"X-Api-Token": secret}}
    if source == "environment":
        monkeypatch.setenv("OPENAI_API_KEY", secret)
        changes = {"api_key": None}
    provider_server.script(error(403, f"{secret} may not do that"))
    _, problem = await fail(provider_server, **changes)
    assert problem.message.endswith("It said: *** may not do that")


async def test_ordinary_words_are_not_taken_for_keys(provider_server: ProviderServer) -> None:
    words = "keyboard_interrupt_handling in skateboarding_competitions failed"
    provider_server.script(error(500, words))
    _, problem = await fail(provider_server)
    assert problem.message.endswith(words)


async def test_hostile_words_are_made_harmless(provider_server: ProviderServer) -> None:
    words = (
        "litellm.BadRequestError: \x1b[31mred\x1b]52;c;aGk=\x07 [/foo]\u202e\x9b2J\r\nnext\x00"
        '\nTraceback (most recent call last):\n  File "server.py", line 3'
    )
    provider_server.script(error(400, words))
    _, problem = await fail(provider_server)
    assert problem.message.endswith("It said: ␛[31mred␛]52;c;aGk= [/foo]2J next")
    assert_fit_to_be_shown(problem)


# Bodies that are too big


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("status", [400, 500])
async def test_an_error_of_several_megabytes_does_not_hold_up_the_loop(
    provider_server: ProviderServer, model: str, status: int
) -> None:
    body = json.dumps({"error": {"message": "so many words " * 400_000}}).encode()
    provider_server.script(
        answer("to import what the first call needs"), Reply(status=status, body=body)
    )
    await ask(provider_server, model=model)
    longest = 0.0

    async def feel_the_pulse() -> None:
        nonlocal longest
        last = time.thread_time()  # other processes' share of the machine does not count
        while True:
            await asyncio.sleep(0.005)
            now = time.thread_time()
            longest, last = max(longest, now - last), now

    pulse = asyncio.create_task(feel_the_pulse())
    await asyncio.sleep(0)
    _, problem = await fail(provider_server, model=model)
    await asyncio.sleep(0.01)
    pulse.cancel()
    assert longest < 1.0  # 2.5 s and more when LiteLLM gets the whole body
    assert problem.status == status
    assert_fit_to_be_shown(problem)
