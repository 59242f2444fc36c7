"""Completion in the shell: which words fit at the cursor.

The shell's script, which Typer knows for each shell, runs the program with a variable that says
what is asked. zsh evaluates what comes back, bash splits it and takes stars in it for patterns: so
only plain words are offered, whatever a session is called or a model has titled it.
"""

import contextlib
import io
import os
import re
from typing import TYPE_CHECKING, Any

import typer

from tyler_tui.cli import COMPLETING, FAMILIES, PROGRAM, app_with
from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.config import Settings
    from tyler_tui.store import ThreadSummary

SHELLS = ("bash", "zsh", "fish")
MOST = 200
"""Longer lists help nobody."""
LONGEST_S = 2.0
"""How long a server with the sessions may take."""
_LETTERS_FOR_ALL = 2
"""So many letters must be there before the thousands of known models are looked at."""
_PLAIN = re.compile(r"\w[\w.,@%+=/:-]*( [\w.,@%+=/:-]+)*")
_NOT_PLAIN = re.compile(r"[^\w .,-]")

Offered = list[tuple[str, str]]
"""Words with what they stand for."""


def answer(instruction: str) -> int:
    """Print what fits, in the form that the shell wants; nothing where something goes wrong, for
    an error would stand in the middle of a command line."""
    from typer._completion_classes import completion_init  # noqa: PLC0415 - only for completion
    from typer.completion import shell_complete  # noqa: PLC0415
    from typer.main import get_command  # noqa: PLC0415

    is_bash = instruction.endswith("_bash")
    done = _join_at_colons() if is_bash else ""
    first = _first_word()
    written = io.StringIO()
    with contextlib.suppress(Exception), contextlib.redirect_stdout(written):
        command: Any = get_command(app_with(first))
        completion_init()
        shell_complete(command, {}, PROGRAM, COMPLETING, instruction)
    text = written.getvalue()
    if is_bash:
        text = "".join(
            line.removeprefix(done).replace(" ", "\\ ") + "\n" for line in text.splitlines() if line
        )
    print(text, end="")
    return 0


def _first_word() -> str | None:
    """The first word behind the program's name, when the cursor stands behind it."""
    if "COMP_WORDS" in os.environ:
        words, at = os.environ["COMP_WORDS"].split(), int(os.environ.get("COMP_CWORD", "0"))
        return words[1] if at > 1 and len(words) > 1 else None
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words = line.split()
    is_done = len(words) > 2 or (len(words) == 2 and line.endswith(" "))
    return words[1] if is_done else None


def _join_at_colons() -> str:
    """bash takes a colon for a word of its own. Put the word at the cursor together again; returns
    the part of it that bash has behind it, and wants not to hear of again."""
    words = os.environ.get("COMP_WORDS", "").split("\n")[0]
    at = int(os.environ.get("COMP_CWORD", "0"))
    pieces = words.split(" ")
    if ":" not in pieces[1 : at + 1]:
        return ""
    end = pieces[at] if at < len(pieces) else ""
    start = at if end != ":" else at + 1
    done = ""
    while start > 2 and pieces[start - 1] == ":":
        done = pieces[start - 2] + ":" + done
        start -= 2
    if done:
        last = "" if end == ":" else end
        os.environ["COMP_WORDS"] = " ".join([*pieces[:start], done + last])
        os.environ["COMP_CWORD"] = str(start)
    return done


def show(shell: str | None) -> None:
    """Print what the shell must read to complete; "" is the shell that this runs in."""
    if shell is None:
        return
    from typer._completion_shared import get_completion_script  # noqa: PLC0415 - only for completion

    name = _known(shell)
    typer.echo(get_completion_script(prog_name=PROGRAM, complete_var=COMPLETING, shell=name))
    raise typer.Exit


def install(shell: str | None) -> None:
    """Put that where the shell reads it when it starts."""
    if shell is None:
        return
    from typer._completion_shared import install  # noqa: PLC0415 - only for completion

    try:
        _, path = install(shell=_known(shell), prog_name=PROGRAM, complete_var=COMPLETING)
    except OSError as error:
        raise UsageError(
            f"{error.filename} cannot be written: {error.strerror}.",
            hint="`tyler-chat --show-completion` prints what would stand there.",
        ) from error
    typer.echo(f"Written to {path}. A new shell completes.")
    raise typer.Exit


