"""Take the pictures of the README: `python screenshots/make.py [NAME...]`, with
`pip install ".[dev,pictures]"`.

The real app runs in a folder of its own with the built-in demo; Textual exports what it draws as
SVG, and resvg turns that into PNG with the fonts of the machine (Fira Code and Noto look best). The
picture of the browser is Chromium's own; it stays as it is where there is none.
"""

import asyncio
import html
import os
import re
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import resvg_py
from rich.cells import cell_len
from textual.pilot import Pilot

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.web.browser import chromium, opened
from tyler_tui.build import Options
from tyler_tui.config import Settings
from tyler_tui.local_backend import LocalBackend
from tyler_tui.tui.app import TylerApp
from tyler_tui.tui.launch import Launch
from tyler_tui.tui.screens.chat import ChatScreen
from tyler_tui.tui.screens.command_palette import CommandPaletteScreen
from tyler_tui.tui.screens.models import ModelsScreen
from tyler_tui.tui.widgets.model_list import ModelList

HERE = Path(__file__).parent
PIXELS_PER_COLUMN = 12
WIDE, SMALL = (160, 45), (80, 24)

SHOWN_WORKSPACE = Path("/home/you/starmap")

README = """# starmap

Draws the night sky over any town, for any night.

    python -m starmap Lisbon 2026-08-12
"""
SOURCE = '''"""Where the stars stand."""


def altitude(declination: float, latitude: float, hour_angle: float) -> float:
    """Height over the horizon, in degrees."""
'''

_SYMBOLS = re.compile("([\u21b5\u25b8\u25be\u2800-\u28ff]+)")
"""What Fira Code lacks: resvg would draw all of a text that holds one in another font."""
_TEXT = re.compile(r'(<text [^>]*?)x="([\d.]+)"([^>]*?)textLength="([\d.]+)"([^>]*)>([^<]*)</text>')

Act = Callable[["Stage"], Awaitable[None]]


@dataclass
class Stage:
    """The running app, and how to act on it."""

    app: TylerApp
    pilot: Pilot[object]

    @property
    def chat(self) -> ChatScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def text(self) -> str:
        view = self.chat.view.transcript.viewport
        return "\n".join(line.text for item in view.items for line in item.lines(view.width))

    async def until(self, holds: Callable[[], object]) -> None:
        while not holds():
            await self.pilot.pause(0.02)
        await self.pilot.pause(0.1)

    async def opened(self) -> None:
        await self.until(lambda: self.chat.conversation is not None)

    async def send(self, prompt: str) -> None:
        await self.opened()
        self.chat.composer.set_draft(prompt)
        await self.pilot.press("enter")

    async def ask(self, prompt: str) -> None:
        await self.send(prompt)
        before = self.chat.conversation
        assert before is not None
        await self.until(lambda: before.thread.messages and not before.is_busy)


async def _welcome(stage: Stage) -> None:
    await stage.opened()


async def _chat(stage: Stage) -> None:
    await stage.ask("hello")
    await stage.send("Which words are the most frequent? Show me some code.")
    await stage.until(lambda: "Rust" in stage.text and "truncate" in stage.text)


async def _table(stage: Stage) -> None:
    await stage.ask("hello")
    await stage.ask("unicode")
    await stage.ask("table")


async def _approval(stage: Stage) -> None:
    await stage.ask("table")
    await stage.send("write notes")
    await stage.until(lambda: stage.chat.approval.display)


async def _failure(stage: Stage) -> None:
    await stage.ask("fail midway")
    await stage.ask("fail 401")


async def _tools(stage: Stage) -> None:
    await stage.opened()
    await stage.pilot.press("shift+tab", "shift+tab")
    for prompt in ("write notes", "read the files", "edit the notes", "run a command"):
        await stage.ask(prompt)
    await stage.pilot.press("ctrl+t", "enter", "up", "enter")
    await stage.pilot.pause(0.3)


async def _sessions(stage: Stage) -> None:
    for prompt in (
        "Which stars are up tonight?",
        "A table of the planets",
        "Words in many scripts: unicode",
        "Show me the code that finds frequent words",
    ):
        await stage.ask(prompt)
        await stage.pilot.press("ctrl+n")
        await stage.until(lambda: "Any model" in stage.text)
    await stage.pilot.press("ctrl+s")
    await stage.pilot.pause(0.4)
    await stage.pilot.press("down", "down", "ctrl+o")
    await stage.pilot.pause(0.5)


async def _found(stage: Stage) -> None:
    await _sessions(stage)
    await stage.pilot.press(*"table")
    await stage.pilot.pause(0.6)


async def _keys(stage: Stage) -> None:
    await stage.opened()
    await stage.pilot.press("f1")
    await stage.pilot.pause(0.4)


async def _palette(stage: Stage) -> None:
    await stage.ask("table")
    await stage.pilot.press("ctrl+p")
    await stage.until(lambda: isinstance(stage.app.screen, CommandPaletteScreen))
    await stage.pilot.press(*"ses")
    await stage.pilot.pause(0.6)


async def _models(stage: Stage) -> None:
    await stage.ask("table")
    await stage.pilot.press("ctrl+l")
    await stage.until(lambda: isinstance(stage.app.screen, ModelsScreen))
    screen = stage.app.screen
    await stage.until(lambda: len(screen.query_one(ModelList).rows) > 2_000)
    await stage.pilot.press(*"sonnet", "down", "down")
    await stage.pilot.pause(0.4)


