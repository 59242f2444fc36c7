"""Flags that several commands take."""

from typing import Annotated

import typer

from tyler_tui.cli import completion
from tyler_tui.cli.help_page import MODEL, OTHER, TOOLS

Model = Annotated[
    str | None,
    typer.Option(
        "-m",
        "--model",
        metavar="NAME",
        rich_help_panel=MODEL,
        autocompletion=completion.models,
        help="A LiteLLM name such as anthropic/claude-sonnet-5, gguf:FILE, demo, or replay:FILE.",
    ),
]
Agent = Annotated[
    str | None,
    typer.Option(
        "--agent",
        metavar="NAME",
        rich_help_panel=MODEL,
        autocompletion=completion.agents,
        help="An agent that ships, such as researcher, or one of the config; "
        "`tyler-chat agents` lists them.",
    ),
]
System = Annotated[
    str | None,
    typer.Option(
        "--system",
        metavar="TEXT",
        rich_help_panel=MODEL,
        help="The system prompt, in place of ours.",
    ),
]
NoAgentsMd = Annotated[
    bool,
    typer.Option(
        "--no-agents-md",
        rich_help_panel=MODEL,
        help="Leave out the AGENTS.md of the workspace and of the folders above it.",
    ),
]
Folder = Annotated[
    str | None,
    typer.Option(
        "-C",
        "--cd",
        metavar="DIR",
        rich_help_panel=TOOLS,
        help="The workspace: tools stay inside. Default: this folder.",
    ),
]
Tools = Annotated[
    str | None,
    typer.Option(
        "--tools",
        metavar="A,B",
        rich_help_panel=TOOLS,
        help="Offer these tools only; patterns such as files-* too.",
    ),
]
NoTools = Annotated[bool, typer.Option("--no-tools", rich_help_panel=TOOLS, help="Offer no tools.")]
Approval = Annotated[
    str | None,
    typer.Option(
        "--approval",
        metavar="MODE",
        rich_help_panel=TOOLS,
        help="What runs unasked, beyond reading: ask (nothing), edits (writing files), "
        "auto (all). Where nobody can be asked, the rest is denied.",
    ),
]
Yolo = Annotated[
    bool,
    typer.Option("-y", "--yolo", rich_help_panel=TOOLS, help="The same as --approval auto."),
]
MaxTurns = Annotated[
    str | None,
    typer.Option(
        "--max-turns",
        metavar="N",
        rich_help_panel=TOOLS,
        help="Rounds of tool calls that a prompt may take.",
    ),
]
Budget = Annotated[
    str | None,
    typer.Option(
        "--budget",
        metavar="USD",
        rich_help_panel=MODEL,
        help="What the session may cost, in US dollars. Needs a model with a known price.",
    ),
]
Config = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", rich_help_panel=OTHER, help="Another config file."),
]
Debug = Annotated[
    bool,
    typer.Option(
        "--debug",
        rich_help_panel=OTHER,
        help="Write a log file; `tyler-chat paths` says where.",
    ),
]
