"""The same few figures for the product, the floors and every rival."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

from tests.bench import processes
from tests.bench.figures import Row, Samples, ratio, share
from tests.bench.programs import COMPOSER, DIRECT, LINES, LITELLM, MARKDOWN, Bench, Program, calm
from tests.bench.rivals.known import RIVALS
from tests.bench.rivals.rival import Rival
from tests.bench.server import end_of, new_mark, order
from tests.bench.streaming import KEY_EVERY_S, KEYS, RATE
from tests.bench.terminal import RawTerminal

PAINT, MEMORY, COST = "first paint s", "memory MB", "CPU s per 1,000 tokens"
SIZE, P50, P99 = "bytes per token", "echo p50 ms", "echo p99 ms"
TYPING_S = 0.3
"""Some want a pause between a text and Enter, or take both for something pasted."""


def rivals(bench: Bench) -> list[Row]:
    samples = Samples()
    missing: dict[str, str] = {}
    for _ in range(bench.runs):
        for name, spawn, ready, enter in _programs(bench, missing):
            if name in missing:
                continue
            try:
                with spawn() as terminal:
                    _measure(bench, terminal, ready, enter, partial(samples.add, name))
            except (TimeoutError, OSError) as error:
                missing[name] = str(error)[:120]
    rows = samples.rows({})
    own = samples[DIRECT.name, COST]
    costs = [samples[rival.name, COST] for rival in RIVALS if samples.has(rival.name, COST)]
    if costs:
        rows.append(ratio(f"{COST}, against the cheapest rival", own, min(costs), 1))
    return [*rows, *(Row(f"{name}: {why}", None) for name, why in missing.items())]


_Start = tuple[str, Callable[[], contextlib.AbstractContextManager[RawTerminal]], str, str]


def _programs(bench: Bench, missing: dict[str, str]) -> Iterator[_Start]:
    for program in (MARKDOWN, LINES, DIRECT, LITELLM):
        yield program.name, partial(_spawn_own, bench, program), COMPOSER, "\r"
    for rival in RIVALS:
        command = rival.command(bench.rivals) if bench.rivals is not None else None
        if command is None:
            missing[rival.name] = f"not installed: {rival.install}"
            continue
        spawn = partial(_spawn, bench, rival, command)
        yield rival.name, spawn, rival.ready, rival.enter


def _spawn_own(bench: Bench, program: Program) -> RawTerminal:
    return bench.spawn(program)


def _spawn(bench: Bench, rival: Rival, command: list[str]) -> RawTerminal:
    return rival.spawn(command, bench.new_home(), bench.server.base_url)


def _measure(
    bench: Bench,
    terminal: RawTerminal,
    ready: str,
    enter: str,
    add: Callable[[str, float], None],
) -> None:
    tokens = 1_000 if bench.quick else 5_000
    add(PAINT, terminal.wait_for(ready) - terminal.spawned_at)
    calm(terminal)
    _answer(bench, terminal, 100, enter)
    calm(terminal)
    add(MEMORY, processes.rss_mb(terminal.pid))
    cpu, received = processes.cpu_s(terminal.pid), terminal.received
    _answer(bench, terminal, tokens, enter)
    calm(terminal, 120)  # some go on drawing long after the last byte
    add(COST, 1000 * (processes.cpu_s(terminal.pid) - cpu) / tokens)
    add(SIZE, (terminal.received - received) / tokens)
    mark = _ask(terminal, len(KEYS) * int(1.5 * RATE * KEY_EVERY_S) + 400, enter)
    _wait(bench, terminal, "sent", mark, 100)
    waits = []
    for key in KEYS:
        at = terminal.type(key)
        waits.append(1000 * (terminal.wait_for(key) - at))
        terminal.rest(KEY_EVERY_S + 0.0007 * (ord(key) % 13))
    add(P50, share(waits, 0.5))
    add(P99, share(waits, 0.99))


def _ask(terminal: RawTerminal, tokens: int, enter: str) -> str:
    mark = new_mark()
    terminal.type(order(tokens, RATE, mark))
    terminal.rest(TYPING_S)
    terminal.type(enter)
    return mark


def _answer(bench: Bench, terminal: RawTerminal, tokens: int, enter: str) -> None:
    mark = _ask(terminal, tokens, enter)
    _wait(bench, terminal, "last", mark, 0, 60 + 2 * tokens / RATE)
    with contextlib.suppress(TimeoutError):  # one that draws by cells may never write it whole
        terminal.wait_for(end_of(mark), 5)


def _wait(
    bench: Bench,
    terminal: RawTerminal,
    what: str,
    mark: str,
    count: int = 0,
    timeout_s: float = 60.0,
) -> None:
    """Read until the server has seen something: a program that cannot write does nothing else."""
    terminal.read_until(lambda: bench.server.find(what, mark, count), timeout_s, f"{what} {mark}")
