"""Several sessions that stream at once, one of them on the screen."""

from tests.bench import processes
from tests.bench.figures import Row, Samples, share
from tests.bench.programs import DIRECT, Bench, ask
from tests.bench.streaming import type_keys
from tests.bench.terminal import RawTerminal

SESSIONS = 8
RATE = 100.0
NEW_SESSION = "\x0e"
FRESH = "new session"
"""Stands in the header of a session that has no title yet."""


def several(bench: Bench) -> list[Row]:
    seconds = 5 if bench.quick else 15
    samples = Samples()
    for _ in range(bench.runs):
        for count in (1, SESSIONS):
            with bench.warmed(DIRECT) as terminal:
                _start(bench, terminal, count, seconds)
                before = processes.cpu_s(terminal.pid)
                for took in type_keys(terminal, seconds):
                    samples.add(f"{count}", "echo", took)
                used = processes.cpu_s(terminal.pid) - before
                samples.add(f"{count}", "share", 100 * used / seconds)
    name = f"{SESSIONS} sessions at {RATE:.0f} tokens a second"
    unseen = samples[f"{SESSIONS}", "share"] - samples["1", "share"]
    return [
        Row("1 session: share of a core", samples["1", "share"], "%"),
        Row(f"{name}: share of a core", samples[f"{SESSIONS}", "share"], "%"),
        Row(f"{name}: the unseen, together", unseen, "%", 10),
        Row(f"{name}: key to echo, p99", share(samples.all(f"{SESSIONS}", "echo"), 0.99), "ms", 50),
    ]


def _start(bench: Bench, terminal: RawTerminal, count: int, seconds: float) -> None:
    tokens = int(RATE * (3 * seconds + 4 * count))
    for number in range(count):
        if number:
            terminal.type(NEW_SESSION)
            terminal.wait_for(FRESH)
            terminal.rest(0.3)
        mark = ask(terminal, tokens, RATE)
        bench.server.wait("sent", mark, 100)
