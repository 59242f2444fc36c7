"""A small real workspace."""

from pathlib import Path

import pytest


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
