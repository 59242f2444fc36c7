"""Settings: one TOML file, each field documented where it stands.

What counts: flags on the command line, then the environment (`TYLER_CHAT_MODEL`,
`TYLER_CHAT_APPROVAL`, `TYLER_CHAT_THEME`), then the file, then the defaults here.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from tyler_tui.errors import ConfigError

Approval = Literal["ask", "edits", "auto"]


class TimeoutSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[timeouts], in seconds."""

    connect: float = 15.0
    """To reach the provider."""
    first_token: float = 120.0
    """To the first piece of an answer."""
    idle: float = 60.0
    """Between two pieces."""


class InterfaceSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[ui]"""

    theme: str = "auto"
    """auto, dark, light, or the name of a theme. auto asks the terminal for its background."""
    frame_rate: float = 18.0
    """How often a second the transcript is drawn while text streams; 10 suits slow lines."""
    reduced_motion: bool = False
    """No spinner, no animation."""
    mouse: bool = True
    """False leaves the mouse to the terminal."""


class Settings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    model: str | None = None
    """A LiteLLM model name, such as anthropic/claude-sonnet-4-5, or demo."""
    api_base: str | None = None
    """The address of a server of the OpenAI format."""
    name: str = "Tyler"
    """What the assistant is called."""
    purpose: str = "To be a helpful assistant."
    notes: str = ""
    """Added to the system prompt."""
    system: str | None = None
    """A system prompt in place of ours."""
    temperature: float | None = None
    """0 to 2; the provider's own default when it is not set."""
    max_tokens: int | None = None
    reasoning: str | None = None
    """low, medium or high, for models that think."""
    max_turns: int = 25
    """How many rounds of tool calls one prompt may take."""
    retries: int = 2
    """How often a request is tried again before its first token."""
    approval: Approval = "ask"
    """What runs unasked beyond reading: ask (nothing), edits (writing files), auto (all)."""
    tools: list[str] | None = None
    """The tools to offer, by name; all when it is not set."""
    keys: dict[str, str] = {}
    """Other keys for commands: "session.new" = "ctrl+shift+n"."""
    timeouts: TimeoutSettings = msgspec.field(default_factory=TimeoutSettings)
    ui: InterfaceSettings = msgspec.field(default_factory=InterfaceSettings)


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of the file at `path`, if there is one, under those of the environment.

    Raises ConfigError that names the file, the line and the field.
    """
    environ = os.environ if environ is None else environ
    settings = _read(path) if path.exists() else Settings()
    if model := environ.get("TYLER_CHAT_MODEL"):
        settings.model = model
    if theme := environ.get("TYLER_CHAT_THEME"):
        settings.ui.theme = theme
    if approval := environ.get("TYLER_CHAT_APPROVAL"):
        if approval not in ("ask", "edits", "auto"):
            raise ConfigError(
                f"TYLER_CHAT_APPROVAL is {approval!r}.", hint="Use ask, edits or auto."
            )
        settings.approval = approval
    return settings


def _read(path: Path) -> Settings:
    try:
        text = path.read_text("utf-8")
        return msgspec.convert(tomllib.loads(text), Settings)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}", hint="The file must be valid TOML.") from error
    except msgspec.ValidationError as error:
        raise _explained(str(error), text, path) from error


def _explained(said: str, text: str, path: Path) -> ConfigError:
    """What msgspec said, with the line and, for a name it did not know, the nearest one."""
    unknown = re.search(r"unknown field `([^`]+)`", said)
    place = re.search(r"`\$\.?([^`]*)`$", said)
    where = place[1] if place else ""
    field = unknown[1] if unknown else where.rpartition(".")[2].partition("[")[0]
    line = next(
        (
            number
            for number, content in enumerate(text.splitlines(), 1)
            if field and re.match(rf"\s*\[?[\"']?{re.escape(field)}\b", content)
        ),
        None,
    )
    at = f"{path}, line {line}" if line else f"{path}"
    if unknown is None:
        return ConfigError(f"{at}: `{where}`: {said.partition(' - at')[0]}.")
    section = where.partition(".")[0]
    known = {"timeouts": TimeoutSettings, "ui": InterfaceSettings}.get(section, Settings)
    nearest = difflib.get_close_matches(field, known.__struct_fields__, n=1)
    hint = f"Did you mean `{nearest[0]}`?" if nearest else (
        f"Known are: {', '.join(known.__struct_fields__)}."
    )  # fmt: skip
    return ConfigError(f"{at}: there is no setting `{field}`.", hint=hint)
