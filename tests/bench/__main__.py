"""`python -m tests.bench`: what the product costs, beside bare Textual programs in the same run.

With PYTHONPATH set, the product is taken from there. Figures hold for one run on one machine;
what can be compared are the ratios.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.bench import checkpoints, moving, sessions, several, starting, streaming
from tests.bench.figures import Row, markdown, table
from tests.bench.processes import awake_cores, free_share
from tests.bench.programs import Bench
from tests.bench.rivals import measuring
from tests.bench.server import Server

QUIET = 0.9
MEASUREMENTS: dict[str, Callable[[Bench], list[Row]]] = {
    "start": starting.start,
    "commands": starting.commands,
    "import": starting.importing,
    "idle": starting.idle,
    "stream": streaming.stream,
    "echo": streaming.echo,
    "cancel": streaming.cancel,
    "burst": streaming.burst,
    "resume": sessions.resume,
    "search": sessions.search,
    "moving": moving.moving,
    "several": several.several,
    "checkpoints": checkpoints.checkpoints,
    "long": streaming.long,
    "rivals": measuring.rivals,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter answers, one run")
    parser.add_argument("--only", metavar="NAME,...", help=", ".join(MEASUREMENTS))
    parser.add_argument("--runs", type=int, metavar="N", help="3 unless --quick; medians are shown")
    parser.add_argument("--rivals", type=Path, metavar="DIR", help="where rivals are installed")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write tables there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else list(MEASUREMENTS)
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        parser.error(
            f"no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}"
        )
    runs = options.runs or (1 if options.quick else 3)
    measured: dict[str, list[Row]] = {}
    failed: dict[str, str] = {}
    free: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory(prefix="tyler-bench-") as folder,
        Server() as server,
        awake_cores(),
    ):
        bench = Bench(server, Path(folder), runs, options.quick, options.rivals)
        for name in names:
            began = time.monotonic()
            free[name] = free_share()
            try:
                measured[name] = MEASUREMENTS[name](bench)
                took = f"{time.monotonic() - began:.0f} s, {free[name]:.0%} of a core free before"
                _print(f"\n{name} ({took})\n{table(measured[name])}")
            except (TimeoutError, OSError, subprocess.SubprocessError) as error:
                failed[name] = str(error)
                _print(f"\n{name}: {error}")
    missed = [row for rows in measured.values() for row in rows if row.reached is False]
    _print(f"\ntargets missed: {len(missed)}; measurements failed: {len(failed)}")
    if min(free.values()) < QUIET:
        _print("The machine was busy with something else: measure again when it is quiet.")
    if options.markdown:
        options.markdown.write_text(markdown(measured))
    if options.json:
        options.json.write_text(json.dumps(_report(runs, measured, failed, free), indent=2))
    return 1 if missed or failed else 0


def _report(
    runs: int, measured: dict[str, list[Row]], failed: dict[str, str], free: dict[str, float]
) -> dict[str, object]:
    return {
        "runs": runs,
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "measured": {
            name: [{**asdict(row), "reached": row.reached} for row in rows]
            for name, rows in measured.items()
        },
        "failed": failed,
        "share of a core that was free": free,
    }


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
