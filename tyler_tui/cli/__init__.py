"""The command line: parse, build, hand over. Imports nothing that `--help` does not need."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tyler_tui import __version__
from tyler_tui.cli import sessions
from tyler_tui.cli.arguments import DefaultCommandGroup
from tyler_tui.cli.reporting import guarded, run_async

app = typer.Typer(
    cls=DefaultCommandGroup,
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Chat with any model in the terminal. With no command, PROMPT opens the chat.",
    epilog="With no PROMPT the chat opens empty. `tyler-chat -m demo` needs no key.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
sessions_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="List, show, rename, delete sessions."
)
app.add_typer(sessions_app, name="sessions")
sessions.register(app, sessions_app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tyler-chat {__version__}")
        raise typer.Exit


@app.command("chat", hidden=True)
def chat(
    prompt: Annotated[list[str] | None, typer.Argument(metavar="[PROMPT]")] = None,
    session: Annotated[
        str | None, typer.Option("-s", "--session", help="Open or start the session of that name.")
    ] = None,
    title: Annotated[
        str | None, typer.Option("-t", "--title", help="Title of a new session.")
    ] = None,
    continue_: Annotated[
        bool, typer.Option("-c", "--continue", help="Go on with the latest session.")
    ] = False,
    resume: Annotated[
        str | None,
        typer.Option(
            "-r",
            "--resume",
            metavar="[NAME]",
            help="Go on with a session; lists them when no name or id is given.",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option("-m", "--model", help="Such as openai/gpt-5.1, or demo.")
    ] = None,
    print_: Annotated[
        bool, typer.Option("-p", "--print", help="Print the answer and exit.")
    ] = False,
    output: Annotated[
        str, typer.Option("--output-format", help="text, json or stream-json; with --print.")
    ] = "text",
    json_: Annotated[bool, typer.Option("--json", help="Same as --output-format json.")] = False,
    system: Annotated[str | None, typer.Option("--system", help="The system prompt.")] = None,
    cd: Annotated[
        Path | None, typer.Option("-C", "--cd", metavar="DIR", help="The workspace of the tools.")
    ] = None,
    approval: Annotated[
        str | None, typer.Option("--approval", help="ask, edits or auto: what runs unasked.")
    ] = None,
    yolo: Annotated[bool, typer.Option("-y", "--yolo", help="Same as --approval auto.")] = False,
    max_turns: Annotated[
        int | None, typer.Option("--max-turns", min=0, help="Rounds of tool calls a prompt.")
    ] = None,
    tools: Annotated[
        str | None, typer.Option("--tools", metavar="A,B", help="Offer these tools only.")
    ] = None,
    no_tools: Annotated[bool, typer.Option("--no-tools", help="Offer no tools.")] = False,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="FILE", help="Another config file.")
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Write a log file; `tyler-chat paths` says where.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("-V", "--version", callback=_show_version, is_eager=True, help="Show it."),
    ] = False,
) -> None:
    """Chat with a model."""
    with guarded(debug=debug):
        from tyler_tui import build  # noqa: PLC0415 - --help needs none of it
        from tyler_tui.cli.options import chat_options, read_stdin  # noqa: PLC0415

        text = " ".join(prompt or ())
        printing = print_ or json_ or not (sys.stdin.isatty() and sys.stdout.isatty())
        options, settings = chat_options(
            prompt=read_stdin(text) if printing else text,
            session=session,
            title=title,
            continue_latest=continue_,
            resume=resume,
            model=model,
            system=system,
            workspace=cd,
            approval="auto" if yolo else approval,
            max_turns=max_turns,
            tools=tools,
            no_tools=no_tools,
            config=config,
            debug=debug,
            needs_prompt=printing,
            output="json" if json_ else output,
        )
        if printing:
            output = "json" if json_ else output
            code = run_async(build.run_print(options, settings, output=output))
        else:
            code = build.run_tui(options, settings)
    raise typer.Exit(code)


def main() -> None:
    """The console script."""
    app()
