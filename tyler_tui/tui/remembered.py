"""What the program remembers by itself from one start to the next. The config is the user's own,
and is never written to."""

import json
import os
from pathlib import Path
from typing import Any

from tyler_tui import paths, regular_file


class Remembered:
    """A small JSON file. One that cannot be used is done without; what a newer program has put into
    it stays."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    @property
    def theme(self) -> str | None:
        """The theme that was chosen last in the chat."""
        theme = self._read().get("theme")
        return theme if isinstance(theme, str) else None

    def keep_theme(self, name: str) -> None:
        if self._path is None:
            return
        text = json.dumps(self._read() | {"theme": name}, indent=2) + "\n"
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            paths.private_folder(self._path.parent)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            new.replace(self._path)
        except OSError:
            new.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            values = json.loads(regular_file.read_bytes(self._path)) if self._path else {}
        except (OSError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}
