"""Where all sessions are kept: `TYLER_CHAT_DB`, or `database` in the config, or a file of our own.

For commands that must be quick, and read no other setting.
"""

import os
from pathlib import Path

from tyler_tui import paths
from tyler_tui.errors import ConfigError

_KEY = "database"


def sessions_place(said: str | None) -> str | Path:
    """The place that a setting names: the URL of a server as it is, else a path."""
    if not said:
        return paths.database_file()
    return said if is_url(said) else paths.expanded(said)


def configured_place() -> str | Path:
    """The same, as the environment and the config file say. Raises ConfigError for a file that
    cannot be read."""
    return sessions_place(os.environ.get("TYLER_CHAT_DB") or _said_by(paths.config_file()))


def _said_by(config: Path) -> str | None:
    try:
        if not config.exists():
            return None
        from tyler_tui import regular_file  # noqa: PLC0415 - many have no config

        text = regular_file.read_text(config)
    except (OSError, UnicodeDecodeError):
        return None  # whatever needs more of it says so
    if _KEY not in text:  # as a rule; to parse the file takes longer than all else here
        return None
    import tomllib  # noqa: PLC0415 - most name no database there

    try:
        said = tomllib.loads(text).get(_KEY)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{config}: {error}.", hint="The file must be valid TOML.") from error
    return said if isinstance(said, str) else None


def are_on_a_server() -> bool:
    """Whether the sessions are kept on a server, as far as the settings can be read."""
    try:
        return str(configured_place()).startswith("postgres")
    except ConfigError:
        return False


def is_made(place: str | Path) -> bool:
    """Whether something is there; of a server that is taken for granted."""
    return isinstance(place, str) or place.exists()


def is_url(place: str | Path) -> bool:
    """Whether it is the URL of a server or of a file."""
    return isinstance(place, str) and "://" in place


def shown_place(place: str | Path) -> str:
    """The place without a password, which may stand in front of the host or behind a `?`, and may
    hold an @, / or ? of its own, as it should not: where that could be either, nothing is shown."""
    scheme, separator, rest = str(place).partition("://")
    if not is_url(place) or scheme.startswith("sqlite"):
        return str(place)
    user, at, behind = rest.partition("@")
    if at and "/" not in user:
        rest = behind
    address, _, query = rest.partition("?")
    shown = "" if "@" in query else address.rpartition("@")[2]
    return f"{scheme}{separator}{shown}"