async def _completion(stage: Stage) -> None:
    await stage.ask("table")
    await stage.pilot.press(*"Compare @sky.py with @t")
    await stage.until(lambda: stage.chat.query_one("#completions").display)
    await stage.until(lambda: stage.chat.query_one("#attachments").display)
    await stage.pilot.pause(0.4)


async def _first_run(stage: Stage) -> None:
    await stage.until(lambda: len(stage.app.screen_stack) == 2)
    await stage.pilot.pause(1.0)


PICTURES: dict[str, tuple[Act, str | None, tuple[int, int], str]] = {
    "chat-dark": (_chat, "demo:150", WIDE, "dark"),
    "chat-light": (_chat, "demo:150", WIDE, "light"),
    "chat-small-dark": (_table, "demo:fast", SMALL, "dark"),
    "chat-small-light": (_table, "demo:fast", SMALL, "light"),
    "welcome": (_welcome, "demo", SMALL, "dark"),
    "completion": (_completion, "demo:fast", SMALL, "dark"),
    "first-run": (_first_run, None, SMALL, "dark"),
    "approval": (_approval, "demo:fast", (120, 40), "dark"),
    "failure": (_failure, "demo:fast", SMALL, "dark"),
    "tools": (_tools, "demo:fast", (120, 40), "light"),
    "tools-small": (_tools, "demo:fast", SMALL, "dark"),
    "sessions": (_sessions, "demo:fast", (120, 40), "dark"),
    "models": (_models, "demo:fast", (120, 40), "dark"),
    "sessions-found": (_found, "demo:fast", SMALL, "light"),
    "palette": (_palette, "demo:fast", (100, 30), "light"),
    "keys": (_keys, "demo:fast", (120, 45), "light"),
}


def _in_cells(match: re.Match[str]) -> str:
    """The export gives every character one cell, which would squeeze wide ones together. Symbols
    become texts of their own."""
    before, left, between, length, after, content = match.groups()
    text = html.unescape(content)
    cell, x = float(length) / max(1, len(text)), float(left)
    parts = []
    for part in filter(None, _SYMBOLS.split(text)):
        width = cell * cell_len(part)
        font = ' font-family="DejaVu Sans"' if _SYMBOLS.match(part) else ""
        shown = html.escape(part).replace("\xa0", "&#160;")
        parts.append(
            f'{before}x="{x:.1f}"{between}textLength="{width:.1f}"{after}{font}>{shown}</text>'
        )
        x += width
    return "".join(parts)


async def take(name: str, workspace: Path) -> None:
    """Take one picture, as SVG and as PNG."""
    act, model, size, theme = PICTURES[name]
    backend = LocalBackend(Options(workspace=workspace, model=model), Settings())
    shown = workspace if name == "completion" else SHOWN_WORKSPACE  # that one lists what is there
    app = TylerApp(backend, Launch(workspace=shown, theme=theme))
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot)
        await act(stage)
        svg = app.export_screenshot(title="tyler-chat")
        await stage.chat.desk.close()
        await backend.close()
    svg = _TEXT.sub(_in_cells, svg)
    svg = svg.replace("font-family: arial", "font-family: 'Fira Code', monospace")
    (HERE / f"{name}.svg").write_text(svg, "utf-8")
    png = resvg_py.svg_to_bytes(svg_string=svg, width=size[0] * PIXELS_PER_COLUMN)
    (HERE / f"{name}.png").write_bytes(bytes(png))


async def take_browser(workspace: Path) -> None:
    """The chat in a browser, as `tyler-chat serve` has it."""
    command = (sys.executable, "-m", "tyler_tui", "serve", "-m", "demo:150", "--port", "0")
    server = await asyncio.create_subprocess_exec(*command, cwd=workspace, stdout=PIPE)
    assert server.stdout is not None
    address = (await server.stdout.readline()).decode().split()[-1]
    try:
        async with opened(f"{address}?session=starmap", width=1280, height=800) as page:
            await page.shows("Ask anything")
            await page.type("read the files")
            await page.press("enter")
            await page.shows("stars = 9110")
            await page.shows("ready")
            await page.type("Which words are the most frequent? Show me some code.")
            await page.press("enter")
            await page.shows("Rust")
            (HERE / "browser.png").write_bytes(await page.picture())
    finally:
        server.terminate()
        await server.wait()


def main() -> None:
    for variable in [name for name in os.environ if name.endswith("_API_KEY")]:
        del os.environ[variable]
    wanted = sys.argv[1:] or [*PICTURES, *(["browser"] if chromium() else [])]
    for name in wanted:
        with tempfile.TemporaryDirectory() as folder:
            workspace = Path(folder) / "starmap"
            workspace.mkdir()
            (workspace / "README.md").write_text(README, "utf-8")
            (workspace / "sky.py").write_text(SOURCE, "utf-8")
            (workspace / "catalogue.toml").write_text('stars = 9110\nsource = "BSC5"\n', "utf-8")
            (workspace / "tests").mkdir()
            os.environ["HOME"] = folder
            os.environ["TYLER_CHAT_HOME"] = str(Path(folder) / ".local/share/tyler-chat")
            asyncio.run(take_browser(workspace) if name == "browser" else take(name, workspace))
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir(exist_ok=True)
        print(name)


if __name__ == "__main__":
    main()
