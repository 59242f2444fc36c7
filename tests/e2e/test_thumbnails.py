"""Pictures shown small in a real terminal."""

from pathlib import Path

from PIL import Image

from tests.e2e.conftest import Open


def is_loaded(pid: int) -> bool:
    maps = Path(f"/proc/{pid}/maps")
    return maps.exists() and "_imaging" in maps.read_text()


def test_a_picture_stands_below_its_line_and_only_then_what_decodes_it_is_loaded(
    open_chat: Open, workspace: Path
) -> None:
    Image.new("RGB", (300, 200), "#ff0000").save(workspace / "red.png")
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("words", "enter")
        terminal.wait_for("how to set up a real", "ready ·")
        assert not is_loaded(terminal.process.pid)
        terminal.send("@red.png is what?", "enter")
        terminal.wait_for("300 × 200 · view", "▀" * 18, "ready ·")
        assert b"\x1b[38;2;255;0;0;48;2;255;0;0m" in terminal.output
        rows = [row for row, line in enumerate(terminal.lines) if "▀" * 18 in line]
        assert len(rows) == 6
        assert "red.png" in terminal.lines[rows[0] - 1]
