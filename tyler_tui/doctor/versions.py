"""Versions of what the program stands on, read from the metadata of the packages."""

import platform
import re
import sqlite3
from contextlib import closing
from importlib import metadata

from tyler_tui import __version__
from tyler_tui.doctor.finding import Notes

PACKAGE = "tyler-tui"
_SHOWN = ("textual", "litellm", "rich", "aiosqlite", "httpx", "typer")
_REQUIREMENT = re.compile(r"([\w.-]+)[^;]*(?:;.*extra\s*==\s*['\"]([\w-]+)['\"])?")


def look(notes: Notes) -> None:
    notes.ok("tyler-chat", __version__)
    notes.ok("Python", f"{platform.python_version()} ({platform.python_implementation()})")
    notes.ok("platform", platform.platform())
    needed = _requirements()
    for name in _SHOWN:
        if version := installed_version(name):
            notes.ok(name, version)
    missing = [name for name in needed.get("", []) if installed_version(name) is None]
    if missing:
        notes.fail(
            "packages",
            f"{', '.join(missing)} not installed",
            f"pip install --upgrade {PACKAGE}",
        )
    for extra, names in needed.items():
        if extra in ("", "dev"):
            continue
        absent = [name for name in names if installed_version(name) is None]
        notes.ok(
            f"extra {extra}",
            f'not installed: pip install "{PACKAGE}[{extra}]" adds it' if absent else "installed",
        )
    _look_at_sqlite(notes)


def installed_version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _requirements() -> dict[str, list[str]]:
    """The packages that ours needs, by extra; "" for those that it always needs."""
    needed: dict[str, list[str]] = {}
    try:
        lines = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:  # run from a folder of sources
        return needed
    for line in lines:
        if (match := _REQUIREMENT.match(line)) and match[1] != PACKAGE:
            needed.setdefault(match[2] or "", []).append(match[1])
    return needed


def _look_at_sqlite(notes: Notes) -> None:
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("CREATE VIRTUAL TABLE t USING fts5(c, tokenize = 'trigram')")
    except sqlite3.Error:
        notes.fail(
            "SQLite",
            f"{sqlite3.sqlite_version}, without its text index (FTS5, trigram)",
            "Use a Python that is built with SQLite 3.34 or later.",
        )
    else:
        notes.ok("SQLite", sqlite3.sqlite_version)
