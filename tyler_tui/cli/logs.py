"""Where log records go: to a file, never to the screen. Without `--debug` only errors are kept,
for a fault that nobody foresaw cannot be had again."""

import errno
import logging
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from tyler_tui import paths
from tyler_tui.errors import UsageError

_LOGGERS = ("tyler_tui", "asyncio")
"""Those of libraries are left out: what they log may hold keys."""


def start(*, debug: bool = False) -> None:
    """Begin to keep records. The file is made when there is something to write, or at once with
    `debug`. Raises UsageError when it cannot be."""
    handler = _LogFile(paths.log_file())
    handler.setFormatter(_WithoutKeys("%(asctime)s %(name)s %(levelname)s %(message)s"))
    if debug:
        handler.make()
    logging.getLogger().addHandler(logging.NullHandler())  # else Python prints what nobody handles
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        for earlier in [each for each in logger.handlers if isinstance(each, _LogFile)]:
            logger.removeHandler(earlier)
            earlier.close()
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if debug and name == "tyler_tui" else logging.ERROR)
        logger.propagate = False


class _WithoutKeys(logging.Formatter):
    """Errors of libraries, and what they quote, may hold keys."""

    def format(self, record: logging.LogRecord) -> str:
        from tyler_tui.redaction import without_keys, without_own_keys  # noqa: PLC0415 - seldom

        return without_keys(without_own_keys(super().format(record)))


class _LogFile(logging.FileHandler):
    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="replace", delay=True)
        self._path = path

    def make(self) -> None:
        try:
            self.stream = self._open()
        except OSError as error:
            raise UsageError(f"The log {self._path} cannot be written: {error.strerror}") from error

    def _open(self) -> TextIOWrapper:
        paths.private_folder(self._path.parent)
        self._path.touch(mode=0o600, exist_ok=True)
        if self._path.is_fifo():  # to open it would wait for who reads it
            raise OSError(errno.EINVAL, "Not a regular file", str(self._path))
        with suppress(PermissionError):  # of another owner
            self._path.chmod(0o600)
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # nothing can be said about a log that cannot be written
            super().emit(record)
