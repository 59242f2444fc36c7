"""Commands that look at stored sessions. They import neither LiteLLM nor Textual."""

import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tyler_tui.cli.reporting import guarded, run_async
from tyler_tui.sanitize import one_line, sanitize

if TYPE_CHECKING:
    from tyler_tui.store import SearchHit, ThreadStore, ThreadSummary

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def register(app: typer.Typer, sessions: typer.Typer) -> None:
    """Add the commands."""
    sessions.command("list")(list_sessions)
    sessions.command("show")(show)
    sessions.command("rename")(rename)
    sessions.command("delete")(delete)
    sessions.command("restore")(restore)
    app.command("search")(search)
    app.command("paths")(show_paths)


def list_sessions(
    json_: Json = False,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1)] = 50,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those in the trash.")] = False,
) -> None:
    """List the sessions, the latest first."""

    async def work(store: "ThreadStore") -> None:
        threads = await store.list_threads(limit, deleted=deleted)
        if json_:
            _write_json([thread.to_dict() for thread in threads])
        elif threads or not sys.stdout.isatty():
            _write_table([_row(thread) for thread in threads])
        else:
            sys.stdout.write("No sessions yet. `tyler-chat` starts one.\n")

    _with_store(work)


def show(name: str, json_: Json = False) -> None:
    """Print a session, by its name, its id, or the beginning of either."""

    async def work(store: "ThreadStore") -> None:
        thread = await store.get_thread((await store.find(name)).id)
        if json_:
            _write_json(thread.to_dict())
            return
        heading = thread.name or thread.title or thread.id
        sys.stdout.write(f"# {one_line(heading)}\n")
        for message in thread.messages:
            label = f"tool {message.name}" if message.role == "tool" else message.role
            status = "" if message.status == "complete" else f" ({message.status})"
            sys.stdout.write(f"\n## {one_line(label)}{status}\n\n{sanitize(message.content)}\n")
            for call in message.tool_calls or ():
                arguments = one_line(json.dumps(call.arguments, ensure_ascii=False), 300)
                sys.stdout.write(f"→ {one_line(call.name)} {arguments}\n")

    _with_store(work)


def rename(name: str, new_name: str, json_: Json = False) -> None:
    """Give a session a name to resume it by."""

    async def work(store: "ThreadStore") -> None:
        summary = await store.find(name)
        await store.rename(summary.id, new_name)
        _report(json_, summary.id, f"{_label(summary)} is now called {one_line(new_name)}.")

    _with_store(work)


def delete(
    name: str,
    json_: Json = False,
) -> None:
    """Put a session into the trash; `restore` brings it back for 30 days."""

    async def work(store: "ThreadStore") -> None:
        summary = await store.find(name)
        await store.delete_thread(summary.id)
        _report(
            json_,
            summary.id,
            f"{_label(summary)} is in the trash. To bring it back: "
            f"tyler-chat sessions restore {summary.id[:8]}",
        )

    _with_store(work)


def restore(name: str, json_: Json = False) -> None:
    """Bring a session back from the trash."""

    async def work(store: "ThreadStore") -> None:
        summary = await store.find(name, deleted=True)
        await store.restore_thread(summary.id)
        _report(json_, summary.id, f"{_label(summary)} is back.")

    _with_store(work)


def search(
    text: str,
    json_: Json = False,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1)] = 20,
) -> None:
    """Find messages and tool output that hold all words of TEXT."""

    async def work(store: "ThreadStore") -> None:
        hits = await store.search(text, limit)
        if json_:
            _write_json([hit.to_dict() for hit in hits])
        for hit in hits if not json_ else ():
            sys.stdout.write(_hit_line(hit))
        if not hits and not json_:
            sys.stderr.write(f"Nothing holds {one_line(text, 60)!r}.\n")

    _with_store(work)


def show_paths(json_: Json = False) -> None:
    """Show where config, sessions and logs live."""
    from tyler_tui import paths  # noqa: PLC0415 - platformdirs is for this and the store

    places = {
        "config": str(paths.config_file()),
        "sessions": str(paths.database_file()),
        "prompts": str(paths.history_file()),
        "log": str(paths.log_file()),
    }
    if json_:
        _write_json(places)
    else:
        for name, place in places.items():
            sys.stdout.write(f"{name:9} {place}\n")


def _with_store(work: "Callable[[ThreadStore], Awaitable[None]]") -> None:
    async def run() -> int:
        # Not through `build`, whose imports are for agents: these commands must be quick.
        from tyler_tui import paths  # noqa: PLC0415 - --help needs no store
        from tyler_tui.store import ThreadStore  # noqa: PLC0415

        async with await ThreadStore.create(paths.database_file()) as store:
            await work(store)
        return 0

    with guarded():
        run_async(run())


def _label(summary: "ThreadSummary") -> str:
    return one_line(summary.name or summary.title or summary.id[:8], 60)


def _row(thread: "ThreadSummary") -> tuple[str, ...]:
    return (
        thread.id[:8],
        one_line(thread.name or "", 30),
        one_line(thread.title, 50),
        str(thread.message_count),
        thread.updated_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        one_line(thread.model or "", 30),
    )


def _write_table(rows: Iterable[tuple[str, ...]]) -> None:
    """In columns on a terminal, separated by tabs into a pipe."""
    heads = ("ID", "NAME", "TITLE", "MESSAGES", "CHANGED", "MODEL")
    table = list(rows)
    if not sys.stdout.isatty():
        for row in table:
            sys.stdout.write("\t".join(row) + "\n")
        return
    from rich.cells import cell_len  # noqa: PLC0415 - for terminals only

    table.insert(0, heads)
    widths = [max(cell_len(row[n]) for row in table) for n in range(len(heads))]
    for row in table:
        cells = (cell + " " * (widths[n] - cell_len(cell)) for n, cell in enumerate(row))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _hit_line(hit: "SearchHit") -> str:
    snippet = sanitize(hit.snippet)
    if sys.stdout.isatty():
        found = sanitize(hit.snippet[hit.start : hit.end])
        before, after = sanitize(hit.snippet[: hit.start]), sanitize(hit.snippet[hit.end :])
        snippet = f"{before}\x1b[1m{found}\x1b[0m{after}"
    name = one_line(hit.thread_name or hit.title or hit.thread_id[:8], 40)
    return f"{hit.thread_id[:8]}  {name}  {hit.role}: {snippet}\n"


def _report(json_: bool, thread_id: str, text: str) -> None:
    if json_:
        _write_json({"id": thread_id})
    else:
        sys.stdout.write(text + "\n")


def _write_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True, indent=2) + "\n")
