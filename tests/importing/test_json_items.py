"""The items of an array come whole, wherever the file is cut into pieces."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tyler_tui.importing import json_items as module
from tyler_tui.importing.json_items import json_items

_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


class Trickle(io.RawIOBase):
    """Gives no more than a few bytes at once."""

    def __init__(self, data: bytes, size: int) -> None:
        self._file, self._size = io.BytesIO(data), size

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(self._size)


@given(
    items=st.lists(_values, max_size=6),
    size=st.integers(4, 40),
    indent=st.sampled_from([None, 2]),
    escaped=st.booleans(),
)
def test_any_array_in_any_pieces(
    items: list[Any], size: int, indent: int | None, escaped: bool
) -> None:
    data = json.dumps(items, indent=indent, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    if b"\xed" in data:  # lone surrogates are no UTF-8
        data = json.dumps(items, indent=indent).encode()
    assert list(json_items(Trickle(data, size))) == items


def test_what_is_no_number_of_json_is_none() -> None:
    assert list(json_items(io.BytesIO(b"[NaN, Infinity, -Infinity, 1]"))) == [None, None, None, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    assert list(json_items(io.BytesIO('["ä", 1]'.encode(encoding)))) == ["ä", 1]


def test_bytes_that_are_no_text_cost_only_themselves() -> None:
    assert list(json_items(io.BytesIO(b'["a\xffb", "line\nend"]'))) == ["a\ufffdb", "line\nend"]


def test_a_single_value() -> None:
    assert list(json_items(io.BytesIO(b'\n {"a": [1]} '))) == [{"a": [1]}]


def test_a_mistake_is_found_without_reading_on() -> None:
    file = io.BytesIO(b"[1, oops " + b" " * 100 * module.PIECE)
    items = json_items(file)
    assert next(items) == 1
    with pytest.raises(ValueError, match="no JSON"):
        next(items)
    assert file.tell() <= 2 * module.PIECE
