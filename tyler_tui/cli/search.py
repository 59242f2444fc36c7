"""`tyler-chat search`: messages and tool output that hold some words."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tyler_tui.cli.arguments import number
from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import Json, commands_app
from tyler_tui.cli.output import write_json
from tyler_tui.cli.stored import with_index
from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line, sanitize

if TYPE_CHECKING:
    from tyler_tui.store import SearchHit, ThreadIndex


@commands_app.command(
    "search",
    cls=Command,
    epilog="""
tyler-chat search "error 137"             # both words, in any order
tyler-chat search --json port | jq -r '.[].thread_id'
""",
)
def search(
    words: Annotated[
        list[str], typer.Argument(metavar="TEXT", show_default=False, help="What to look for.")
    ],
    json_: Json = False,
    limit: Annotated[
        str, typer.Option("-n", "--limit", metavar="N", help="At most so many.")
    ] = "20",
) -> None:
    """Find messages and tool output that hold every word of TEXT."""
    count = number("--limit", limit, least=1)
    text = " ".join(words).strip()
    if not text:
        raise UsageError("There is nothing to look for.")

    async def work(store: "ThreadIndex") -> None:
        hits = await store.search(text, count)
        if json_:
            write_json([hit.to_dict() for hit in hits])
            return
        for hit in hits:
            sys.stdout.write(_hit_line(hit))
        if not hits:
            sys.stderr.write(f"Nothing holds {one_line(text, 60)!r}.\n")

    with_index(work)


def _hit_line(hit: "SearchHit") -> str:
    before, found, after = (
        sanitize(part)
        for part in (
            hit.snippet[: hit.start],
            hit.snippet[hit.start : hit.end],
            hit.snippet[hit.end :],
        )
    )
    if sys.stdout.isatty():
        found = f"\x1b[1m{found}\x1b[0m"
    name = one_line(hit.thread_name or hit.title, 40)
    return f"{hit.thread_id[:8]}  {name}  {hit.role}: {before}{found}{after}\n"