def _known(shell: str) -> str:
    """The name of the shell. Raises UsageError for one that cannot be helped."""
    if not shell:
        import shellingham  # noqa: PLC0415 - only for completion

        with contextlib.suppress(shellingham.ShellDetectionFailure):
            shell = shellingham.detect_shell()[0]
    if shell not in SHELLS:
        what = f"There is no completion for {one_line(shell, 30)!r}" if shell else "Which shell"
        raise UsageError(
            f"{what}{'.' if shell else '?'}",
            hint=f"Name one: {', '.join(SHELLS[:-1])} or {SHELLS[-1]}.",
        )
    return shell


# What can stand where


def commands(ctx: typer.Context, incomplete: str) -> Offered:
    """The commands, where a prompt may begin with one."""
    return [] if ctx.params.get("prompt") else [(name, "") for name in FAMILIES]


def sessions(incomplete: str) -> Offered:
    """Sessions by name, or by id where they have none."""
    return _sessions(deleted=False)


def deleted_sessions(incomplete: str) -> Offered:
    return _sessions(deleted=True)


def models(incomplete: str) -> Offered:
    """Models that are set up or were used lately, then those that LiteLLM knows."""
    from tyler_tui.providers.catalog import KEY_SOURCES, environment_models  # noqa: PLC0415

    settings = _settings()
    names = ["demo", settings.model or "", *settings.fallback_models]
    names += [profile.model or "" for profile in settings.agents.values()]
    names += [model.name for model in settings.models]
    names += [found.model for found in environment_models()]
    names += [summary.model or "" for summary in _stored(deleted=False)]
    if len(incomplete) >= _LETTERS_FOR_ALL:
        from tyler_tui.providers.prices import known_names  # noqa: PLC0415 - seldom wanted

        names += known_names(incomplete)
    else:
        names += [f"{source.prefix}/" for source in KEY_SOURCES]
    fitting = dict.fromkeys(n for n in names if n.startswith(incomplete) and _PLAIN.fullmatch(n))
    return [(name, "") for name in list(fitting)[:MOST]]


def agents(incomplete: str) -> Offered:
    from tyler_tui.profiles import profiles  # noqa: PLC0415 - only for completion

    found = profiles(_settings())
    return [
        (name, _plain(profile.description))
        for name, profile in found.items()
        if _PLAIN.fullmatch(name)
    ]


def servers(incomplete: str) -> Offered:
    """MCP servers of the config."""
    return [(name, "") for name in _settings().mcp.servers]


def _settings() -> "Settings":
    from tyler_tui import paths  # noqa: PLC0415
    from tyler_tui.config import load  # noqa: PLC0415

    return load(paths.config_file())


def _sessions(*, deleted: bool) -> Offered:
    stored = _stored(deleted=deleted)
    offered = []
    for summary in stored:
        name, title = summary.name or "", _plain(summary.title)
        if _PLAIN.fullmatch(name):
            offered.append((name, title))
        else:
            offered.append((summary.id[:8], _plain(name) or title))
    return offered


def _plain(text: str) -> str:
    return " ".join(_NOT_PLAIN.sub(" ", text).split())[:60]


def _stored(*, deleted: bool) -> "list[ThreadSummary]":
    """The sessions, the latest first. A database that is not there is not made."""
    import asyncio  # noqa: PLC0415 - only for completion

    from tyler_tui.sessions_place import configured_place, is_made  # noqa: PLC0415
    from tyler_tui.store import ThreadStore  # noqa: PLC0415

    async def read() -> "list[ThreadSummary]":
        async with asyncio.timeout(LONGEST_S), await ThreadStore.create(place) as store:
            return await store.list_threads(MOST, deleted=deleted)

    place = configured_place()
    return asyncio.run(read()) if is_made(place) else []
