"""Commands that look at what is stored. They import neither LiteLLM nor Textual."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tyler_tui.cli import completion
from tyler_tui.cli.arguments import number
from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import Json, add_group
from tyler_tui.cli.output import Column, write_json, write_table
from tyler_tui.cli.stored import with_index, with_store
from tyler_tui.errors import ThreadNotFoundError, UsageError
from tyler_tui.sanitize import model_on_one_line, one_line, sanitize

if TYPE_CHECKING:
    from tyler_tui.messages import Message
    from tyler_tui.store import ThreadIndex, ThreadStore, ThreadSummary

sessions_app = add_group("sessions")

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        show_default=False,
        autocompletion=completion.sessions,
        help="Its name, its id, the beginning of either, or its title.",
    ),
]
DeletedName = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        show_default=False,
        autocompletion=completion.deleted_sessions,
        help="Its name, its id, the beginning of either, or its title.",
    ),
]

_COLUMNS = (
    Column("ID", 8),
    Column("NAME", 8, gives=1),
    Column("TITLE", 12, gives=4),
    Column("MESSAGES", 8, gives=3),
    Column("CHANGED", 16, gives=2),
    Column("MODEL", 10, gives=5),
)


@sessions_app.callback(invoke_without_command=True)
def sessions(context: typer.Context) -> None:
    """List, show, rename, pin, fork, delete and restore sessions; alone, list them."""
    if context.invoked_subcommand is None:
        list_sessions()


@sessions_app.command(
    "list",
    cls=Command,
    epilog="""
tyler-chat sessions list
tyler-chat sessions list -n 5 --json | jq -r '.[].title'
tyler-chat sessions list --deleted
""",
)
def list_sessions(
    json_: Json = False,
    limit: Annotated[
        str, typer.Option("-n", "--limit", metavar="N", help="At most so many.")
    ] = "50",
    deleted: Annotated[bool, typer.Option("--deleted", help="Those in the trash.")] = False,
) -> None:
    """List the sessions, the latest first.

    Into a pipe: one a line, with tabs between id, name, title, number of messages, time of the
    last change, and model.
    """
    count = number("--limit", limit, least=1)

    async def work(store: "ThreadIndex") -> None:
        threads = await store.list_threads(count, deleted=deleted)
        if json_:
            write_json([thread.to_dict() for thread in threads])
        elif threads:
            write_table(_COLUMNS, [_row(thread) for thread in threads])
        elif deleted:
            sys.stderr.write("The trash is empty.\n")
        else:
            sys.stderr.write("No sessions yet. `tyler-chat` starts one.\n")

    with_index(work)


@sessions_app.command(
    "show",
    cls=Command,
    epilog="""
tyler-chat sessions show research | less
tyler-chat sessions show research --charts
""",
)
def show(
    name: Name,
    json_: Json = False,
    charts: Annotated[
        bool, typer.Option("--charts", help="Its tokens, money, time and tools as charts.")
    ] = False,
    svg: Annotated[
        str | None,
        typer.Option("--svg", metavar="FILE", show_default=False, help="The charts as a picture."),
    ] = None,
) -> None:
    """Print a session as text, or its charts."""
    if json_ and (charts or svg is not None):
        raise UsageError("--json has all figures; leave --charts and --svg out.")

    async def work(store: "ThreadStore") -> None:
        thread = await store.get_thread((await store.find(name)).id)
        if json_:
            write_json(thread.to_dict())
            return
        if charts or svg is not None:
            from tyler_tui.cli.charts import write_charts  # noqa: PLC0415 - lists draw none

            write_charts(thread, svg)
            return
        sys.stdout.write(f"# {one_line(thread.name or thread.title or thread.id)}\n")
        for message in thread.messages:
            _write_message(message)

    with_store(work)


@sessions_app.command("rename", cls=Command, epilog="tyler-chat sessions rename 3f2a research")
def rename(
    name: Name,
    new_name: Annotated[
        str, typer.Argument(metavar="NEW", show_default=False, help="What to call it.")
    ],
    json_: Json = False,
) -> None:
    """Give a session a name to resume it by."""

    async def work(store: "ThreadIndex") -> None:
        summary = await store.find(name)
        await store.rename(summary.id, new_name)
        _report(json_, summary.id, f"{_label(summary)} is now called {one_line(new_name)}.")

    with_index(work)


@sessions_app.command(
    "pin",
    cls=Command,
    epilog="""
