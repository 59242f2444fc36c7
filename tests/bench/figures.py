"""What a measurement gives: rows of figures, some with a target."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table. Without a limit it tells what a ratio was made of; without a value,
    why there is none."""

    name: str
    value: float | None
    unit: str = ""
    limit: float | None = None

    @property
    def reached(self) -> bool | None:
        if self.limit is None or self.value is None:
            return None
        return self.value <= self.limit


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

    def has(self, program: str, figure: str) -> bool:
        return (program, figure) in self._samples

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
        value = f"{row.value:10.3f} {row.unit:<4}" if row.value is not None else ""
        verdict = ""
        if row.limit is not None:
            verdict = f"<= {row.limit:g} {row.unit}".ljust(12) + ("yes" if row.reached else "NO")
        lines.append(f"  {row.name:<{width}} {value} {verdict}".rstrip())
    return "\n".join(lines)


def markdown(measured: dict[str, list[Row]]) -> str:
    """What was to be reached, and the programs side by side, as Markdown tables."""
    aims = [row for rows in measured.values() for row in rows if row.limit is not None]
    lines = ["| what | measured | at most |", "|---|---:|---:|"]
    for row in aims:
        missed = "" if row.reached else " (missed)"
        lines.append(f"| {row.name} | {_short(row)}{missed} | {row.limit:g} {row.unit} |")
    compared = [row for row in measured.get("rivals", []) if row.limit is None]
    if compared:
        lines += ["", *_side_by_side(compared)]
    return "\n".join(lines) + "\n"


def _side_by_side(rows: Sequence[Row]) -> list[str]:
    cells: dict[str, dict[str, str]] = {}
    for row in rows:
        program, _, figure = row.name.rpartition(": ")
        if row.value is not None:
            cells.setdefault(program, {})[figure] = _short(row)
    figures = list(dict.fromkeys(figure for found in cells.values() for figure in found))
    lines = [f"| program | {' | '.join(figures)} |", f"|---{'|---:' * len(figures)}|"]
    for program, found in cells.items():
        values = " | ".join(found.get(figure, "") for figure in figures)
        lines.append(f"| {program} | {values} |")
    return lines


def _short(row: Row) -> str:
    """The value in three digits or so."""
    value = row.value or 0.0
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f} {row.unit}".rstrip()
