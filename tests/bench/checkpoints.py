"""What keeping an answer on disk while it streams costs."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.bench import processes
from tests.bench.figures import Row, Samples
from tests.bench.programs import DIRECT, ROOT, Bench, answer

RATE = 200.0


def checkpoints(bench: Bench) -> list[Row]:
    tokens = 1_000 if bench.quick else 3_000
    samples = Samples()
    for number in range(bench.runs):
        with bench.warmed(DIRECT) as terminal:
            before = processes.cpu_s(terminal.pid)
            answer(terminal, tokens, RATE)
            used = processes.cpu_s(terminal.pid) - before
            samples.add(DIRECT.name, "CPU per 1,000 tokens", 1000 * used / tokens)
        folder = bench.new_home()
        one = _saving(folder, "one")
        samples.add("store", "CPU of a checkpoint", one["milliseconds"])
        counted = _saving(folder, "count", bench.server.base_url, f"C{number}")
        samples.add("store", "checkpoints per 1,000 tokens", counted["checkpoints"])
    whole = 1000 * samples[DIRECT.name, "CPU per 1,000 tokens"]
    each = samples["store", "CPU of a checkpoint"]
    count = samples["store", "checkpoints per 1,000 tokens"]
    return [
        Row("CPU of a checkpoint of 20,000 characters", each, "ms"),
        Row("checkpoints per 1,000 tokens", count),
        Row("checkpoints, share of the turn's CPU", 100 * each * count / whole, "%", 2),
    ]


def _saving(folder: Path, *arguments: str) -> dict[str, float]:
    script = str(Path(__file__).with_name("saving.py"))
    path = os.environ.get("PYTHONPATH", str(ROOT))
    ran = subprocess.run(
        [sys.executable, "-P", script, str(folder / "saving.db"), *arguments],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(ran.stdout)
    return figures
