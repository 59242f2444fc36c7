"""GGUF files as they are named and as they begin, good and bad. Nothing is run here."""

import io
import json
import os
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tyler_tui import Message, ProviderError
from tyler_tui.errors import UsageError
from tyler_tui.providers import Request, provider_for
from tyler_tui.providers.gguf.header import Header, NotGgufError, read_header
from tyler_tui.providers.gguf.naming import file_and_context, whole_name
from tyler_tui.providers.gguf.provider import MOST_CONTEXT
from tyler_tui.providers.gguf.serving import _read_ahead


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def number(key: str, value: int) -> bytes:
    return text(key) + struct.pack("<II", 4, value)


def words(key: str, value: str) -> bytes:
    return text(key) + struct.pack("<I", 8) + text(value)


def header(*pairs: bytes, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(pairs)) + b"".join(pairs)


LIST = text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")
GOOD = header(
    words("general.architecture", "llama"),
    words("general.name", "A model"),
    number("llama.context_length", 8_192),
    LIST,
)


def file_of(folder: Path, data: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return path


def test_name_and_context_are_read(tmp_path: Path) -> None:
    assert read_header(file_of(tmp_path, GOOD)) == Header("A model", 8_192)
    assert read_header(file_of(tmp_path, header(LIST))) == Header()


@given(st.integers(0, len(GOOD)), st.binary(max_size=8))
def test_a_damaged_beginning_is_read_or_an_error_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, cut: int, junk: bytes
) -> None:
    path = file_of(tmp_path_factory.mktemp("cut"), GOOD[:cut] + junk + GOOD[cut + len(junk) :])
    with suppress(NotGgufError):
        read_header(path)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no GGUF file"),
        (b"PK\x03\x04" + GOOD[4:], "no GGUF file"),
        (header(version=1), "version 1"),
        (GOOD[:40], "damaged"),
        (b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1 << 60), "damaged"),
    ],
)
async def test_what_cannot_be_run_is_told_before_anything_starts(
    tmp_path: Path, data: bytes, why: str
) -> None:
    model = f"gguf:{file_of(tmp_path, data)}"
    with pytest.raises(ProviderError, match=why) as raised:
        await anext(provider_for(model).stream(Request(model, [Message("user", "hi")])))
    assert raised.value.kind == "set_up"
    assert provider_for(model).info(model).context_window is None


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    for path in (tmp_path / "pipe.gguf", tmp_path):
        with pytest.raises(NotGgufError, match="no file"):
            read_header(path)


def test_without_a_word_on_free_memory_nothing_is_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS."""
    path, told = file_of(tmp_path, GOOD), io.StringIO()
    _read_ahead(path, told)
    assert json.loads(told.getvalue().splitlines()[-1]) == {"read": 1.0}
    monkeypatch.delitem(os.sysconf_names, "SC_AVPHYS_PAGES")
    _read_ahead(path, told := io.StringIO())
    assert told.getvalue() == ""


async def test_a_file_that_is_not_there_is_named() -> None:
    model = "gguf:/nowhere/mo\x1bdel.gguf"
    with pytest.raises(ProviderError, match="No such file") as raised:
        await anext(provider_for(model).stream(Request(model, [Message("user", "hi")])))
    assert "\x1b" not in str(raised.value)


def test_what_is_known_before_it_is_loaded(tmp_path: Path) -> None:
    path = file_of(tmp_path, GOOD)
    info = provider_for("gguf:x").info(f"gguf:{path}")
    assert (info.context_window, info.input_price, info.output_price) == (8_192, 0.0, 0.0)
    assert provider_for("gguf:x").info(f"gguf:{path}?context=512").context_window == 512
    long = file_of(
        tmp_path, header(words("general.architecture", "x"), number("x.context_length", 1 << 20))
    )
    assert provider_for("gguf:x").info(f"gguf:{long}").context_window == MOST_CONTEXT


def test_a_name_says_which_file_and_how_much_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert file_and_context("gguf:~/m.gguf") == (Path("/home/me/m.gguf"), None)
    assert file_and_context("gguf:m.gguf?context=4096") == (Path("m.gguf"), 4_096)
    assert whole_name("gguf:m.gguf?context=9", Path("/there")) == "gguf:/there/m.gguf?context=9"
    assert whole_name("gpt-4o", Path("/there")) == "gpt-4o"


@pytest.mark.parametrize("name", ["gguf:", "gguf:m.gguf?context=0", "gguf:m.gguf?speed=4"])
def test_a_name_that_says_nothing_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"GGUF|no file"):
        file_and_context(name)
