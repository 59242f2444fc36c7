"""Prompts sent before, kept across sessions: one JSON string a line, newest last.

A line that was cut off, by a crash or a full disk, or damaged costs no other line.
"""

import json
import logging
import os
from pathlib import Path
from typing import BinaryIO

from tyler_tui import paths, regular_file
from tyler_tui.sanitize import storable

_log = logging.getLogger(__name__)

MAX_PROMPTS = 1_000


class PromptHistory:
    """A list of prompts and a cursor in it. With a path, the list is read at the first step and
    each new prompt is appended to the file; a file that cannot be used is done without."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._prompts: list[str] | None = None
        self._at = 0
        self._draft = ""

    @property
    def prompts(self) -> list[str]:
        if self._prompts is None:
            self._prompts = self._read()
            self._at = len(self._prompts)
        return self._prompts

    def add(self, prompt: str) -> None:
        """Remember a prompt, unless it repeats the newest or is blank."""
        prompts = self.prompts
        if prompt.strip() and (not prompts or prompts[-1] != prompt):
            prompts.append(prompt)
            self._write(prompt)
        self._at = len(prompts)

    def step(self, by: int, draft: str) -> str | None:
        """The prompt `by` steps away, or None at either end. Stepping past the newest gives back
        the draft that was there when the walk began."""
        prompts = self.prompts
        if self._at == len(prompts):
            self._draft = draft
        to = self._at + by
        if not 0 <= to <= len(prompts):
            return None
        self._at = to
        return self._draft if to == len(prompts) else prompts[to]

    def _read(self) -> list[str]:
        if self._path is None:
            return []
        try:
            lines = regular_file.read_bytes(self._path).splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            _log.error("The prompts of before cannot be read: %s", error)
            return []
        prompts: list[str] = []
        for line in lines[-MAX_PROMPTS:]:
            try:
                prompt = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(prompt, str):
                prompts.append(prompt)
        return prompts

    def _write(self, prompt: str) -> None:
        if self._path is None:
            return
        try:
            paths.private_folder(self._path.parent)
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
            with os.fdopen(os.open(self._path, flags, 0o600), "rb+") as file:
                line = json.dumps(storable(prompt)).encode() + b"\n"
                file.write(b"\n" + line if _is_cut_off(file) else line)
        except OSError:
            return


def _is_cut_off(file: BinaryIO) -> bool:
    """Whether the last line of a file has no end."""
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return file.read(1) != b"\n"
