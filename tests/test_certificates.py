"""Which certificates servers are checked against, and what is said where they cannot be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tyler_tui.certificates import certificates
from tyler_tui.errors import UsageError


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(variable, raising=False)
    certificates.cache_clear()
    yield
    certificates.cache_clear()


def test_those_that_the_variable_names_are_all_that_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(certificates().get_ca_certs()) > 1
    certificates.cache_clear()
    file = tmp_path / "own.pem"
    trustme.CA().cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert len(certificates().get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("missing", "there is no such file"),
        ("text", "there are no certificates in it"),
        ("folder", "it cannot be read"),
    ],
)
def test_a_file_that_is_no_good_is_told_with_the_variable_and_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, reason: str
) -> None:
    (tmp_path / "text").write_text("no certificate", "utf-8")
    (tmp_path / "folder").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / place))
    with pytest.raises(UsageError) as told:
        certificates()
    assert f"SSL_CERT_FILE names {tmp_path / place}" in told.value.message
    assert told.value.message.endswith(f"and {reason}.")
