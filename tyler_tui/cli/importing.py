"""`tyler-chat import`: conversations of other programs, and of other stores, into the store."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import Json, commands_app
from tyler_tui.cli.output import write_json
from tyler_tui.cli.reporting import report
from tyler_tui.cli.stored import with_store
from tyler_tui.errors import TylerError, UsageError
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.importing import Outcome
    from tyler_tui.importing.found import Damaged, Found
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
tyler-chat import postgresql://me@db.example/chats
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
            help="Let sessions of our own files have the agents that they name, with all that "
            "those allow: for files that you wrote yourself.",
        ),
    ] = False,
    json_: Json = False,
) -> int:
    """Import sessions from another program, or from another place of our own.

    FILE is logs.db of llm, elia.sqlite of elia, store.db of oterm, a database of the Tyler
    framework, the export of ChatGPT or Claude (the ZIP, its conversations.json, or the folder that
    was unpacked), what export --format json wrote, or a database of our own: its file, or the URL
    of a PostgreSQL server. It is read, never changed. TYLER_CHAT_DB says where all goes to.

    A session that was imported before gets what is new in it, and nothing twice. What cannot be
    read is told, all else comes; the exit code is 1 then.
    """
    from tyler_tui.importing import check_kind  # noqa: PLC0415 - --help needs none of it

    if kind is not None:
        check_kind(kind)

    places = [_place(name, kind) for name in files]

    async def work(store: "ThreadStore") -> int:
        imports = [_Import(store, place, kind, dry_run, keep_agents) for place in places]
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


def _place(name: str, kind: str | None) -> Path | str:
    """The path of a file, or the URL of a server. Raises UsageError."""
    from tyler_tui import paths, sessions_place  # noqa: PLC0415 - as above
    from tyler_tui.store.places import is_server, place_of  # noqa: PLC0415

    if not sessions_place.is_url(name):
        place: Path | str = paths.expanded(name)
    elif is_server(name):
        place = name
        if kind not in (None, "tyler-chat"):
            raise UsageError(f"On a server are sessions of tyler-chat, and none of {kind}.")
    else:
        place = Path(place_of(name))
    target = sessions_place.configured_place()
    if place == target or (isinstance(target, Path) and _is_same(place, target)):
        raise UsageError(
            f"{sessions_place.shown_place(place)} is where your sessions are kept already.",
            hint="TYLER_CHAT_DB, or `database` in the config, says where they shall go.",
        )
    return place


def _is_same(place: Path | str, target: Path) -> bool:
    with suppress(OSError):
        return target.samefile(place)
    return False


class _Import:
    """One file or database, and what became of what is in it."""

    def __init__(
        self,
        store: "ThreadStore",
        place: Path | str,
        kind: str | None,
        dry_run: bool,
        keep_agents: bool,
    ) -> None:
        from tyler_tui.sessions_place import shown_place  # noqa: PLC0415 - as above

        self._shown_place = shown_place(place)
        self.label = one_line(place.name if isinstance(place, Path) else self._shown_place, 60)
        self._store = store
        self._place = place
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
        from tyler_tui.importing import ImportFailedError, bring  # noqa: PLC0415 - as above

        try:
            async with aclosing(self._found()) as conversations:
                async for found, fraction in conversations:
                    outcome = await bring(
                        self._store, found, dry_run=self._dry_run, keep_agent=self._keep_agents
                    )
                    self._outcomes.append(outcome)
                    self._progress(fraction)
                    await asyncio.sleep(0)  # here a Ctrl+C comes through
        except ImportFailedError as error:
            self._error = error
        finally:
            self._clear()

    async def _found(self) -> "AsyncGenerator[tuple[Found | Damaged, float], None]":
        """Each conversation, with how much has been read by then. Raises ImportFailedError."""
        from tyler_tui.importing import OWN_KIND, conversations_of_server, opened  # noqa: PLC0415

        if isinstance(self._place, Path):
            self._kind, reading = opened(self._place, self._kind)
            for found in reading.conversations:
                yield found, reading.fraction()
        else:
            self._kind = OWN_KIND
            async with aclosing(conversations_of_server(self._place)) as conversations:
                async for one in conversations:
                    yield one

    def tell(self) -> None:
        """Write what came, on standard output, and what did not on standard error."""
        if self._error is not None:
            report(self._error)
            return
        if self._dry_run:
            for one in self._outcomes:
                size = f"{one.messages:,} message{'s' * (one.messages != 1)}"
                size = size if one.messages else ""
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
            "file": self._shown_place,
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
        added, grown = ("would be added", "would grow") if self._dry_run else ("added", "")
        words = {  # for one, and for more
            "added": (added, added),
            "grown": (grown or "has grown", grown or "have grown"),
            "unchanged": ("was there", "were there"),
            "deleted": ("in the trash", "in the trash"),
            "skipped": ("cannot be read", "cannot be read"),
        }
        counted = Counter(one.state.value for one in self._outcomes)
        parts = [
            f"{counted[state]:,} {one if counted[state] == 1 else more}"
            for state, (one, more) in words.items()
            if counted[state]
        ]
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
