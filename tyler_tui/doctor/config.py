"""Whether the config can be used, and whose eyes it is for."""

import os
import stat
from pathlib import Path

from tyler_tui import keymap, paths
from tyler_tui.config import Settings, load
from tyler_tui.doctor.finding import Notes
from tyler_tui.errors import TylerError
from tyler_tui.sessions_place import shown_place


def look(notes: Notes, file: Path) -> Settings | None:
    """The settings, for checks that need them; None when they cannot be used."""
    try:
        settings = load(file, check_keys=keymap.checked)
    except TylerError as error:
        notes.fail("config", error.message, error.hint or f"Correct {file}.")
        return None
    if not file.exists():
        notes.ok("config", f"none, the defaults count; `tyler-chat config init` makes {file}")
    else:
        notes.ok("config", str(file))
        look_at_rights(notes, file, "config")
    for name in ("TYLER_CHAT_HOME", "TYLER_CHAT_CONFIG", "TYLER_CHAT_DB"):
        if value := os.environ.get(name):
            notes.ok(name, shown_place(value))
    return settings


def look_at_rights(notes: Notes, path: Path, name: str) -> None:
    """Whether others could read or change a file, or change a folder. Warns when they can."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        notes.fail(name, f"{path} cannot be looked at: {error.strerror}", "Check its permissions.")
        return
    if os.name != "posix":
        return
    is_folder = path.is_dir()
    wrong = mode & (0o022 if is_folder else 0o077)
    if wrong:
        what = "changed" if mode & 0o022 else "read"
        notes.warn(
            f"{name} permissions",
            f"{mode:04o}: {path} can be {what} by others",
            f"chmod {'go-w' if is_folder else '600'} '{path}'",
        )
    if not os.access(path, os.W_OK):
        notes.warn(
            f"{name} permissions",
            f"{path} may not be written by you",
            f"chmod u+w '{path}', or move it with TYLER_CHAT_HOME",
        )


def _look_where_it_will_be(notes: Notes, folder: Path) -> None:
    above = next(parent for parent in folder.parents if os.path.exists(parent))
    if not above.is_dir():
        trouble = "is not a folder"
    elif not os.access(above, os.W_OK | os.X_OK):
        trouble = "may not be written by you"
    else:
        notes.ok("folder", f"{folder} is made when it is needed")
        return
    remedy = "Move it with TYLER_CHAT_HOME: nothing can be saved there."
    notes.fail("folder", f"{folder} cannot be made: {above} {trouble}", remedy)


def look_at_folders(notes: Notes) -> None:
    """The folder of the data, and what lies in it."""
    folder = paths.data_folder()
    if not os.path.exists(folder):  # as opposed to Path's, False also where one may not look
        _look_where_it_will_be(notes, folder)
        return
    notes.ok("folder", str(folder))
    look_at_rights(notes, folder, "folder")
    for file in (
        paths.history_file(),
        paths.rules_file(),
        paths.seal_file(),
        paths.state_file(),
        paths.log_file(),
    ):
        if file.exists():
            look_at_rights(notes, file, file.name)
    reports = sorted(paths.log_file().parent.glob("crash-*.txt"))
    if reports:
        notes.warn(
            "crash reports",
            f"{len(reports)}, the latest is {reports[-1]}",
            "They hold no keys. Report what happened, then delete them.",
        )
