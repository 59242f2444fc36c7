"""Opens, scrolls, resizes, searches, copies, sends and receives every large text of the corpus in
the real program, and prints the longest turn of its event loop in each: milliseconds of the
processor, and of the clock in brackets where they differ much.

`--only one,two` takes texts by a part of their name, `--steps` the steps; `--profile MS` prints
what was done in turns of so many milliseconds.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench import processes
from tests.bench.programs import COMPOSER
from tests.bench.terminal import COLUMNS, ROWS, RawTerminal
from tests.hostile.corpus import LARGE
from tests.provider_server import Call, Finish, ProviderServer, Reply, Text, Thinking, UsageChunk
from tyler_tui import Message, Thread, ThreadStore, ToolCall

SHOWN_MS = 50.0
PIECE = 4_096
CALM_S = 0.15
STUCK_S = 45.0
DEAF_S = 1.0
"""Longer than a question takes no key for an answer."""
ALT_UP, ALT_DOWN = "\x1b[1;3A", "\x1b[1;3B"
UP, DOWN, PAGE_UP, PAGE_DOWN = "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~"
CTRL_HOME, CTRL_END = "\x1b[1;5H", "\x1b[1;5F"
ESC = "\x1b"
_SURROGATES = re.compile("[\ud800-\udfff]")


def ctrl(letter: str) -> str:
    return chr(ord(letter) - 96)


class Driven:
    """The program under one text."""

    def __init__(self, name: str, text: str, server: ProviderServer, folder: Path) -> None:
        self.name = name
        self.text = _SURROGATES.sub("\ufffd", text)
        if not self.text.strip():
            self.text += "x"  # or nobody could send it
        self.server = server
        self.folder = folder
        self.log = folder / "turns.jsonl"
        self.terminal: RawTerminal

    def start(self, profile_ms: float | None) -> RawTerminal:
        (self.folder / "config.toml").write_text("titles = false\n", "utf-8")
        asyncio.run(self._store())
        self.log.touch()
        env = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder),
            "PYTHONPATH": str(Path(__file__).parents[3]), "TYLER_CHAT_HOME": str(self.folder),
            "OPENAI_API_BASE": self.server.base_url, "OPENAI_API_KEY": "none",
            "FREEZES_PROFILE": str(profile_ms / 1000) if profile_ms else "",
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.hostile.freezes.timed_program", str(self.log)]
        options = ["-m", "openai/x", "-r", "talk", "--approval", "ask"]
        self.terminal = RawTerminal([*command, *options], env, self.folder)
        return self.terminal

    async def _store(self) -> None:
        thread = Thread(name="talk")
        call = ToolCall("c1", "files-write", {"path": "a.txt", "content": self.text})
        other = ToolCall("c2", "web-fetch", {"url": self.text})
        for message in (
            Message("user", self.text),
            Message("assistant", "calls", tool_calls=[call, other], reasoning_content=self.text),
            Message("tool", self.text, name=call.name, tool_call_id="c1"),
            Message("tool", self.text, name=other.name, tool_call_id="c2"),
            Message("assistant", self.text),
        ):
            thread.add_message(message)
        async with await ThreadStore.create(str(self.folder / "sessions.db")) as store:
            await store.save_thread(thread)

    # Steps

    def opening(self) -> None:
        self.terminal.wait_for(COMPOSER)

    def scrolling(self) -> None:
        for key in (*[PAGE_UP] * 5, CTRL_HOME, *[PAGE_DOWN] * 5, CTRL_END):
            self.press(key)

    def resizing(self) -> None:
        for columns in (COLUMNS - 30, COLUMNS):
            self.terminal.resize(ROWS, columns)
            self.settle()

    def themes(self) -> None:
        for theme in ("light", "dark"):
            self.type(f"/theme {theme}\r")

    def finding(self) -> None:
        self.press(ctrl("f"))
        for sought in (self.text[-1:], "zq", self.text[:1], self.text[:20].strip()):
            self.type(re.sub(r"[\x00-\x1f\x7f]", "", sought))
            for key in (UP, UP, DOWN):
                self.press(key)
            self.press("\x08" * len(sought))
        self.press(ESC)

    def marking(self) -> None:
        for key in (ALT_UP, "y", "c", "[", "o", "]", "q", ctrl("c")):
            self.press(key)
        for _ in range(5):
            self.press(ALT_UP)
        for key in ("y", "e", ESC, ctrl("c")):
            self.press(key)
        self.type("/copy\r")

    def thinking(self) -> None:
        self.type("/thinking\r")
        self.press(CTRL_HOME)
        self.press(CTRL_END)
        self.type("/thinking\r")

    def panel(self) -> None:
        for key in (ctrl("t"), "\r", PAGE_UP, PAGE_DOWN, "c", UP, "\r", "c", ctrl("o"), ctrl("o")):
            self.press(key)
        for key in ("/", "fil", ESC, ctrl("t")):
            self.press(key)

    def selecting(self) -> None:
        self.terminal.type("\x1b[<0;5;3M")
        self.terminal.type("\x1b[<32;40;20M")
        self.terminal.type("\x1b[<0;40;20m")
        self.settle()
        self.press(ctrl("c"))

    def pasting(self) -> None:
        self.server.script(self._answer())
        cleaned = self.text.replace("\x1b", "")
        self._write(f"\x1b[200~{cleaned}\x1b[201~".encode())
        self.settle()
        self.press(ctrl("o"))
        self.send("")

    def answering(self) -> None:
        arguments = json.dumps({"path": "a.txt", "content": self.text})
        calls = [
            Call(0, "c3", "files-write", arguments[:PIECE]),
            *(Call(0, arguments=arguments[at : at + PIECE])
              for at in range(PIECE, len(arguments), PIECE)),
        ]  # fmt: skip
        self.server.script(Reply([*calls, Finish("tool_calls"), UsageChunk()]), self._answer())
        self.send("go")
        self.terminal.wait_for("allow once")
        self.press("\t")
        for key in ("e", ESC, "n"):
            self.terminal.rest(DEAF_S)  # a key that stands near to another is no answer
            self.press(key)

    def _answer(self) -> Reply:
        return Reply([*self._thoughts(), Text(self.text, size=PIECE), Finish(), UsageChunk()])

    def _thoughts(self) -> list[Thinking]:
        return [Thinking(self.text[at : at + PIECE]) for at in range(0, len(self.text), PIECE)]

    def sessions(self) -> None:
        self.press(ctrl("s"))
        self.type("talk")
        self.press(ESC)
        self.press(ctrl("r"))
        self.press(ESC)

    def history(self) -> None:
        for key in (UP, UP, UP, ctrl("c")):
            self.press(key)

    def exporting(self) -> None:
        for kind in ("md", "html", "json"):
            self.type(f"/export out.{kind}\r")

    def reopening(self) -> None:
        self.type("/fork\r")
        self.press(ctrl("n"))
        self.type("/switch talk\r")

    # Helpers

    def send(self, prompt: str) -> None:
        """Send what is written and `prompt` behind it, and wait until it is asked."""
        before = len(self.server.requests)
        self.type(f"{prompt}\r")
        self.terminal.read_until(lambda: len(self.server.requests) > before, STUCK_S, "the request")
        self.settle()

    def press(self, key: str) -> None:
        self.terminal.type(key)
        self.terminal.rest(0.05)
        self.settle()

    def type(self, text: str) -> None:
        for key in text:
            self.terminal.type(key)
        self.settle()

    def settle(self) -> None:
        """Read until the program does nothing more."""
        deadline = time.monotonic() + STUCK_S
        while time.monotonic() < deadline:
            before = processes.cpu_s(self.terminal.pid)
            self.terminal.rest(CALM_S)
            if processes.cpu_s(self.terminal.pid) - before <= 0.02:
                return
        raise TimeoutError(f"busy for {STUCK_S} s")

    def _write(self, data: bytes) -> None:
        for at in range(0, len(data), PIECE):
            os.write(self.terminal._master, data[at : at + PIECE])
            self.terminal.read(0)

    def turns(self, since: float) -> list[dict[str, Any]]:
        told = [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]
        return [turn for turn in told if turn["at"] + turn["wall"] >= since]


STEPS: dict[str, Callable[[Driven], None]] = {
    "open": Driven.opening,
    "scroll": Driven.scrolling,
    "resize": Driven.resizing,
    "theme": Driven.themes,
    "find": Driven.finding,
    "mark": Driven.marking,
    "thinking": Driven.thinking,
    "panel": Driven.panel,
    "select": Driven.selecting,
    "paste": Driven.pasting,
    "answer": Driven.answering,
    "sessions": Driven.sessions,
    "history": Driven.history,
    "export": Driven.exporting,
    "reopen": Driven.reopening,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.freezes", description=__doc__)
    parser.add_argument("--only", metavar="NAME,...", default="")
    parser.add_argument("--steps", metavar="STEP,...", default=",".join(STEPS))
    parser.add_argument("--profile", type=float, metavar="MS")
    parser.add_argument("--show", action="store_true", help="print what was drawn last")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    wanted = [word for word in options.only.split(",") if word]
    texts = {"short": "a few words", **LARGE}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, text in texts.items():
        if wanted and not any(word in name for word in wanted):
            continue
        found[name] = {}
        with (
            ProviderServer() as server,
            tempfile.TemporaryDirectory(prefix="tyler-freezes-") as folder,
        ):
            driven = Driven(name, text, server, Path(folder))
            try:
                with driven.start(options.profile):
                    measure(driven, options.steps.split(","), found[name], show=options.show)
            except (TimeoutError, OSError) as error:
                print(f"{name}, after {list(found[name])}: {str(error)[:300]}", flush=True)
        if options.json:
            options.json.write_text(json.dumps(found, indent=1), "utf-8")
    worst = max((one["cpu"] for steps in found.values() for one in steps.values()), default=0.0)
    print(f"longest turn: {worst:.0f} ms of the processor")
    return 0


def measure(
    driven: Driven, steps: list[str], found: dict[str, dict[str, float]], *, show: bool
) -> None:
    """Take the steps one behind the other and print the longest turn of each."""
    told: list[str] = []
    try:
        for step in ("open", *(step for step in steps if step != "open")):
            told += _measured(driven, step, found, show=show)
    finally:
        print(f"{driven.name:34} {' · '.join(told) or '-'}", flush=True)


def _measured(
    driven: Driven, step: str, found: dict[str, dict[str, float]], *, show: bool
) -> list[str]:
    """What to tell of a step, if anything."""
    since = time.monotonic()
    STEPS[step](driven)
    driven.settle()
    if show:
        print(f"{step} {time.monotonic() - since:.1f} s: {driven.terminal.text[-300:]!r}")
    turns = driven.turns(since if step != "open" else 0)
    cpu, wall, collecting = (
        max((turn[name] for turn in turns), default=0.0) * 1000 for name in ("cpu", "wall", "gc")
    )
    found[step] = {"cpu": cpu, "wall": wall, "gc": collecting}
    for turn in turns:
        if "profile" in turn:
            print(f"--- {driven.name}, {step}: {turn['cpu'] * 1000:.0f} ms\n{turn['profile']}")
    if max(cpu, wall) < SHOWN_MS:
        return []
    return [f"{step} {cpu:.0f} ({wall:.0f}, gc {collecting:.0f})"]


if __name__ == "__main__":
    sys.exit(main())
