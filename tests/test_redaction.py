"""Keys, tokens, addresses and home folders are taken out of a text."""

import pytest

from tyler_tui.redaction import is_secret_name, redacted, without_own_keys


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("key sk-proj-abcdefghijklmnop end", "key *** end"),
        ("ghp_abcdefghijklmnopqrst", "***"),
        ("xoxb-123456789012-abc", "***"),
        ("AKIAABCDEFGHIJKLMNOP", "***"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "***"),
        ("Authorization: Bearer abcdefgh12", "Authorization: ***"),
        ("password = hunter22", "password = ***"),
        ('{"api_key": "abcdef123"}', '{"api_key": "***"}'),
        ("DB_PASSWORD=s3cr3t-thing", "DB_PASSWORD=***"),
        ("https://me:hunter2@host.example/x", "https://***@host.example/x"),
        ("mail ada@example.com now", "mail ***@*** now"),
        ("in /home/ada/work and /Users/bob/x", "in ~/work and ~/x"),
        (r"C:\Users\carol\notes.txt", r"~\notes.txt"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- x", "*** x"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE cut off", "***"),
    ],
)
def test_secrets_are_masked(text: str, wanted: str) -> None:
    assert redacted(text, {}) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "skateboarding_competition", "the token is counted: 12 tokens", "a key: value",
        "password: None", "total_tokens=123456", "git@ is no address", "/homes/of/people",
        "eyJ is short", "https://example.com/a:b@c",
    ],
)  # fmt: skip
def test_what_only_looks_a_little_like_it_stays(text: str) -> None:
    assert redacted(text, {}) == text


def test_the_secrets_of_the_environment_are_masked_wherever_they_stand() -> None:
    environ = {
        "MY_SERVICE_TOKEN": "correct horse",
        "EDITOR": "correct horse battery",
        "X_KEY": "ab",
    }
    assert redacted("it is correct horse, ab", environ) == "it is ***, ab"


def test_the_own_home_is_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/srv/people/ada")
    assert redacted("/srv/people/ada/x /srv/people/adam", {}) == "~/x /srv/people/adam"


@pytest.mark.parametrize("name", ["api_key", "ACCESS_TOKEN", "client-secret", "password", "x-key"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)
    assert not is_secret_name(f"{name}board")


def test_a_key_by_itself_is_no_secret() -> None:
    assert not is_secret_name("key")
    assert not is_secret_name("total_tokens")


@pytest.mark.parametrize("first", ["FIRST_API_KEY", "SECOND_API_KEY"])
def test_of_keys_that_begin_alike_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    long, short = "0123456789ab-cdef-0123", "0123456789ab-cdef"
    other = {"FIRST_API_KEY": "SECOND_API_KEY", "SECOND_API_KEY": "FIRST_API_KEY"}[first]
    monkeypatch.setenv(first, long)
    monkeypatch.setenv(other, short)
    assert without_own_keys(f"{long}, {short}.") == "***, ***."


def test_a_word_that_is_taken_for_a_key_stays_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "ollama")
    monkeypatch.setenv("OTHER_API_KEY", "")
    assert without_own_keys("ask ollama") == "ask ollama"


def test_the_passwords_of_the_sessions_are_masked_as_they_are_written_and_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TYLER_CHAT_DB", "postgresql://me:p%40ss-word-1@h/x?sslpassword=word-two%21")
    monkeypatch.setenv("PGPASSWORD", "word-three")
    said = "p@ss-word-1 p%40ss-word-1 word-two! word-two%21 word-three"
    assert without_own_keys(said) == "*** *** *** *** ***"
    monkeypatch.setenv("TYLER_CHAT_DB", "postgresql://me@h/x")
    monkeypatch.setenv("PGPASSWORD", "x")
    assert without_own_keys("me@h x") == "me@h x"
