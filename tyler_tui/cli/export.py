"""`tyler-chat export`: a session as Markdown, HTML, JSON or a picture."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import commands_app
from tyler_tui.cli.sessions import Name
from tyler_tui.cli.stored import with_store
from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.toml_file import nearest

if TYPE_CHECKING:
    from tyler_tui.store import ThreadStore


@commands_app.command(
    "export",
    cls=Command,
    epilog="""
tyler-chat export research | less
tyler-chat export research -o research.html
tyler-chat export research -o notes.md --redact
""",
)
def export(
    name: Name,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", metavar="FORMAT", help="md, html, json or svg. Default: by FILE, or md."
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write it there. Default: show it."),
    ] = None,
    redact: Annotated[
        bool,
        typer.Option(
            "--redact",
            help="Mask keys, tokens, e-mail addresses and home folders, and leave out the contents "
            "of files that went along.",
        ),
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write over a file that is there already.")
    ] = False,
) -> None:
    """Write a session as Markdown, HTML, JSON, or a picture (SVG).

    Markdown, HTML and the picture hold the branch that was read last, JSON all of the session.
    --redact goes by what things look like: read what comes of it before you hand it on.
    """
    from tyler_tui.export import FORMS, exported  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.export.saving import Wish, save  # noqa: PLC0415

    if form is not None and form not in FORMS:
        raise UsageError(f"There is no form {one_line(form, 40)!r}.", hint=nearest(form, FORMS))

    async def work(store: "ThreadStore") -> None:
        thread = await store.get_thread((await store.find(name)).id)
        if output is None:
            sys.stdout.write(exported(thread, form or "md", redact=redact))
            return
        path = save(thread, Wish(output, redact, overwrite), Path.cwd(), form=form)
        sys.stdout.write(f"{sanitize(str(path))}\n")

    with_store(work)