tyler-chat sessions pin research
tyler-chat sessions pin research --off
""",
)
def pin(
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="No longer keep it on top.")] = False,
    json_: Json = False,
) -> None:
    """Keep a session on top of the lists."""

    async def work(store: "ThreadIndex") -> None:
        summary = await store.find(name)
        await store.pin(summary.id, not off)
        what = "no longer on top" if off else "on top of the lists"
        _report(json_, summary.id, f"{_label(summary)} is {what}.")

    with_index(work)


@sessions_app.command("fork", cls=Command, epilog="tyler-chat sessions fork research")
def fork(name: Name, json_: Json = False) -> None:
    """Copy a session into a new one, to go on in another direction."""

    async def work(store: "ThreadStore") -> None:
        summary = await store.find(name)
        new = await store.fork_thread(summary.id)
        _report(
            json_,
            new.id,
            f"{_label(summary)} was copied. To go on in the copy: tyler-chat -r {new.id[:8]}",
        )

    with_store(work)


@sessions_app.command("delete", cls=Command, epilog="tyler-chat sessions delete research")
def delete(name: Name, json_: Json = False) -> None:
    """Put a session into the trash, for 30 days."""

    async def work(store: "ThreadIndex") -> None:
        summary = await store.find(name)
        await store.delete_thread(summary.id)
        _report(
            json_,
            summary.id,
            f"{_label(summary)} is in the trash. To bring it back: "
            f"tyler-chat sessions restore {summary.id[:8]}",
        )

    with_index(work)


@sessions_app.command(
    "restore",
    cls=Command,
    epilog="""
tyler-chat sessions list --deleted
tyler-chat sessions restore research
""",
)
def restore(name: DeletedName, json_: Json = False) -> None:
    """Bring a session back from the trash."""

    async def work(store: "ThreadIndex") -> None:
        try:
            summary = await store.find(name, deleted=True)
        except ThreadNotFoundError as error:
            raise ThreadNotFoundError(
                f"There is no session {one_line(name, 60)!r} in the trash.",
                hint="`tyler-chat sessions list --deleted` shows what is in it.",
            ) from error
        await store.restore_thread(summary.id)
        _report(json_, summary.id, f"{_label(summary)} is back.")

    with_index(work)


def _label(summary: "ThreadSummary") -> str:
    return one_line(summary.name or summary.title or summary.id[:8], 60)


def _row(thread: "ThreadSummary") -> tuple[str, ...]:
    return (
        thread.id[:8],
        one_line(thread.name or "", 40),
        one_line(thread.title, 80),
        str(thread.message_count),
        thread.updated_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        model_on_one_line(thread.model or "", 40),
    )


def _write_message(message: "Message") -> None:
    label = f"tool {message.name}" if message.role == "tool" else message.role
    status = "" if message.status == "complete" else f" ({message.status})"
    sys.stdout.write(f"\n## {one_line(label)}{status}\n\n")
    if message.content:
        sys.stdout.write(sanitize(message.content).rstrip("\n") + "\n")
    for attachment in message.attachments:
        sys.stdout.write(f"[{one_line(attachment.filename)}]\n")
    for call in message.tool_calls or ():
        arguments = one_line(json.dumps(call.arguments, ensure_ascii=False), 300)
        sys.stdout.write(f"→ {one_line(call.name)} {arguments}\n")


def _report(json_: bool, thread_id: str, text: str) -> None:
    if json_:
        write_json({"id": thread_id})
    else:
        sys.stdout.write(text + "\n")
