"""`tyler-chat import`: conversations of other programs into the store."""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import Json, commands_app
from tyler_tui.cli.output import write_json
from tyler_tui.cli.reporting import report
from tyler_tui.cli.stored import with_store
from tyler_tui.errors import TylerError
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.importing import Outcome
    from tyler_tui.store import ThreadStore

_QUIET_S = 0.5
"""What is done sooner needs no progress."""
_EVERY_S = 0.1
_MOST_TOLD = 20
"""Remarks and bad conversations that are told of a file; --json has all."""


@commands_app.command(
    "import",
    cls=Command,
    epilog="""
tyler-chat import ~/Downloads/chatgpt-export.zip --dry-run
tyler-chat import ~/.config/io.datasette.llm/logs.db
""",
)
def import_(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", show_default=False, help="What to import."),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="KIND",
            help="What the files are: llm, elia, oterm, tyler, chatgpt, claude or tyler-chat. "
            "Default: what they look like.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come, and change nothing.")
    ] = False,
    keep_agents: Annotated[
        bool,
        typer.Option(
            "--keep-agents",
            help="Let sessions of our own JSON have the agents that they name, with all that those "
            "allow: for files that you wrote yourself.",
        ),
    ] = False,
    json_: Json = False,
) -> int:
    """Import sessions from another program, or from our own JSON.

    FILE is logs.db of llm, elia.sqlite of elia, store.db of oterm, a database of the Tyler
    framework, the export of ChatGPT or Claude (the ZIP, its conversations.json, or the folder that
    was unpacked), or what export --format json wrote. It is read, never changed.

    A session that was imported before gets what is new in it, and nothing twice. What cannot be
    read is told, all else comes; the exit code is 1 then.
    """
    from tyler_tui.importing import check_kind  # noqa: PLC0415 - --help needs none of it

    if kind is not None:
        check_kind(kind)

    paths = [Path(name).expanduser() for name in files]

    async def work(store: "ThreadStore") -> int:
        imports = [_Import(store, path, kind, dry_run, keep_agents) for path in paths]
        for one in imports:
            try:
                await one.run()
            except asyncio.CancelledError:
                sys.stderr.write(
                    f"Stopped. {one.count:,} sessions of {one.label} are done; the same command "
                    "goes on.\n"
                )
                raise
            if not json_:
                one.tell()
        if json_:
            write_json({"dry_run": dry_run, "files": [one.to_dict() for one in imports]})
        return int(any(one.is_incomplete for one in imports))

    return with_store(work, only_read=dry_run)


class _Import:
    """One file, and what became of what is in it."""

    def __init__(
        self,
        store: "ThreadStore",
        path: Path,
        kind: str | None,
        dry_run: bool,
        keep_agents: bool,
    ) -> None:
        self.label = one_line(path.name, 60)
        self._store = store
        self._path = path
        self._kind = kind
        self._dry_run = dry_run
        self._keep_agents = keep_agents
        self._error: TylerError | None = None
        self._outcomes: list[Outcome] = []
        self._shown = time.monotonic() + _QUIET_S - _EVERY_S
        self._has_line = False

    @property
    def count(self) -> int:
        return len(self._outcomes)

    @property
    def is_incomplete(self) -> bool:
        return self._error is not None or any(one.state == "skipped" for one in self._outcomes)

    async def run(self) -> None:
        """Raises StoreError when the store cannot be used."""
        from tyler_tui.importing import ImportFailedError, bring, opened  # noqa: PLC0415 - as above

        try:
            self._kind, reading = opened(self._path, self._kind)
        except ImportFailedError as error:
            self._error = error
            return
        try:
            for found in reading.conversations:
                outcome = await bring(
                    self._store, found, dry_run=self._dry_run, keep_agent=self._keep_agents
                )
                self._outcomes.append(outcome)
                self._progress(reading.fraction())
                await asyncio.sleep(0)  # here a Ctrl+C comes through
        finally:
            self._clear()

    def tell(self) -> None:
        """Write what came, on standard output, and what did not on standard error."""
        if self._error is not None:
            report(self._error)
            return
        if self._dry_run:
            for one in self._outcomes:
                size = f"{one.messages:,} messages" if one.messages else ""
                sys.stdout.write(f"{one.state:9}  {size:>15}  {one.label}\n")
        sys.stdout.write(f"{self.label} ({self._kind}): {self._summary()}\n")
        sys.stdout.flush()
        told = [(one.label, remark) for one in self._outcomes for remark in one.remarks]
        for label, remark in told[:_MOST_TOLD]:
            sys.stderr.write(f"! {label}: {one_line(remark)}\n")
        if (rest := len(told) - _MOST_TOLD) > 0:
            sys.stderr.write(f"! and {rest:,} more; --json lists them all.\n")

    def to_dict(self) -> dict[str, Any]:
        return {
            "file": str(self._path),
            "kind": self._kind,
            "error": self._error.message if self._error is not None else None,
            "sessions": [
                {
                    "id": one.thread_id or None,
                    "title": one.label,
                    "state": one.state.value,
                    "new_messages": one.messages,
                    "remarks": list(one.remarks),
                }
                for one in self._outcomes
            ],
        }

    def _summary(self) -> str:
        if not self._outcomes:
            return "nothing in it."
        words = {
            "added": "would be added" if self._dry_run else "added",
            "grown": "would grow" if self._dry_run else "have grown",
            "unchanged": "were there",
            "deleted": "in the trash",
            "skipped": "cannot be read",
        }
        counted = Counter(one.state.value for one in self._outcomes)
        parts = [f"{counted[state]:,} {word}" for state, word in words.items() if counted[state]]
        return f"{', '.join(parts)}."

    def _progress(self, fraction: float) -> None:
        """How far it is, on a terminal."""
        now = time.monotonic()
        if now - self._shown < _EVERY_S or not sys.stderr.isatty():
            return
        self._shown, self._has_line = now, True
        line = f"{self.label}: {fraction:4.0%} · {self.count:,} sessions"
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    def _clear(self) -> None:
        if self._has_line:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
