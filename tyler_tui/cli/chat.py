"""`tyler-chat` itself: its options, and which front end gets them."""

from typing import Annotated

import typer

from tyler_tui import __version__
from tyler_tui.cli.arguments import amount, number
from tyler_tui.cli.command import ChatCommand
from tyler_tui.cli.help_page import MODEL, OTHER, PRINT, SESSION, TOOLS
from tyler_tui.cli.reporting import run_async

chat_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tyler-chat {__version__}")
        raise typer.Exit


@chat_app.command(cls=ChatCommand)
def chat(
    prompt: Annotated[list[str] | None, typer.Argument(metavar="[PROMPT]")] = None,
    session: Annotated[
        str | None,
        typer.Option(
            "-s",
            "--session",
            metavar="NAME",
            rich_help_panel=SESSION,
            help="Open the session of that name, or start it.",
        ),
    ] = None,
    continue_: Annotated[
        bool,
        typer.Option(
            "-c", "--continue", rich_help_panel=SESSION, help="Go on with the latest session."
        ),
    ] = False,
    resume: Annotated[
        str | None,
        typer.Option(
            "-r",
            "--resume",
            metavar="[NAME]",
            rich_help_panel=SESSION,
            help="Go on with that session; without NAME, choose from a list. A prompt goes "
            "behind the name: -r NAME PROMPT.",
        ),
    ] = None,
    title: Annotated[
        str | None,
        typer.Option(
            "-t", "--title", metavar="TEXT", rich_help_panel=SESSION, help="Title a new session."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "-m",
            "--model",
            metavar="NAME",
            rich_help_panel=MODEL,
            help="A LiteLLM name such as anthropic/claude-sonnet-5, demo, or replay:FILE.",
        ),
    ] = None,
    record: Annotated[
        str | None,
        typer.Option(
            "--record",
            metavar="FILE",
            rich_help_panel=MODEL,
            help="Record what the models answer, to be played again with -m replay:FILE.",
        ),
    ] = None,
    system: Annotated[
        str | None,
        typer.Option(
            "--system",
            metavar="TEXT",
            rich_help_panel=MODEL,
            help="The system prompt, in place of ours.",
        ),
    ] = None,
    cd: Annotated[
        str | None,
        typer.Option(
            "-C",
            "--cd",
            metavar="DIR",
            rich_help_panel=TOOLS,
            help="The workspace: tools stay inside. Default: this folder.",
        ),
    ] = None,
    tools: Annotated[
        str | None,
        typer.Option(
            "--tools", metavar="A,B", rich_help_panel=TOOLS, help="Offer these tools only."
        ),
    ] = None,
    no_tools: Annotated[
        bool, typer.Option("--no-tools", rich_help_panel=TOOLS, help="Offer no tools.")
    ] = False,
    approval: Annotated[
        str | None,
        typer.Option(
            "--approval",
            metavar="MODE",
            rich_help_panel=TOOLS,
            help="What runs unasked, beyond reading: ask (nothing), edits (writing files), "
            "auto (all). Where nobody can be asked, the rest is denied.",
        ),
    ] = None,
    yolo: Annotated[
        bool,
        typer.Option("-y", "--yolo", rich_help_panel=TOOLS, help="The same as --approval auto."),
    ] = False,
    max_turns: Annotated[
        str | None,
        typer.Option(
            "--max-turns",
            metavar="N",
            rich_help_panel=TOOLS,
            help="Rounds of tool calls that a prompt may take.",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            "--budget",
            metavar="USD",
            rich_help_panel=MODEL,
            help="What the session may cost, in US dollars. Needs a model with a known price.",
        ),
    ] = None,
    print_: Annotated[
        bool,
        typer.Option(
            "-p", "--print", rich_help_panel=PRINT, help="Print the answer to PROMPT and exit."
        ),
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output-format",
            metavar="FORMAT",
            rich_help_panel=PRINT,
            help="text, json (one object at the end) or stream-json (one event a line).",
        ),
    ] = None,
    json_: Annotated[
        bool,
        typer.Option("--json", rich_help_panel=PRINT, help="The same as --output-format json."),
    ] = False,
    config: Annotated[
        str | None,
        typer.Option(
            "--config", metavar="FILE", rich_help_panel=OTHER, help="Another config file."
        ),
    ] = None,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            rich_help_panel=OTHER,
            help="Write a log file; `tyler-chat paths` says where.",
        ),
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "-V",
            "--version",
            callback=_show_version,
            is_eager=True,
            rich_help_panel=OTHER,
            help="Show the version and exit.",
        ),
    ] = False,
) -> int:
    """Chat with a model."""
    from tyler_tui import build  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import logs  # noqa: PLC0415
    from tyler_tui.cli import options as given  # noqa: PLC0415

    logs.start(debug=debug)
    given.at_most_one(("-s", session), ("-c", continue_), ("-r", resume))
    given.at_most_one(("-y", yolo), ("--approval", approval))
    given.at_most_one(("--tools", tools), ("--no-tools", no_tools))
    given.at_most_one(("--json", json_), ("--output-format", output))
    output = given.output_format("json" if json_ else output)
    settings = given.settings(
        config,
        approval="auto" if yolo else approval,
        max_turns=None if max_turns is None else number("--max-turns", max_turns, least=0),
        budget=None if budget is None else amount("--budget", budget),
        system=given.text(system),
        tools=given.names(tools),
    )
    options = build.Options(
        workspace=given.folder(cd),
        prompt=given.text(" ".join(prompt or ())) or "",
        model=model,
        session=given.session_name(session),
        title=given.text(title),
        continue_latest=continue_,
        resume=resume,
        no_tools=no_tools,
        record=record,
    )
    if print_ or output is not None or not given.is_interactive():
        options = given.for_printing(options)
        return run_async(build.run_print(options, settings, output=output or "text"))
    return build.run_tui(options, settings)
