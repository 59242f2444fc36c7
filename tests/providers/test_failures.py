"""The words and kinds of provider errors, where no server is needed to see them."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tyler_tui.errors import ProviderError
from tyler_tui.messages import Message
from tyler_tui.providers import Request
from tyler_tui.providers.bodies import said
from tyler_tui.providers.failures import causes, failure, raise_unless_stream, retry_after
from tyler_tui.providers.wording import masked

KEY = "sk-0123456789abcdef"


def request(model: str = "openai/gpt-4o", **changes: str) -> Request:
    return Request(model=model, messages=[Message("user", "hello")], api_key=KEY, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 12 ", 12.0),
        ("1e3", 1000.0),
        ("", None),
        ("-1", None),
        ("inf", None),
        ("nan", None),
        ("tomorrow", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_nothing(value: str, seconds: float | None) -> None:
    assert retry_after(value) == seconds


@pytest.mark.parametrize("zone", [UTC, None], ids=["with a zone", "without"])
def test_retry_after_may_be_a_date(zone: object) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=90)
    text = format_datetime(moment if zone else moment.replace(tzinfo=None))
    seconds = retry_after(text)
    assert seconds is not None
    assert 80 < seconds <= 90


def test_a_date_to_retry_after_is_one_of_the_servers_clock() -> None:
    sent, moment = "Thu, 01 Jan 2015 00:00:00 GMT", "Thu, 01 Jan 2015 00:01:30 GMT"
    assert retry_after(moment, sent) == 90
    assert retry_after(moment, "nonsense") is None  # by our own clock it is long ago


@pytest.mark.parametrize(
    "text",
    [
        f"key {KEY} end",
        "key sk-proj-abcdefghijklmnop end",
        "key gsk_abcdefghijklmnop end",
        "key AIzaSyA-abcdefghijklmnop end",
        "key hf_abcdefghijklmnop end",
        "key Bearer abcdefgh end",
    ],
)
def test_whatever_looks_like_a_key_is_masked(text: str) -> None:
    assert masked(text, request()) == "key *** end"


@pytest.mark.parametrize(
    "text", ["skateboarding_competition", "keyboards are keyboards", "a bearer of news", "sk-short"]
)
def test_words_that_begin_like_a_key_are_left_alone(text: str) -> None:
    assert masked(text, request()) == text


def test_the_keys_of_all_providers_in_the_environment_are_masked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "plain old words")
    assert masked("plain old words leaked", request()) == "*** leaked"


@pytest.mark.parametrize(
    ("body", "message", "words", "is_error"),
    [
        ({"message": "m", "type": "t", "code": 429, "status": "S"}, "m", "t 429 S", False),
        ('{"error": {"message": {"deep": 1}}}', "", "", True),
        ('{"error": {"message": "m", "type": ["t"]}}', "m", "", True),
        ('{"error": 7}', "7", "", True),
        ("[]", "", "", False),
        ("null", "", "", False),
        ("17", "", "", False),
        ("openai.BadRequestError: litellm.APIError: m", "m", "", False),
    ],
)
def test_a_body_of_any_shape_is_read(
    body: object, message: str, words: str, is_error: bool
) -> None:
    assert said(body) == (message, words, is_error)


def test_an_error_that_causes_itself_is_followed_once() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__cause__, second.__cause__ = second, first
    assert list(causes(first)) == [first, second]


@pytest.mark.parametrize("started", [False, True])
def test_an_error_that_nobody_foresaw_is_told_without_its_text(started: bool) -> None:
    problem = failure(KeyError(f"{KEY} /home/me/secret"), request(), started=started)
    assert problem.kind == ("truncated" if started else "unknown")
    assert "secret" not in problem.message
    assert KEY not in problem.message
    assert problem.hint


@pytest.mark.parametrize("head", [b"", b" \r\n", b"data: {}", b": ping", b"event: x", b"id: 1"])
def test_the_beginning_of_a_stream_is_no_failure(head: bytes) -> None:
    raise_unless_stream(head, request())


@pytest.mark.parametrize(
    ("model", "base", "name"),
    [
        ("openai/gpt-4o", None, "OpenAI"),
        ("anthropic/claude-sonnet-4-5", None, "Anthropic"),
        ("openai/gpt-4o", "http://me:word@localhost:8080/v1", "localhost:8080"),
        ("nobody/knows", None, "The provider"),
    ],
)
def test_a_failure_names_the_provider_or_the_server(
    model: str, base: str | None, name: str
) -> None:
    changes = {"api_base": base} if base else {}
    with pytest.raises(ProviderError) as caught:
        raise_unless_stream(b"<html>", request(model, **changes))
    assert caught.value.message == f"{name} sent a web page instead of an answer."
