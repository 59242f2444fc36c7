"""What is kept of what a command prints."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tyler_tui.tools.output import HEAD_CHARACTERS, TAIL_CHARACTERS, Output


@given(st.binary(max_size=200), st.lists(st.integers(0, 200)))
def test_however_bytes_are_cut_the_text_is_the_same(data: bytes, cuts: list[int]) -> None:
    output = Output()
    edges = [0, *sorted(cuts), len(data)]
    for start, end in pairwise(edges):
        output.feed(data[start:end])
    output.feed(b"", final=True)
    assert output.text() == data.decode(errors="replace")
    assert output.received == len(output.text())


def test_text_up_to_the_limit_is_whole_and_beyond_it_the_middle_goes() -> None:
    limit = HEAD_CHARACTERS + TAIL_CHARACTERS
    data = bytes(97 + number % 26 for number in range(limit + 5))
    output = Output()
    output.feed(data[:limit])
    assert output.text() == data[:limit].decode()
    output.feed(data[limit:])
    head, note, tail = output.text().split("\n")
    assert head == data[:HEAD_CHARACTERS].decode()
    assert note == "[… 5 characters are cut here …]"
    assert tail == data[-TAIL_CHARACTERS:].decode()


def test_the_latest_lines_are_the_last_with_or_without_a_line_end() -> None:
    output = Output()
    output.feed(b"one\ntwo\nthree\n")
    assert output.latest(2) == "two\nthree"
    output.feed(b"four")
    assert output.latest(2) == "three\nfour"
    output.feed(b"x" * 100_000)
    assert len(output.latest(2)) <= 2048
