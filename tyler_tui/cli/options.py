"""From flags, as they were typed, to what the program works with. All raise UsageError."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tyler_tui import keymap, paths
from tyler_tui.build import Options
from tyler_tui.config import Settings, load
from tyler_tui.errors import ConfigError, UsageError
from tyler_tui.sanitize import one_line, storable
from tyler_tui.stdio.terminal import is_dumb
from tyler_tui.stdio.warning import write_warning

OUTPUTS = ("text", "json", "stream-json")


def at_most_one(*flags: tuple[str, object]) -> None:
    """Refuse flags that contradict each other."""
    given = [name for name, value in flags if value is not None and value is not False]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} do not go together.", hint="Use one of them.")


def names(text: str | None) -> list[str] | None:
    """The words between the commas."""
    return None if text is None else [word for part in text.split(",") if (word := part.strip())]


def text(given: str | None) -> str | None:
    """What was typed, but for bytes that are no letters."""
    return None if given is None else storable(given)


def session_name(text: str | None) -> str | None:
    if text is not None and not text.strip():
        raise UsageError("The name of a session needs at least one character.")
    return text


def output_format(text: str | None) -> str | None:
    if text is not None and text not in OUTPUTS:
        raise UsageError(
            f"There is no output format {one_line(text, 40)!r}.", hint=f"Use {_either(OUTPUTS)}."
        )
    return text


def folder(text: str | None) -> Path:
    """The workspace."""
    try:
        path = paths.expanded(text).resolve() if text is not None else Path.cwd()
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(
            "The workspace cannot be found.", hint="Go to a folder that exists, or give one: -C."
        ) from error
    if not path.is_dir():
        raise UsageError(f"{path} is not a folder.", hint="-C takes the folder to work in.")
    return path


def settings(config: str | None, **flags: Any) -> Settings:
    """The settings of the config file and the environment, under the flags that were given."""
    file = paths.config_file(config)
    if config is not None and not file.is_file():
        raise ConfigError(
            f"There is no config file {config}.",
            hint=f"`tyler-chat config init --config {config}` makes one.",
        )
    return load(
        file,
        flags={name: value for name, value in flags.items() if value is not None},
        check_keys=keymap.checked,
    )


def tell_remarks(settings: Settings) -> None:
    """Say on standard error what of the config has no effect."""
    for remark in settings.remarks:
        write_warning(remark)


def is_interactive() -> bool:
    """Whether there is someone to chat with: keys to read and a screen to draw on. One who names
    a driver for Textual has them, a browser say."""
    if os.environ.get("TEXTUAL_DRIVER"):
        return True
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def why_lines(settings: Settings, *, asked: bool) -> str | None:
    """Why the chat goes line by line, "" where that needs no word; None for the full screen."""
    if asked:
        return ""
    if os.environ.get("TEXTUAL_DRIVER"):  # a screen that is no terminal of ours
        return None
    if settings.ui.accessible:
        return ""
    return "This terminal cannot show the full screen." if is_dumb(os.environ) else None


def for_printing(options: Options) -> Options:
    """The options for an answer on standard output, with standard input joined to the prompt."""
    if options.resume == "":
        raise UsageError(
            "-r needs a name or id here.", hint="`tyler-chat sessions list` shows them."
        )
    prompt = "\n\n".join(part for part in (options.prompt, _piped()) if part.strip())
    if not prompt:
        raise UsageError(
            "There is no prompt.",
            hint='Give one, tyler-chat -p "…", or pipe one in. The chat needs a terminal.',
        )
    return replace(options, prompt=prompt)


def _piped() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    return sys.stdin.buffer.read().decode("utf-8", "replace").strip("\n")


def _either(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
