"""What the doctor says of one thing."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tyler_tui.sanitize import one_line


class Status(StrEnum):
    OK = "ok"
    WARN = "warn"
    """It works, but not as well as it could."""
    FAIL = "fail"
    """The program, or a part that was asked for, cannot work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `text` says how it is, `remedy` what to do where it is not as it should be. Neither
    holds a key or a control character."""

    area: str
    name: str
    status: Status
    text: str
    remedy: str = ""

    def to_dict(self) -> dict[str, str]:
        return {
            "area": self.area,
            "name": self.name,
            "status": self.status.value,
            "text": self.text,
            "remedy": self.remedy,
        }


class Notes:
    """Findings of one area, gathered."""

    def __init__(self, area: str) -> None:
        self.area = area
        self.findings: list[Finding] = []

    def ok(self, name: str, text: str) -> None:
        self._add(name, Status.OK, text, "")

    def warn(self, name: str, text: str, remedy: str) -> None:
        self._add(name, Status.WARN, text, remedy)

    def fail(self, name: str, text: str, remedy: str) -> None:
        self._add(name, Status.FAIL, text, remedy)

    def _add(self, name: str, status: Status, text: str, remedy: str) -> None:
        shown = (one_line(name, 60), status, one_line(text, 400), one_line(remedy, 400))
        self.findings.append(Finding(self.area, *shown))


def sum_of(findings: Iterable[Finding]) -> Status:
    """The worst of them."""
    found = {finding.status for finding in findings}
    return next((s for s in (Status.FAIL, Status.WARN) if s in found), Status.OK)
