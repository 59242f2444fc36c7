"""Long sessions: opening them, their memory, and searching them."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.bench import processes
from tests.bench.figures import Row, Samples, ratio
from tests.bench.programs import DEMO, Bench, Program, calm, product
from tests.bench.stored import LAST_WORDS, SESSION

WELCOME = "Workspace"
"""Stands on the card of an empty session."""


@cache
def home_with(bench_folder: Path, messages: int) -> Path:
    """A home whose one session has so many messages."""
    home = bench_folder / f"session-{messages}"
    home.mkdir()
    _stored(home, "fill", str(messages))
    return home


def _stored(home: Path, *arguments: str) -> str:
    # -P: this folder's own modules must not hide those of the product's libraries.
    script = str(Path(__file__).with_name("stored.py"))
    path = os.environ.get("PYTHONPATH", str(Path(__file__).parents[2]))
    return subprocess.run(
        [sys.executable, "-P", script, str(home / "sessions.db"), *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def resume(bench: Bench) -> list[Row]:
    sizes = (5_000,) if bench.quick else (5_000, 100_000)
    starts: list[tuple[Program, str, Path | None]] = [(DEMO, WELCOME, None)]
    for size in sizes:
        program = product("-m", "demo", "-r", SESSION, name=f"{size:,} messages")
        starts.append((program, LAST_WORDS, home_with(bench.folder, size)))
    samples = Samples()
    for number in range(3 * bench.runs + 1):
        for program, words, home in starts:
            with bench.spawn(program, home) as terminal:
                opened = terminal.wait_for(words) - terminal.spawned_at
                calm(terminal)
                if number:
                    samples.add(program.name, "opened", opened)
                    samples.add(program.name, "memory", processes.rss_mb(terminal.pid))
    rows = samples.rows({"opened": "s", "memory": "MB"})
    for program, *_ in starts[1:]:
        for figure, limit in (("opened", 1.5), ("memory", 1.3)):
            value, base = samples[program.name, figure], samples[DEMO.name, figure]
            rows.append(
                ratio(f"{program.name}: {figure}, against an empty start", value, base, limit)
            )
    return rows


def search(bench: Bench) -> list[Row]:
    size = 20_000 if bench.quick else 100_000
    home = home_with(bench.folder, size)
    took: dict[str, float] = json.loads(_stored(home, "search"))
    return [
        Row(f"search {size:,} messages for {word!r}", 1000 * seconds, "ms", 50)
        for word, seconds in took.items()
    ]
