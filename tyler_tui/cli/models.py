"""`tyler-chat models`: what can be chatted with. Imports no LiteLLM, reads its list as a file."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import Json, commands_app
from tyler_tui.cli.output import Column, write_json, write_table
from tyler_tui.cli.reporting import run_async
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.model_list import ListedModel

_COLUMNS = (
    Column("MODEL", 40, gives=1),
    Column("CONTEXT", 7, gives=3),
    Column("INPUT", 6, gives=2),
    Column("OUTPUT", 6, gives=2),
    Column("WHERE", 10, gives=4),
)


@commands_app.command(
    "models",
    cls=Command,
    epilog="""
tyler-chat models                        # what can be used right away
tyler-chat models sonnet                 # in the whole list
tyler-chat models --json gemini | jq -r '.[].model'
""",
)
def models(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]", show_default=False, help="Only those that hold TEXT."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="LiteLLM's whole list too.")] = False,
    json_: Json = False,
) -> None:
    """List models: configured, by key, found on this machine, and LiteLLM's list.

    Prices are US dollars per million tokens. Without TEXT and --all, a terminal shows only what
    can be used right away. Into a pipe: one a line, with tabs between.
    """
    from tyler_tui.cli import logs  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import options as given  # noqa: PLC0415
    from tyler_tui.model_list import (  # noqa: PLC0415
        known_models,
        models_at_hand,
        models_found,
    )

    logs.start()
    settings = given.settings(None)
    wanted = " ".join(words or ()).casefold().split()
    whole = bool(all_ or wanted or json_ or not sys.stdout.isatty())

    async def work() -> int:
        usable = [*models_at_hand(settings), *await models_found(settings, _tell)]
        known = known_models()
        listed = [model for model in (*usable, *(known if whole else ())) if model.fits(wanted)]
        if json_:
            write_json([model.to_dict() for model in listed])
            return 0
        if listed:
            write_table(_COLUMNS, [_row(model) for model in listed])
        if not whole:
            _point_on(len(known), usable=bool(usable))
        elif not listed:
            sys.stderr.write(f"No model fits {one_line(' '.join(wanted), 60)!r}.\n")
        return 0

    run_async(work())


def _tell(server: str, trouble: str) -> None:
    """Say of a server that the user named why none of its models is listed."""
    sys.stderr.write(f"No models of {one_line(server, 100)}: {trouble}.\n")


def _point_on(known: int, *, usable: bool) -> None:
    if not usable:
        sys.stderr.write(
            "Nothing is set up: no key in the environment, no server on this machine.\n"
            "`tyler-chat -m demo` needs neither.\n"
        )
    sys.stderr.write(
        f"\nLiteLLM knows {known:,} more: `tyler-chat models TEXT` finds them.\n"
        "--all lists them; use one with -m.\n"
    )


def _row(model: "ListedModel") -> tuple[str, ...]:
    from tyler_tui.figures import UNKNOWN, price_text, tokens_text  # noqa: PLC0415 - as above

    info = model.info
    return (
        one_line(model.name, 120),
        tokens_text(info.context_window) if info.context_window else UNKNOWN,
        price_text(info.input_price),
        price_text(info.output_price),
        one_line(model.label, 80),
    )
