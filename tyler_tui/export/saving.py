"""An export as a file: where it goes, in which form, and never over another one unasked."""

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tyler_tui.errors import UsageError
from tyler_tui.export import FORMS, exported
from tyler_tui.export.parts import title_of
from tyler_tui.messages import Thread
from tyler_tui.paths import expanded
from tyler_tui.sanitize import one_line
from tyler_tui.whole_file import write_whole

MOST_LETTERS = 60
_ENDINGS = {ending: form for form, endings in FORMS.items() for ending in endings}


@dataclass(frozen=True, slots=True)
class Wish:
    """What stands behind /export: a file, "" for one named after the session, and flags."""

    file: str = ""
    redact: bool = False
    overwrite: bool = False

    @classmethod
    def read(cls, text: str) -> "Wish":
        """Raises UsageError."""
        try:
            words = shlex.split(text)
        except ValueError as error:
            raise UsageError("A quotation mark stands alone.") from error
        flags = {word for word in words if word.startswith("--")}
        names = [word for word in words if word not in flags]
        if unknown := flags - {"--redact", "--overwrite"}:
            raise UsageError(
                f"/export has no {one_line(sorted(unknown)[0], 40)}.",
                hint="/export [FILE] [--redact] [--overwrite]",
            )
        if len(names) > 1:
            raise UsageError(
                "/export takes one file.", hint='Put quotes round a name with spaces: "my file.md".'
            )
        return cls("".join(names), "--redact" in flags, "--overwrite" in flags)


def form_of(file: Path) -> str:
    """The form that the ending of a file's name stands for. Raises UsageError."""
    form = _ENDINGS.get(file.suffix.casefold())
    if form is None:
        endings = ", ".join(endings[0] for endings in FORMS.values())
        raise UsageError(
            f"{one_line(file.name, 60)} has none of the endings {endings}.",
            hint="The ending says in which form the session is written.",
        )
    return form


def save(thread: Thread, wish: Wish, folder: Path, *, form: str | None = None) -> Path:
    """Write an export of `thread` and return where it is. A name without an ending gets that of
    Markdown; one without a folder stands in `folder`. A file that is there already is an error,
    unless it is to be overwritten, and for a name of ours the next free one is taken. A new file is
    readable by its owner alone: whoever passes it on can open it to others.

    Raises UsageError for what cannot be written.
    """
    path = folder / expanded(wish.file or file_name(thread))
    if form is None:
        if not path.suffix:
            path = path.with_name(f"{path.name}.md")
        form = form_of(path)
    text = exported(thread, form, redact=wish.redact)
    if not wish.file:
        path = _free(path)
    write_new(path, text, overwrite=wish.overwrite, else_="say --overwrite")
    return path


def write_new(path: Path, text: str, *, overwrite: bool = False, else_: str = "remove it") -> None:
    """Write a file that its owner alone may read, whole or not at all. One that is there already is
    an error, unless it is to be overwritten; `else_` says what can be done but naming another.
    Raises UsageError."""
    try:
        if overwrite and path.exists() and not path.is_file():  # a terminal, say, or a pipe
            path.write_text(text, "utf-8")
        elif overwrite:
            write_whole(path, text)
        else:
            with _taken(path):
                write_whole(path, text)
    except FileExistsError as error:
        raise UsageError(
            f"{one_line(str(path))} is there already.", hint=f"Name another file, or {else_}."
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the name is none"
        raise UsageError(f"{one_line(str(path))} cannot be written: {reason}.") from error


@contextmanager
def _taken(path: Path) -> Iterator[None]:
    """Have a name that nobody had; it is free again when what is done with it fails."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def file_name(thread: Thread) -> str:
    """A name after what the session is called: letters and digits of any script, no spaces."""
    words = re.findall(r"\w+", title_of(thread).casefold())
    return f"{'-'.join(words)[:MOST_LETTERS].strip('-') or 'conversation'}.md"


def _free(path: Path) -> Path:
    number = 2
    free = path
    while free.exists() or free.is_symlink():
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return free
