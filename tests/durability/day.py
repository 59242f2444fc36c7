"""What a day of real use is to the program, without the pauses: prompts short and pasted, thinking,
answers of 2,000 tokens, calls of tools with long arguments and results, in several sessions; and
between them a look around. The model is a server on loopback that does what a prompt says.
"""

import itertools
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from tests.bench.document import TOKEN, markdown
from tests.bench.programs import calm
from tests.bench.terminal import COLUMNS, ROWS, RawTerminal
from tests.provider_server import (
    Call,
    Finish,
    ProviderServer,
    Received,
    Reply,
    Step,
    Text,
    Thinking,
    UsageChunk,
)
from tyler_tui import Message, Thread, ThreadStore
from tyler_tui.messages.compaction import summary_request

SESSIONS = ("one", "two", "three", "four")
KINDS = ("talk", "read", "talk", "write", "talk", "run")
"""What happens in a session before the user goes to the next."""
LONG, SHORT, THOUGHT, FILE = 2_000, 300, 400, 30_000
"""Tokens of an answer, of one behind a call, of what is thought, and of a file."""
NOTES = "notes.md"
ESC, PAGE_UP, PAGE_DOWN = "\x1b", "\x1b[5~", "\x1b[6~"
CTRL_HOME, CTRL_END, F1 = "\x1b[1;5H", "\x1b[1;5F", "\x1bOP"
CTRL_F, CTRL_P, CTRL_R, CTRL_S, CTRL_T = "\x06", "\x10", "\x12", "\x13", "\x14"
LOOKS = (
    (PAGE_UP, PAGE_UP, CTRL_HOME, PAGE_DOWN, CTRL_END),
    (CTRL_T, "\r", PAGE_DOWN, "\r", ESC, CTRL_T),
    (CTRL_F, "median", ESC),
    (CTRL_P, "theme", ESC),
    (CTRL_S, "two", ESC),
    (CTRL_R, ESC),
    (F1, ESC),
    ("/theme light\r",),
    ("/theme dark\r",),
)
_ORDER = re.compile(r"(talk|read|write|run) (Q\d+)")


class Model:
    """Answers what `Day` asks; `tokens` is how many it has said."""

    def __init__(self) -> None:
        self.tokens = 0
        self._sections = markdown()

    def __call__(self, received: Received) -> Reply:
        *_, last = received.body["messages"]
        asked = [m for m in received.body["messages"] if m["role"] == "user"][-1]["content"]
        if summary_request() in asked:
            return self._said([Text(self._text(SHORT))])
        kind, mark = _ORDER.findall(asked)[-1]
        if kind == "talk":
            thoughts = [Thinking(self._text(50)) for _ in range(THOUGHT // 50)]
            return self._said([*thoughts, Text(self._text(LONG), TOKEN), Text(_end_of(mark))])
        if last["role"] == "tool":
            return self._said([Text(self._text(SHORT), TOKEN), Text(_end_of(mark))])
        name, arguments = {
            "read": ("files-read", {"path": NOTES}),
            "write": ("files-write", {"path": "out.md", "content": self._text(FILE)}),
            "run": ("command_line-run", {"command": "seq 1 4000"}),
        }[kind]
        whole = json.dumps(arguments)
        pieces = [whole[at : at + 400] for at in range(0, len(whole), 400)]
        calls = [
            Call(0, f"call_{mark}", name, pieces[0]),
            *(Call(0, arguments=p) for p in pieces[1:]),
        ]
        return self._said([Thinking(self._text(50)), *calls], "tool_calls")

    def _said(self, steps: list[Step], reason: str = "stop") -> Reply:
        self.tokens += sum(_characters(step) for step in steps) // TOKEN
        return Reply([*steps, Finish(reason), UsageChunk()])

    def _text(self, tokens: int) -> str:
        return text_of(tokens, self._sections)


class Day:
    """Goes on turn by turn in the program on `terminal`, from session to session."""

    def __init__(
        self, server: ProviderServer, terminal: RawTerminal, sessions: Sequence[str] = SESSIONS
    ) -> None:
        self.answers = 0
        self._server = server
        self._terminal = terminal
        self._sessions = sessions
        self._looks = itertools.cycle(LOOKS)
        self._turns = self._take_turns()

    def next_turn(self) -> None:
        next(self._turns)
        self.answers += 1
        self._server.requests.clear()

    def _take_turns(self) -> Iterator[None]:
        for session in itertools.cycle(self._sessions):
            self._type(f"/switch {session}\r")
            for kind in KINDS:
                self._ask(kind)
                yield
            for key in next(self._looks):
                self._type(key)

    def _ask(self, kind: str) -> None:
        mark = f"Q{self.answers}"
        if kind == "read":
            pasted = f"\x1b[200~{NOTES} {'what I found so far; ' * 100}\n\x1b[201~"
            os.write(self._terminal._master, pasted.encode())
        self._terminal.submit(f"{kind} {mark}")
        self._wait_for(_end_of(mark).strip())

    def _wait_for(self, end: str) -> None:
        """Of a row only what changes need be drawn: an end that was drawn in two pieces is drawn
        once more."""
        for _ in range(10):
            with suppress(TimeoutError):
                self._terminal.wait_for(end, timeout_s=6)
                return
            self._terminal.resize(ROWS, COLUMNS - 1)
            self._terminal.rest(0.5)
            self._terminal.resize(ROWS, COLUMNS)
        self._terminal.wait_for(end)

    def _type(self, keys: str) -> None:
        self._terminal.type(keys)
        calm(self._terminal)


def text_of(tokens: int, sections: Iterator[str]) -> str:
    """So much of the next sections, behind which something else may stand."""
    text = ""
    while len(text) < tokens * TOKEN:
        text += next(sections)
    text = text[: tokens * TOKEN]
    # Whatever block is open, a fence or a table too, what follows must stand by itself.
    return text + ("\n```" if text.count("```") % 2 else "")


async def prepare(home: Path) -> None:
    """Put into `home` what the day begins with."""
    (home / "config.toml").write_text("titles = false\n", "utf-8")
    (home / NOTES).write_text(text_of(FILE, markdown()), "utf-8")
    async with await ThreadStore.create(home / "sessions.db") as store:
        for name in SESSIONS:
            thread = Thread(name=name)
            thread.add_message(Message("user", "hello"))
            thread.add_message(Message("assistant", "Hello."))
            await store.save_thread(thread)


def _end_of(mark: str) -> str:
    return f"\n\nEND{mark}\n"


def _characters(step: Step) -> int:
    match step:
        case Text(text) | Thinking(text):
            return len(text)
        case Call(arguments=arguments):
            return len(arguments or "")
        case _:
            return 0
