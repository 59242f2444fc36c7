"""`tyler-chat` itself: its options, and which front end gets them."""

from pathlib import Path
from typing import Annotated

import typer

from tyler_tui import __version__
from tyler_tui.cli import completion, completion_scripts, flags
from tyler_tui.cli.arguments import amount, number
from tyler_tui.cli.command import ChatCommand
from tyler_tui.cli.help_page import MODEL, OTHER, PRINT, SESSION
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
    prompt: Annotated[
        list[str] | None, typer.Argument(metavar="[PROMPT]", autocompletion=completion.commands)
    ] = None,
    session: Annotated[
        str | None,
        typer.Option(
            "-s",
            "--session",
            metavar="NAME",
            rich_help_panel=SESSION,
            autocompletion=completion.sessions,
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
            autocompletion=completion.sessions,
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
    model: flags.Model = None,
    record: Annotated[
        str | None,
        typer.Option(
            "--record",
            metavar="FILE",
            rich_help_panel=MODEL,
            help="Record what the models answer, to be played again with -m replay:FILE.",
        ),
    ] = None,
    agent: flags.Agent = None,
    system: flags.System = None,
    no_agents_md: flags.NoAgentsMd = False,
    file: Annotated[
        list[str] | None,
        typer.Option(
            "-f",
            "--file",
            metavar="PATH",
            rich_help_panel=SESSION,
            help="Send the file with the prompt: text, PDF, office document or image. May be "
            "repeated.",
        ),
    ] = None,
    cd: flags.Folder = None,
    tools: flags.Tools = None,
    no_tools: flags.NoTools = False,
    approval: flags.Approval = None,
    yolo: flags.Yolo = False,
    max_turns: flags.MaxTurns = None,
    budget: flags.Budget = None,
    plain: Annotated[
        bool,
        typer.Option(
            "--plain",
            rich_help_panel=PRINT,
            help="Chat line by line: for screen readers and dumb terminals. The same commands; "
            "reads prompts from a pipe too.",
        ),
    ] = False,
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
    config: flags.Config = None,
    debug: flags.Debug = False,
    install_completion: Annotated[
        str | None,
        typer.Option(
            "--install-completion",
            metavar="[SHELL]",
            callback=completion_scripts.install,
            is_eager=True,
            expose_value=False,
            rich_help_panel=OTHER,
            help="Have bash, zsh or fish complete names of sessions, models and agents.",
        ),
    ] = None,
    show_completion: Annotated[
        str | None,
        typer.Option(
            "--show-completion",
            metavar="[SHELL]",
            callback=completion_scripts.show,
            is_eager=True,
            expose_value=False,
            rich_help_panel=OTHER,
            help="Show what that would install.",
        ),
    ] = None,
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
    from tyler_tui import build, front_ends  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import logs  # noqa: PLC0415
    from tyler_tui.cli import options as given  # noqa: PLC0415

    logs.start(debug=debug)
    given.at_most_one(("-s", session), ("-c", continue_), ("-r", resume))
    given.at_most_one(("-y", yolo), ("--approval", approval))
    given.at_most_one(("--tools", tools), ("--no-tools", no_tools))
    given.at_most_one(("--plain", plain), ("-p", print_))
    given.at_most_one(("--plain", plain), ("--json", json_), ("--output-format", output))
    output = given.output_format("json" if json_ else output)
    settings = given.settings(
        config,
        approval="auto" if yolo else approval,
        max_turns=None if max_turns is None else number("--max-turns", max_turns, least=0),
        budget=None if budget is None else amount("--budget", budget),
        system=given.text(system),
        agents_md=False if no_agents_md else None,
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
        agent=agent,
        record=record,
        files=tuple(map(Path, file or ())),
    )
    reason = given.why_lines(settings, asked=plain)
    if not plain and (print_ or output is not None or not given.is_interactive()):
        options = given.for_printing(options)
        given.tell_remarks(settings)
        return run_async(front_ends.run_print(options, settings, output=output or "text"))
    if reason is not None:
        given.tell_remarks(settings)
        return front_ends.run_plain(options, settings, reason=reason)
    return front_ends.run_tui(options, settings)
