"""The installed `tyler-chat` as a real child process, and what it keeps."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tyler_tui import Message, Thread, ThreadStore, paths

PROGRAM = str(Path(sys.executable).with_name("tyler-chat"))


@dataclass(frozen=True)
class Outcome:
    """How the program ended, and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]
"""The fixture `cli`: arguments, and `stdin`."""


def run_program(*arguments: str, stdin: str = "", timeout_s: float = 120.0) -> Outcome:
    """Run it to its end."""
    ended = subprocess.run(
        [PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=timeout_s
    )
    return Outcome(ended.returncode, ended.stdout, ended.stderr)


def start_program(*arguments: str, stdin: Path = Path(os.devnull)) -> "Child":
    """Start it, with the file on its standard input."""
    with stdin.open("rb") as file:
        process = subprocess.Popen(
            [PROGRAM, *arguments],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
    return Child(process)


class Child:
    """A running program. Use as a context manager; it is killed when it still runs at the exit."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.out = b""

    def read_until(self, wanted: bytes) -> None:
        """Read standard output until it holds `wanted`."""
        assert self.process.stdout is not None
        while wanted not in self.out:
            data = self.process.stdout.read(4096)
            assert data, f"it ended without {wanted!r}: {self.out!r}"
            self.out += data

    def end(self, timeout_s: float = 60.0) -> Outcome:
        """Wait for the end."""
        out, err = self.process.communicate(timeout=timeout_s)
        return Outcome(
            self.process.returncode, (self.out + (out or b"")).decode(), (err or b"").decode()
        )

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def stored(*threads: Thread) -> None:
    """Put threads into the store of the program."""

    async def save() -> None:
        async with await ThreadStore.create(paths.database_file()) as store:
            for thread in threads:
                await store.save_thread(thread)

    asyncio.run(save())


def thread_of(*messages: Message, name: str | None = None, title: str = "") -> Thread:
    thread = Thread(name=name, title=title)
    for message in messages:
        thread.add_message(message)
    return thread


def latest() -> Thread:
    """The thread that changed last."""

    async def find() -> Thread:
        async with await ThreadStore.create(paths.database_file()) as store:
            summary = await store.latest()
            assert summary is not None
            return await store.get_thread(summary.id)

    return asyncio.run(find())
