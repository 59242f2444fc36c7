"""The programs that are measured, ready for a prompt: the product and the floors."""

import contextlib
import itertools
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench import processes
from tests.bench.server import Server, end_of, new_mark, order
from tests.bench.terminal import RawTerminal

ROOT = Path(__file__).parents[2]
COMPOSER = "Ask anything"
"""What product and floors show in their empty input."""
CLEAR_INPUT = "\x15"
CALM_S = 0.5
CALM_SHARE = 0.04
"""A program is calm when it used less than this share of a core for CALM_S."""
WARM_TOKENS = 200
_homes = itertools.count(1)


@dataclass(frozen=True)
class Program:
    """How to start one of the programs, and how it is called in the tables."""

    name: str
    arguments: tuple[str, ...]
    is_floor: bool = False

    @property
    def command(self) -> list[str]:
        return [sys.executable, *self.arguments]


def product(*arguments: str, name: str = "tyler-chat") -> Program:
    return Program(name, ("-m", "tyler_tui", *arguments))


def floor(name: str) -> Program:
    return Program(f"floor: {name}", ("-m", f"tests.bench.floors.{name}"), is_floor=True)


DIRECT = product("-m", "openai/bench")
LITELLM = product("-m", "openai/bench", "--config", "litellm.toml", name="tyler-chat, LiteLLM")
"""The same server, read by LiteLLM: a file in its home says so."""
DEMO = product("-m", "demo", name="tyler-chat, demo")
EMPTY, MARKDOWN, LINES = floor("empty"), floor("markdown"), floor("lines")


@dataclass
class Bench:
    """What all measurements share."""

    server: Server
    folder: Path
    runs: int
    quick: bool
    rivals: Path | None = None
    """Where rivals are installed, each in a folder of its own."""

    def new_home(self) -> Path:
        home = self.folder / f"home-{next(_homes)}"
        home.mkdir()
        # A request beside the one that is measured would be measured with it.
        (home / "config.toml").write_text("titles = false\n", "utf-8")
        (home / "litellm.toml").write_text('titles = false\nreader = "litellm"\n', "utf-8")
        return home

    def env(self, program: Program | None, home: Path) -> dict[str, str]:
        """The floors come from here; the product from where PYTHONPATH says, if it does."""
        own = program is None or not program.is_floor
        path = os.environ.get("PYTHONPATH", str(ROOT)) if own else str(ROOT)
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": path,
            "HOME": str(home),
            "TYLER_CHAT_HOME": str(home),
            "OPENAI_API_BASE": self.server.base_url,
            "OPENAI_API_KEY": "bench",
        }

    def spawn(self, program: Program, home: Path | None = None) -> RawTerminal:
        home = home or self.new_home()
        return RawTerminal(program.command, self.env(program, home), home)

    @contextlib.contextmanager
    def warmed(self, program: Program) -> Iterator[RawTerminal]:
        """The program behind its start, its imports and a first short answer."""
        with self.spawn(program) as terminal:
            terminal.wait_for(COMPOSER)
            calm(terminal)
            answer(terminal, WARM_TOKENS, None)
            calm(terminal)
            yield terminal


def ask(terminal: RawTerminal, count: int, rate: float | None) -> str:
    """Send a prompt; the mark that ends its answer."""
    mark = new_mark()
    terminal.submit(order(count, rate, mark))
    return mark


def answer(terminal: RawTerminal, count: int, rate: float | None) -> tuple[str, float]:
    """Send a prompt and read to the end of its answer: (its mark, when the end was drawn)."""
    mark = ask(terminal, count, rate)
    seconds = count / rate if rate else count / 300
    return mark, terminal.wait_for(end_of(mark), 60 + 2 * seconds)


def calm(terminal: RawTerminal, timeout_s: float = 60.0) -> None:
    """Read until the program does nothing more."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        before = processes.cpu_s(terminal.pid)
        terminal.rest(CALM_S)
        if processes.cpu_s(terminal.pid) - before <= CALM_SHARE * CALM_S:
            return
    raise TimeoutError("the program does not become calm")
