"""How much memory the real program takes while answer after answer streams into one session.

Seconds in CI; `--soak` makes minutes of it, and `--soak-minutes` as many as are wanted. The figures
are printed, so `-s` shows them as they come.
"""

import time
from pathlib import Path

import pytest

from tests.bench import processes
from tests.bench.programs import Bench, ask, calm, product
from tests.bench.server import Server, end_of
from tests.bench.terminal import COLUMNS, ROWS, RawTerminal

PROGRAM = product("-m", "openai/gpt-4o")
"""A model whose window is known: a request that would outgrow it is made with a summary."""
TOKENS, WARM_ANSWERS, ANSWERS = 2_000, 30, 90
CHARACTERS_PER_TOKEN = 4
BYTES_PER_CHARACTER = 5
"""In a text with an emoji in it, and its UTF-8 form, which Python keeps. The text stays in memory;
all else goes."""
SLACK_MB, SLACK = 10.0, 2.0
"""What an allocator holds back between requests of growing length, by chance."""


@pytest.mark.timeout(100_000)
def test_memory_grows_by_no_more_than_the_text_of_the_session(
    tmp_path: Path, soak_minutes: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    marks: list[tuple[int, float]] = []
    with Server() as server:
        bench = Bench(server, tmp_path, runs=1, quick=True)
        with bench.warmed(PROGRAM) as terminal:
            began = time.monotonic()
            answers = 0

            def is_over() -> bool:
                if soak_minutes is None:
                    return answers >= ANSWERS
                return time.monotonic() - began > 60 * soak_minutes

            while not is_over():
                answer(server, terminal)
                answers += 1
                marks.append((answers, processes.rss_mb(terminal.pid)))
                if soak_minutes is not None and answers % 20 == 0:
                    with capsys.disabled():
                        print(_told(time.monotonic() - began, *marks[-1]))
            calm(terminal)
            marks.append((answers, processes.rss_mb(terminal.pid)))
    warm = next(mb for count, mb in marks if count == WARM_ANSWERS)
    grown = marks[-1][1] - warm
    said = (answers - WARM_ANSWERS) * TOKENS * CHARACTERS_PER_TOKEN * BYTES_PER_CHARACTER / 2**20
    with capsys.disabled():
        print(f"\n{_told(time.monotonic() - began, *marks[-1])}, {grown:+.1f} MB since the start")
    assert grown <= SLACK_MB + SLACK * said, f"{said:.1f} MB were said; MB by answers: {marks[::5]}"


def answer(server: Server, terminal: RawTerminal) -> None:
    """Send a prompt and read to the end of its answer."""
    mark = ask(terminal, TOKENS, None)
    terminal.read_until(lambda: server.find("last", mark), 60)
    try:
        terminal.wait_for(end_of(mark), timeout_s=2)
    except TimeoutError:  # drawn in two pieces: of a row only what changes need be drawn
        terminal.resize(ROWS, COLUMNS - 1)
        terminal.wait_for(end_of(mark))
        terminal.resize(ROWS, COLUMNS)


def _told(seconds: float, answers: int, mb: float) -> str:
    return f"{seconds:.0f} s: {answers} answers, {answers * TOKENS:,} tokens, {mb:.1f} MB"
