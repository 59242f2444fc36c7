"""From flags to Options and Settings."""

import logging
import sys
from pathlib import Path

from tyler_tui import paths
from tyler_tui.build import Options
from tyler_tui.config import Settings, load
from tyler_tui.errors import ConfigError, UsageError

OUTPUTS = ("text", "json", "stream-json")
APPROVALS = ("ask", "edits", "auto")


def chat_options(
    *,
    prompt: str,
    session: str | None,
    title: str | None,
    continue_latest: bool,
    resume: str | None,
    model: str | None,
    system: str | None,
    workspace: Path | None,
    approval: str | None,
    max_turns: int | None,
    tools: str | None,
    no_tools: bool,
    config: Path | None,
    debug: bool,
    needs_prompt: bool,
    output: str,
) -> tuple[Options, Settings]:
    """What the flags of `tyler-chat` say. Raises UsageError and ConfigError."""
    if debug:
        log_to_file()
    if config is not None and not config.exists():
        raise ConfigError(f"There is no config file {config}.")
    settings = load(config or paths.config_file())
    if output not in OUTPUTS:
        raise UsageError(f"There is no output format {output!r}.", hint="text, json, stream-json.")
    if approval is not None:
        if approval not in APPROVALS:
            raise UsageError(f"There is no approval mode {approval!r}.", hint="ask, edits, auto.")
        settings.approval = approval  # type: ignore[assignment]  # checked just above
    chosen = [
        flag
        for flag, given in (("-s", session), ("-c", continue_latest), ("-r", resume is not None))
        if given
    ]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} name a session each.", hint="Use one of them.")
    if needs_prompt and not prompt.strip():
        raise UsageError(
            "There is no prompt.",
            hint='Give one: tyler-chat -p "…", or pipe it in. Without -p, a terminal is needed.',
        )
    if needs_prompt and resume == "":
        raise UsageError("-r needs a name here.", hint="`tyler-chat sessions list` shows them.")
    folder = (workspace or Path.cwd()).resolve()
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.")
    settings.system = system if system is not None else settings.system
    settings.max_turns = max_turns if max_turns is not None else settings.max_turns
    if tools is not None:
        settings.tools = [name.strip() for name in tools.split(",") if name.strip()]
    options = Options(
        workspace=folder,
        prompt=prompt,
        model=model,
        session=session,
        title=title,
        continue_latest=continue_latest,
        resume=resume,
        no_tools=no_tools,
    )
    return options, settings


def read_stdin(prompt: str) -> str:
    """The prompt, with what was piped in behind it."""
    if sys.stdin.isatty():
        return prompt
    piped = sys.stdin.buffer.read().decode("utf-8", "replace").strip("\n")
    return "\n\n".join(part for part in (prompt, piped) if part.strip())


def log_to_file() -> None:
    """Write what the package logs to its log file, never to the screen."""
    path = paths.log_file()
    paths.private_folder(path.parent)
    path.touch(mode=0o600, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
    logger = logging.getLogger("tyler_tui")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    logger.propagate = False
