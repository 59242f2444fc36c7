import itertools
import string
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tyler_tui.tui.answer_keys import DEAF_SECONDS, SETTLE_SECONDS, AnswerKeys

ANSWERS = frozenset("yaAnNe")
KEYS = st.sampled_from(string.ascii_letters + " .,é好")
TICKS = 64
"""Times are in whole parts of a second, of which sums are exact."""
SETTLING = int(SETTLE_SECONDS * TICKS)


def seconds(most: int) -> st.SearchStrategy[float]:
    return st.integers(0, most).map(lambda ticks: ticks / TICKS)


def typed(keys: Sequence[tuple[str, float]]) -> tuple[list[str], str]:
    """The answers that are given by keys, each pressed so many seconds behind the one before (the
    first: after the question came up), and the text that is none."""
    machine, now, answers, text = AnswerKeys(), 100.0, [], ""
    machine.begin(now)
    for key, gap in keys:
        now += gap
        if gap >= SETTLE_SECONDS and (settled := machine.take()):
            answers.append(settled)
        text += machine.press(key, now, answers=key in ANSWERS)
    if settled := machine.take():
        answers.append(settled)
    return answers, text


@given(
    st.lists(st.tuples(KEYS, seconds(SETTLING)), min_size=1),
    KEYS,
    seconds(10 * TICKS),
)
def test_no_key_of_a_word_that_is_typed_answers(
    rest: list[tuple[str, float]], first: str, after: float
) -> None:
    answers, text = typed([(first, after), *rest])
    assert answers == []
    assert text == "".join([first, *(key for key, _ in rest)]), "and none is lost"


@pytest.mark.parametrize(
    ("after", "answers", "text"), [(0.0, [], "y"), (0.49, [], "y"), (0.5, ["y"], "")]
)
def test_half_a_second_is_nobodys_answer(after: float, answers: list[str], text: str) -> None:
    assert typed([("y", after)]) == (answers, text)


@given(st.lists(st.tuples(KEYS, seconds(3 * TICKS))))
def test_a_key_answers_only_alone_and_after_a_moment_and_all_others_are_text(
    keys: list[tuple[str, float]],
) -> None:
    answers, text = typed(keys)
    times = list(itertools.accumulate(gap for _, gap in keys))
    alone = [
        key
        for n, (key, _) in enumerate(keys)
        if key in ANSWERS
        and times[n] >= DEAF_SECONDS
        and (n == 0 or keys[n][1] >= SETTLE_SECONDS)
        and (n + 1 == len(keys) or keys[n + 1][1] >= SETTLE_SECONDS)
    ]
    assert sorted(answers) == sorted(alone)
    assert sorted(answers + list(text)) == sorted(key for key, _ in keys)
