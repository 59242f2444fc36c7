"""Starting: to the first paint and key, commands that need no model, and doing nothing."""

import subprocess
import sys
import time

from tests.bench import processes
from tests.bench.figures import Row, Samples, ratio
from tests.bench.programs import COMPOSER, DIRECT, EMPTY, LITELLM, Bench, calm
from tests.bench.streaming import type_keys

FIRST_KEY = "\u0416"
TYPER = "import typer"
BEFORE_IMPORT_S = 0.15
IMPORT_S = 5.0
COMMANDS = (("--help",), ("sessions", "list"), ("search", "median"))


def start(bench: Bench) -> list[Row]:
    samples = Samples()
    for number in range(4 * bench.runs + 1):
        for program in (EMPTY, DIRECT):
            with bench.spawn(program) as terminal:
                painted = terminal.wait_for(COMPOSER) - terminal.spawned_at
                terminal.type(FIRST_KEY)
                typed = terminal.wait_for(FIRST_KEY) - terminal.spawned_at
            if number:  # the first of each fills the caches
                samples.add(program.name, "first paint", painted)
                samples.add(program.name, "first key", typed)
    return [
        *samples.rows({"first paint": "s", "first key": "s"}),
        *(
            ratio(
                f"{figure}, against a bare Textual app",
                samples[DIRECT.name, figure],
                samples[EMPTY.name, figure],
                1.5,
            )
            for figure in ("first paint", "first key")
        ),
    ]


def commands(bench: Bench) -> list[Row]:
    samples = Samples()
    home = bench.new_home()
    env = bench.env(None, home)
    programs = {TYPER: ["-c", TYPER]}
    programs |= {" ".join(words): ["-m", "tyler_tui", *words] for words in COMMANDS}
    for number in range(4 * bench.runs + 1):
        for name, arguments in programs.items():
            began = time.monotonic()
            subprocess.run(
                [sys.executable, *arguments],
                env=env,
                cwd=home,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=True,
            )
            if number:
                samples.add(name, "took", time.monotonic() - began)
    base = samples[TYPER, "took"]
    return [
        *samples.rows({"took": "s"}),
        *(
            ratio(f"{name}, against {TYPER}", samples[name, "took"], base, 2.5)
            for name in programs
            if name != TYPER
        ),
    ]


def importing(bench: Bench) -> list[Row]:
    """How long a key waits at most while LiteLLM is imported behind the first paint."""
    samples = Samples()
    for _ in range(bench.runs):
        for program in (DIRECT, LITELLM):
            with bench.spawn(program) as terminal:
                terminal.wait_for(COMPOSER)
                terminal.rest(BEFORE_IMPORT_S)  # Textual's own start is not what is measured
                waits = list(type_keys(terminal, IMPORT_S, every_s=0.02))
            samples.add(program.name, "slowest", max(waits))
            samples.add(program.name, "second", sorted(waits)[-2])
    name = "slowest echo in the first seconds"
    return [
        Row(f"{DIRECT.name}: {name}", samples[DIRECT.name, "slowest"], "ms"),
        Row(
            "while LiteLLM is imported: second slowest echo", samples[LITELLM.name, "second"], "ms"
        ),
        Row("while LiteLLM is imported: slowest echo", samples[LITELLM.name, "slowest"], "ms", 50),
    ]


def idle(bench: Bench) -> list[Row]:
    seconds = 10 if bench.quick else 30
    samples = Samples()
    for _ in range(bench.runs):
        for program in (EMPTY, DIRECT):
            with bench.spawn(program) as terminal:
                terminal.wait_for(COMPOSER)
                calm(terminal)
                before = processes.cpu_s(terminal.pid)
                terminal.rest(seconds)
                used = processes.cpu_s(terminal.pid) - before
            samples.add(program.name, "idle", 100 * used / seconds)
    share = "idle, share of a core"
    return [
        Row(f"{EMPTY.name}: {share}", samples[EMPTY.name, "idle"], "%"),
        Row(share, samples[DIRECT.name, "idle"], "%", 0.5),
    ]
