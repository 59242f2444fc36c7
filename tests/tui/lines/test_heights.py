from hypothesis import given, settings
from hypothesis import strategies as st

from tyler_tui.tui.lines.heights import Heights

CHANGES = st.lists(
    st.tuples(st.sampled_from(["append", "prepend", "set", "remove"]), st.integers(0, 9)),
    max_size=40,
)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 9), max_size=20), CHANGES)
def test_sums_and_look_ups_are_those_of_a_plain_list(
    start: list[int], changes: list[tuple[str, int]]
) -> None:
    plain, heights = list(start), Heights(start)
    for change, number in changes:
        at = number % len(plain) if plain else 0
        if change == "append":
            plain.append(number)
            heights.append(number)
        elif change == "prepend":
            plain[:0] = [number, 1]
            heights.prepend([number, 1])
        elif change == "set" and plain:
            plain[at] = number
            heights.set(at, number)
        elif change == "remove" and plain:
            del plain[at]
            heights.remove(at)
        assert heights.total == sum(plain)
        assert [heights.above(n) for n in range(len(plain) + 1)] == [
            sum(plain[:n]) for n in range(len(plain) + 1)
        ]
        rows = [(n, row) for n, height in enumerate(plain) for row in range(height)]
        assert [heights.at(n) for n in range(len(rows))] == rows
