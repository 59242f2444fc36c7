"""The garbage collector rests while the program imports itself, and only then."""

import sys
from pathlib import Path

import pytest

from tests.pseudo_terminal import Terminal

CODE = """
import gc, sys
from importlib.abc import MetaPathFinder
from pathlib import Path
def note(moment):
    Path(moment).write_text(str(gc.isenabled()))
module = sys.argv.pop(1)
class Noting(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == module:
            note("importing")
sys.meta_path.insert(0, Noting())
from tyler_tui.cli import main
try:
    main()
finally:
    note("ended")
"""


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("textual.app", ["-m", "demo"]), ("typer.main", ["sessions", "list"])],
)
def test_it_rests_while_modules_are_imported_and_works_behind_that(
    module: str, arguments: list[str], tmp_path: Path, home: Path
) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": ":".join(sys.path),
        "TYLER_CHAT_HOME": str(home),
    }
    command = [sys.executable, "-c", CODE, module, *arguments]
    with Terminal(command, env=environment, cwd=tmp_path) as terminal:
        if module == "textual.app":
            terminal.wait_for("Ask anything")
            terminal.send("ctrl+d")
            terminal.wait_for("again to leave")
            terminal.send("ctrl+d")
        terminal.wait_exit()
    assert (tmp_path / "importing").read_text() == "False"
    assert (tmp_path / "ended").read_text() == "True"
