"""The charts of a session: what stands for what, in any width."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tyler_tui import Message
from tyler_tui.charts import Inks, SessionCharts
from tyler_tui.charts.drawing import Bar, bars, columns
from tyler_tui.charts.session import session_charts
from tyler_tui.export.svg import svg
from tyler_tui.messages import Usage

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def answer(seconds: float, tokens: int, cost: float | None, ms: float) -> Message:
    metrics = {"cost_usd": cost, "latency_ms": ms}
    usage = Usage(tokens, 0, tokens)
    return Message("assistant", "x", timestamp=at(seconds), usage=usage, metrics=metrics)


def result(seconds: float, name: str, ms: float, **metrics: object) -> Message:
    return Message(
        "tool",
        "",
        name=name,
        tool_call_id=name,
        timestamp=at(seconds),
        metrics={"duration_ms": ms, **metrics},
    )


BRANCH = [
    Message("user", "look \x1b[2J[bold]it[/bold] up", timestamp=at(0)),
    answer(0, 500, 0.25, 1_000),
    result(3, "web-fetch", 2_000),
    result(4, "files-write", 900.0, denied=True),
    answer(4, 1_000, 0.5, 4_000),
    Message("user", "thanks", timestamp=at(20)),
    answer(20, 250, None, 2_000),
]


def text_of(*, blocks: bool = True) -> list[str]:
    return [line.plain for line in session_charts(BRANCH, 60, Inks(blocks=blocks))]


def test_the_highest_answer_is_as_high_as_the_axis_and_the_others_in_proportion() -> None:
    lines = [line.plain for line in columns([500, 1_000, 250, 0], 40, 4, str, Inks())]
    assert lines == [
        "1000 ┤    ███",
        "     ┤    ███",
        "     ┤███ ███",
        "   0 ┤███ ███ ███",
    ]


def test_more_answers_than_cells_share_columns_and_no_peak_is_lost() -> None:
    values = [1.0] * 1_000
    values[777] = 8.0
    lines = [line.plain for line in columns(values, 30, 4, lambda n: f"{n:.0f}", Inks())]
    assert max(map(len, lines)) <= 30
    assert lines[0].count("█") == 1


def test_figures_stand_in_the_heads() -> None:
    text = text_of()
    assert "Tokens · 1.8k in 3 answers, with what they were given" in text
    assert "Money · $0.75, and 1 of unknown price" in text
    assert "Time · half of the answers within 2.0 s" in text


def test_tools_stand_where_they_were_at_work_in_their_turn() -> None:
    head, fetch, write = text_of()[-3:]
    assert head == "look ␛[2J[bold]it[/bold] up · 8.0 s"
    assert fetch.startswith("web-fetch   ")
    assert fetch.endswith(" 2.0 s")
    assert write.startswith("files-write ")
    room = 60 - len("files-write ") - len(" denied")
    began = fetch.index("█") - len("files-write ")
    assert began == pytest.approx(room / 8, abs=1), "a second after the prompt, of eight"
    assert fetch.count("█") == pytest.approx(room / 4, abs=1)


def test_what_was_denied_was_not_at_work_and_what_failed_was() -> None:
    failed = [*BRANCH[:5], result(6, "web-search", 1_000, failed=True), *BRANCH[5:]]
    *_, write, search = [line.plain for line in session_charts(failed, 60, Inks())]
    assert write.endswith(" denied")
    assert write.count("█") == 0, "it waited for its answer"
    assert search.endswith(" failed 1.0 s")
    assert search.count("█") >= 3


def test_earlier_turns_are_left_out_and_told_of() -> None:
    lines = [line.plain for line in session_charts(BRANCH * 3, 60, Inks(), 1)]
    assert "2 earlier turns are left out" in lines
    assert sum(line.startswith("web-fetch") for line in lines) == 1


def test_without_blocks_all_is_ascii() -> None:
    assert "".join(text_of(blocks=False)).replace("·", "").replace("␛", "").isascii()


def test_nothing_is_drawn_of_nothing() -> None:
    assert SessionCharts([Message("user", "hi")], Inks()).is_empty
    assert session_charts([], 60, Inks()) == []


@pytest.mark.parametrize("odd", [1e300, -1e300, float("inf"), float("nan"), 10**400])
@pytest.mark.parametrize("year", [1, 9999])
def test_figures_and_times_that_cannot_be_are_no_reason_to_fail(odd: float, year: int) -> None:
    branch = [
        Message("user", "hi", timestamp=datetime(year, 1, 1, tzinfo=UTC)),
        answer(0, 500, odd, odd),
        result(1, "web-fetch", odd),
    ]
    branch[2].timestamp = branch[0].timestamp
    assert session_charts(branch, 60, Inks())


_share = st.floats(0, 1)


@given(
    st.lists(st.floats(0, 1e12), max_size=200),
    st.lists(st.tuples(st.text(max_size=30), _share, _share), max_size=5),
    st.integers(12, 120),
)
def test_no_line_is_wider_than_there_is_room(
    values: list[float], stretches: list[tuple[str, float, float]], width: int
) -> None:
    drawn = columns(values, width, 5, lambda n: f"{min(n, 999):.0f}", Inks())
    assert all(cell_len(line.plain) <= width for line in drawn)
    rows = [Bar("name", min(a, b), max(a, b), "1 ms") for _, a, b in stretches]
    assert all(cell_len(line.plain) <= width + 4 for line in bars(rows, width, Inks()))


def test_a_picture_is_whole_and_asks_nothing_of_the_network() -> None:
    drawn = svg([SessionCharts(BRANCH, Inks())], "a <title> & more")
    root = ElementTree.fromstring(drawn)
    assert "Tokens" in "".join(root.itertext()).replace("\xa0", " ")
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
