"""Streaming: what a token costs, bursts, keys and Ctrl+C while text comes."""

import time
from collections.abc import Iterator

from tests.bench import processes
from tests.bench.figures import Row, Samples, ratio, share
from tests.bench.programs import (
    CLEAR_INPUT,
    DIRECT,
    LINES,
    LITELLM,
    MARKDOWN,
    Bench,
    Program,
    answer,
    ask,
    calm,
)
from tests.bench.server import end_of
from tests.bench.terminal import RawTerminal

RATE = 200.0
SETTLING_S = 0.5
KEYS = "бвгдёжзийклмнптуфцчшщъыьэюяБДЁЖЗИЙЛПФЦЧШЩЪЫЬЭЮЯ"
"""They are nowhere in the answer; between two clearings of the input each is typed once."""
KEY_EVERY_S = 0.11
CANCELS = 5
CALM_AFTER_CANCEL_S = 1.2


def stream(bench: Bench) -> list[Row]:
    tokens = 1_500 if bench.quick else 5_000
    samples = Samples()
    for _ in range(bench.runs):
        for program in (MARKDOWN, LINES, DIRECT, LITELLM):
            with bench.warmed(program) as terminal:
                cpu, received = processes.cpu_s(terminal.pid), terminal.received
                answer(terminal, tokens, RATE)
                terminal.rest(SETTLING_S)
                cpu = processes.cpu_s(terminal.pid) - cpu
                samples.add(program.name, "CPU per 1,000 tokens", 1000 * cpu / tokens)
                samples.add(
                    program.name, "bytes per token", (terminal.received - received) / tokens
                )
    cost, size = "CPU per 1,000 tokens", "bytes per token"
    base = samples[MARKDOWN.name, cost]
    return [
        *samples.rows({cost: "s", size: "B"}),
        ratio(f"{cost}, against Textual's Markdown", samples[DIRECT.name, cost], base, 0.18),
        ratio(f"{cost}, through LiteLLM, likewise", samples[LITELLM.name, cost], base, 0.32),
        ratio(
            f"{size}, against the lines floor",
            samples[DIRECT.name, size],
            samples[LINES.name, size],
            0.5,
        ),
        Row(size, samples[DIRECT.name, size], "B", 205),
    ]


def long(bench: Bench) -> list[Row]:
    """Whether a token costs more the longer the answer is, and what it leaves in memory."""
    tokens = 6_000 if bench.quick else 20_000
    samples = Samples()
    for _ in range(bench.runs):
        for program in (DIRECT, LITELLM):
            with bench.warmed(program) as terminal:
                _long(bench, program, terminal, tokens, samples)
    growth = "CPU per token, against a quarter of the length"
    memory = f"peak memory after {tokens:,} tokens, against before"
    return [
        *samples.rows({"quarter": "s", "whole": "s", "before": "MB", "peak": "MB"}),
        *(
            ratio(f"{program.name}: {name}", samples[program.name, a], samples[program.name, b], to)
            for program in (DIRECT, LITELLM)
            for name, a, b, to in (
                (growth, "whole", "quarter", 1.05),
                (memory, "peak", "before", 1.5),
            )
        ),
    ]


def _read_to(bench: Bench, terminal: RawTerminal, mark: str, count: int) -> None:
    """Read until the server has sent so many tokens."""
    terminal.read_until(
        lambda: bench.server.find("sent", mark, count), 30 + 2 * count / RATE, f"{count} tokens"
    )


def _long(
    bench: Bench, program: Program, terminal: RawTerminal, tokens: int, samples: Samples
) -> None:
    pid, quarter = terminal.pid, tokens // 4
    samples.add(program.name, "before", processes.rss_mb(pid))
    processes.reset_peak(pid)
    began = processes.cpu_s(pid)
    mark = ask(terminal, tokens, RATE)
    _read_to(bench, terminal, mark, quarter)
    after_quarter = processes.cpu_s(pid)
    terminal.wait_for(end_of(mark), 30 + 2 * tokens / RATE)
    terminal.rest(SETTLING_S)
    samples.add(program.name, "quarter", 1000 * (after_quarter - began) / quarter)
    samples.add(program.name, "whole", 1000 * (processes.cpu_s(pid) - began) / tokens)
    samples.add(program.name, "peak", processes.peak_mb(pid))


