"""Moving through a session of 5,000 messages: pages, jumps, finding, another size."""

from collections.abc import Iterator

from tests.bench import processes
from tests.bench.figures import Row, Samples, ratio, share
from tests.bench.programs import Bench, calm, product
from tests.bench.sessions import home_with
from tests.bench.stored import FIRST_WORDS, LAST_WORDS, RARE, SESSION
from tests.bench.terminal import COLUMNS, ROWS, RawTerminal

MESSAGES = 5_000
PAGE_UP, PAGE_DOWN, FIND, ESCAPE = "\x1b[5~", "\x1b[6~", "\x06", "\x1b"
TO_START, TO_END = "\x1b[1;5H", "\x1b[1;5F"
FRAME_MS = 50
PAGES = 1_200
"""More than the session has."""
SEEN_PAGES = 30
WIDTHS = (100, 118, 84, COLUMNS)
BETWEEN_KEYS_S = 0.012
SETTLING_S = 0.3
_UNMOVED = 3


def moving(bench: Bench) -> list[Row]:
    program = product("-m", "demo", "-r", SESSION)
    home = home_with(bench.folder, MESSAGES)
    samples = Samples()
    for _ in range(bench.runs):
        with bench.spawn(program, home) as terminal:
            terminal.wait_for(LAST_WORDS)
            calm(terminal)
            samples.add("memory", "before", processes.rss_mb(terminal.pid))
            processes.reset_peak(terminal.pid)
            _resize(terminal, samples)
            _find(terminal, samples)
            _jump(terminal, samples)
            _scroll(terminal, samples, 40 if bench.quick else PAGES)
            samples.add("memory", "peak", processes.peak_mb(terminal.pid))
    pages = samples.all("a page", "new")
    return [
        Row("a page that was not on view yet, p50", share(pages, 0.5), "ms"),
        Row("a page that was not on view yet, p99", share(pages, 0.99), "ms", FRAME_MS),
        Row("a page that was on view, slowest", samples["a page", "slowest seen"], "ms", FRAME_MS),
        Row("jump to the start", samples["jump", "start"], "ms"),
        Row("jump to the end", samples["jump", "end"], "ms", FRAME_MS),
        Row("a key while finding, slowest", samples["find", "slowest key"], "ms", FRAME_MS),
        Row("last key to the word on view", samples["find", "shown"], "ms"),
        Row("another width, to what is on view", samples["resize", "shown"], "ms", FRAME_MS),
        Row("another width, slowest", max(samples.all("resize", "shown")), "ms"),
        ratio(
            "peak memory after all that, against before",
            samples["memory", "peak"],
            samples["memory", "before"],
            1.5,
        ),
    ]


def _resize(terminal: RawTerminal, samples: Samples) -> None:
    for width in WIDTHS:
        at = terminal.resize(ROWS, width)
        samples.add("resize", "shown", 1000 * (terminal.wait_for(LAST_WORDS) - at))
        terminal.rest(SETTLING_S)


def _find(terminal: RawTerminal, samples: Samples) -> None:
    terminal.press(FIND)
    terminal.rest(SETTLING_S)
    at, waits = 0.0, []
    for key in RARE:
        at = terminal.type(key)
        waits.append(1000 * (terminal.wait_for(key) - at))
    samples.add("find", "slowest key", max(waits))
    shown = terminal.wait_for(f"repeated {RARE}")
    samples.add("find", "shown", 1000 * (shown - at))
    terminal.rest(SETTLING_S)
    terminal.press(ESCAPE)
    terminal.rest(SETTLING_S)


def _jump(terminal: RawTerminal, samples: Samples) -> None:
    for key, words, name in ((TO_START, FIRST_WORDS, "start"), (TO_END, LAST_WORDS, "end")):
        at = terminal.type(key)
        samples.add("jump", name, 1000 * (terminal.wait_for(words) - at))
        terminal.rest(SETTLING_S)


def _scroll(terminal: RawTerminal, samples: Samples, pages: int) -> None:
    for took in _press(terminal, PAGE_UP, pages):
        samples.add("a page", "new", took)
    seen = [*_press(terminal, PAGE_DOWN, SEEN_PAGES), *_press(terminal, PAGE_UP, SEEN_PAGES)]
    samples.add("a page", "slowest seen", max(seen))


def _press(terminal: RawTerminal, key: str, times: int) -> Iterator[float]:
    """Press a key again and again: the milliseconds to each answer, until it moves nothing."""
    unmoved = 0
    for _ in range(times):
        took = terminal.press(key)
        if took is not None:
            yield 1000 * took
            unmoved = 0
        elif (unmoved := unmoved + 1) == _UNMOVED:
            return
        terminal.rest(BETWEEN_KEYS_S)
