"""A small real workspace, and a small real web."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.browsing import Browser
from tests.tools.web_server import WebServer


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "ws"
    (root / "src" / "deep" / "deeper").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("[core]\n")
    (root / "README.md").write_text("# Title\n\nSecond paragraph.\n")
    (root / "src" / "main.py").write_text("".join(f"line {n}\n" for n in range(1, 101)))
    (root / "src" / "deep" / "deeper" / "leaf.txt").write_text("leaf")
    (root / "名前.txt").write_text("漢字とかな\n", encoding="utf-8")
    return root


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture
def browser(web: WebServer, tmp_path: Path) -> Browser:
    """The web tools; the server on loopback is allowed under its address, not under its name."""
    workspace = tmp_path / "downloads"
    workspace.mkdir()
    return Browser(workspace, allow_hosts=[web.host])