def burst(bench: Bench) -> list[Row]:
    tokens = 20_000
    programs = (LINES, DIRECT, LITELLM)
    samples = Samples()
    for _ in range(bench.runs):
        for program in programs:
            with bench.warmed(program) as terminal:
                cpu = processes.cpu_s(terminal.pid)
                mark, shown = answer(terminal, tokens, None)
                began = bench.server.wait("request", mark).at
                samples.add(program.name, "took", shown - began)
                samples.add(program.name, "lag", shown - bench.server.wait("last", mark).at)
                cpu = processes.cpu_s(terminal.pid) - cpu
                samples.add(program.name, "CPU per 1,000 tokens", 1000 * cpu / tokens)
    return [
        *samples.rows({"took": "s", "lag": "s", "CPU per 1,000 tokens": "s"}),
        Row(
            f"burst of {tokens:,}: last byte to last text",
            samples[DIRECT.name, "lag"],
            "s",
            0.5,
        ),
    ]


def echo(bench: Bench) -> list[Row]:
    tokens = 1_500 if bench.quick else 5_000
    samples = Samples()
    for _ in range(bench.runs):
        for program in (LINES, DIRECT):
            with bench.warmed(program) as terminal:
                mark = ask(terminal, tokens, RATE)
                bench.server.wait("sent", mark, 100)
                for took in type_keys(terminal, tokens / RATE):
                    samples.add(program.name, "echo", took)
    return [
        *(
            Row(f"{program.name}: key to echo, p{part}", share(values, part / 100), "ms", limit)
            for program, limits in ((LINES, (None, None)), (DIRECT, (10, 20)))
            for part, limit in zip((50, 99), limits, strict=True)
            for values in [samples.all(program.name, "echo")]
        ),
    ]


def type_keys(
    terminal: RawTerminal, seconds: float, every_s: float = KEY_EVERY_S
) -> Iterator[float]:
    """Type for so long, and give the milliseconds from each key to its echo."""
    until = time.monotonic() + seconds
    while True:
        for key in KEYS:
            if time.monotonic() > until:
                return
            at = terminal.type(key)
            yield 1000 * (terminal.wait_for(key) - at)
            # Uneven, or it would keep step with the frames.
            terminal.rest(every_s + 0.0007 * (ord(key) % 13))
        terminal.type(CLEAR_INPUT)
        terminal.rest(0.25)  # what it cleared is drawn before the next key


def cancel(bench: Bench) -> list[Row]:
    samples = Samples()
    with bench.warmed(DIRECT) as terminal:
        for _ in range(CANCELS * bench.runs):
            mark = ask(terminal, 5_000, RATE)
            _read_to(bench, terminal, mark, 300)
            at = terminal.type("\x03")
            stopped = terminal.wait_for("stopped")
            closed = bench.server.wait("closed", mark).at
            samples.add(DIRECT.name, "server", 1000 * (closed - at))
            samples.add(DIRECT.name, "screen", 1000 * (stopped - at))
            terminal.rest(CALM_AFTER_CANCEL_S)
            calm(terminal)
    return [
        Row("Ctrl+C to the closed connection", samples[DIRECT.name, "server"], "ms", 50),
        Row("Ctrl+C to the screen saying so", samples[DIRECT.name, "screen"], "ms", 100),
        Row("  slowest closed", max(samples.all(DIRECT.name, "server")), "ms"),
        Row("  slowest shown", max(samples.all(DIRECT.name, "screen")), "ms"),
    ]
