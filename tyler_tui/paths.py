"""Where config, data and logs live.

`TYLER_CHAT_HOME` moves everything under one folder; `TYLER_CHAT_DB` and `TYLER_CHAT_CONFIG` move
one file each. Otherwise the platform's own folders are used (XDG on Linux). Folders that hold
conversations are created readable by their owner alone.
"""

import os
from pathlib import Path

import platformdirs

APP_NAME = "tyler-chat"


def _home() -> Path | None:
    home = os.environ.get("TYLER_CHAT_HOME")
    return expanded(home) if home else None


def expanded(path: str | Path) -> Path:
    """`path` with the home folder in place of a `~` at its beginning. Where nobody knows that home,
    it stays as it is, as in a shell."""
    return Path(os.path.expanduser(path))


def in_short(path: Path) -> str:
    """`path` as people write it: `~/notes` for what lies in their home."""
    try:
        return str(Path("~") / path.relative_to(expanded("~")))
    except ValueError:  # it lies elsewhere, or nobody knows where home is
        return str(path)


def config_file(given: str | None = None) -> Path:
    """The TOML config file, `given` where the command line names one; it need not exist."""
    if given is not None:
        return expanded(given)
    override = os.environ.get("TYLER_CHAT_CONFIG")
    if override:
        return expanded(override)
    return (_home() or platformdirs.user_config_path(APP_NAME)) / "config.toml"


def data_folder() -> Path:
    """The folder of the database, prompt history and last copy; it need not exist."""
    return _home() or platformdirs.user_data_path(APP_NAME)


def database_file() -> Path:
    """The SQLite database with all sessions; it need not exist."""
    override = os.environ.get("TYLER_CHAT_DB")
    return expanded(override) if override else default_database_file()


def default_database_file() -> Path:
    """The same, where nothing says otherwise."""
    return data_folder() / "sessions.db"


def history_file() -> Path:
    """The prompt history, one JSON string a line."""
    return data_folder() / "prompts.jsonl"


def drafts_folder() -> Path:
    """What is being written, a file a session; it need not exist."""
    return data_folder() / "drafts"


def state_file() -> Path:
    """What the program remembers by itself, such as the theme chosen last; it need not exist."""
    return data_folder() / "state.json"


def rules_file() -> Path:
    """The rules that answers of "always" made; it need not exist."""
    return data_folder() / "rules.toml"


def seal_file() -> Path:
    """The secret that marks what was chosen here in sessions that others can write; it need not
    exist."""
    return data_folder() / "seal.key"


def copy_file() -> Path:
    """What was copied last, when it was too long for the clipboard."""
    return data_folder() / "copied.md"


def log_file() -> Path:
    """Where `--debug` writes."""
    return (_home() or platformdirs.user_log_path(APP_NAME)) / "debug.log"


def schemas_folder() -> Path:
    """The JSON Schemas of what print mode writes."""
    return Path(__file__).parent / "printer" / "schemas"


def private_folder(path: Path) -> Path:
    """Create `path` and its parents with mode 0700 for those that are new; return it."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    return path
