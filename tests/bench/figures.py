"""What a measurement gives: rows of figures, some with a target."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table. Without a limit it tells what a ratio was made of."""

    name: str
    value: float
    unit: str = ""
    limit: float | None = None

    @property
    def reached(self) -> bool | None:
        return None if self.limit is None else self.value <= self.limit


def ratio(name: str, value: float, base: float, limit: float) -> Row:
    return Row(name, value / base if base else math.inf, "x", limit)


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


class Samples:
    """Samples by program and figure; `[program, figure]` is their median."""

    def __init__(self) -> None:
        self._samples: dict[tuple[str, str], list[float]] = {}

    def add(self, program: str, figure: str, value: float) -> None:
        self._samples.setdefault((program, figure), []).append(value)

    def __getitem__(self, key: tuple[str, str]) -> float:
        return median(self._samples[key])

    def all(self, program: str, figure: str) -> list[float]:
        return self._samples[program, figure]

    def rows(self, units: dict[str, str]) -> list[Row]:
        return [
            Row(f"{program}: {figure}", median(values), units.get(figure, ""))
            for (program, figure), values in self._samples.items()
        ]


def table(rows: Sequence[Row]) -> str:
    width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        value = f"{row.value:10.3f} {row.unit:<4}"
        verdict = ""
        if row.limit is not None:
            verdict = f"<= {row.limit:g} {row.unit}".ljust(12) + ("yes" if row.reached else "NO")
        lines.append(f"  {row.name:<{width}} {value} {verdict}".rstrip())
    return "\n".join(lines)
