"""The installed program in a pseudo-terminal, in a workspace of its own."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import PROGRAM
from tests.provider_server import ProviderServer
from tests.pseudo_terminal import Terminal

Open = Callable[..., Terminal]
"""Starts `tyler-chat` with arguments; `columns`, `rows` and `background` are the terminal's."""


def draft(first: str, *more: str) -> Callable[[str], bool]:
    """Whether a screen shows the composer with these lines."""
    wanted = [f"> {first}", *more]

    def is_there(screen: str) -> bool:
        lines = [line.strip() for line in screen.splitlines()]
        starts = [number for number, line in enumerate(lines) if line == wanted[0]]
        return any(lines[start : start + len(wanted)] == wanted for start in starts)

    return is_there


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "README.md").write_text("# A project\n\nIt has a readme.\n", "utf-8")
    return folder


@pytest.fixture
def open_chat(workspace: Path) -> Open:
    def start(*arguments: str, **options: Any) -> Terminal:
        return Terminal([PROGRAM, *arguments], env=dict(os.environ), cwd=workspace, **options)

    return start


@pytest.fixture
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """A server that the program finds by OPENAI_API_BASE."""
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server
