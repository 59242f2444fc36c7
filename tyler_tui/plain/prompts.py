"""Reading prompts: lines from a terminal, with editing and history, or from a pipe."""

import os
import select
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, ModuleType

from tyler_tui.commands import is_private
from tyler_tui.plain.editing import line_editor
from tyler_tui.plain.voice import Voice
from tyler_tui.plain.wording import counted
from tyler_tui.prompt_history import PromptHistory
from tyler_tui.stdio.terminal import take_typed

FIRST, MORE = "You: ", "More: "
BLOCK = '"""'
PASTE_S = 0.02
"""Lines that follow Enter within this time were not typed."""
_LEAVING = ("SIGTERM", "SIGHUP")


class Prompts(ABC):
    """Where prompts come from, one at a time."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._entered: list[str] = []
        """The lines of the prompt that is being read."""

    def read(self) -> str | None:
        """The next prompt, which may have several lines and is not blank; None when there will be
        none: the input ends, the user leaves, or a signal says so."""
        try:
            with _raising(_SignalledError, *_LEAVING):
                return self._read()
        except _SignalledError:
            return None

    def hold(self, typed: str) -> None:  # noqa: B027 - what comes from a pipe waits there
        """Keep what was typed before it was asked for: it stands on the next line, not sent yet."""

    def offer(self, text: str) -> bool:
        """Have `text` on the line of the next prompt, to be changed; returns whether it will be."""
        return False

    def _read(self) -> str | None:
        while True:
            try:
                text = self._prompt()
            except EOFError:
                self._voice.say_now("")
                return None
            if text.strip():
                return text

    @abstractmethod
    def _line(self, label: str) -> str:
        """The next line, without its end. Raises EOFError."""

    def _prompt(self) -> str:
        """A line, or several: a backslash at its end continues it, and so does all that stands
        between two marks of three quotes."""
        lines = self._entered = [self._line(FIRST)]
        if lines[0].lstrip().startswith(BLOCK):
            lines[0] = lines[0].lstrip().removeprefix(BLOCK)
            while not lines[-1].rstrip().endswith(BLOCK):
                lines.append(self._line(MORE))
            lines[-1] = lines[-1].rstrip().removesuffix(BLOCK)
            return "\n".join(lines).strip("\n")
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            lines.append(self._line(MORE))
        return "\n".join(lines)


class PipedPrompts(Prompts):
    """Lines of standard input. They are repeated on standard output, which then reads as a
    conversation at a terminal does."""

    def _line(self, label: str) -> str:
        self._voice.ask_now(label)
        line = sys.stdin.buffer.readline()
        if not line:
            raise EOFError
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        self._voice.say_now(text)
        return text


class TypedPrompts(Prompts):
    """Lines that are typed at a terminal."""

    def __init__(
        self, voice: Voice, history: PromptHistory, words: Sequence[str], *, bare: bool
    ) -> None:
        """Tab completes `words`. With `bare`, no escape code is sent to the terminal."""
        super().__init__(voice)
        self._history = history
        self._editor: ModuleType | None = line_editor(history.prompts, words, bare=bare)
        self._tells_pastes = self._editor is not None and not bare
        """Whether a paste of several lines comes as one line that holds them."""
        self._waiting: list[str] = []
        """Whole lines that were pasted."""
        self._begun = ""
        """What stands on the next line already."""

    def hold(self, typed: str) -> None:
        self._begun = (self._begun + typed).strip("\n")

    def offer(self, text: str) -> bool:
        self._begun = text
        return self._editor is not None

    def _read(self) -> str | None:
        was_interrupted = False
        while True:
            self._entered = []
            try:
                text = super()._read()
            except KeyboardInterrupt:
                typed = "\n".join([*self._entered, self._on_line]).strip("\n")
                self._voice.say_now("")
                if typed.strip():
                    self._remember(typed)
                    self._voice.say_now("Cleared; Up brings it back. Ctrl+C again leaves.")
                elif was_interrupted:
                    return None
                else:
                    self._voice.say_now("Ctrl+C again leaves, and so does Ctrl+D.")
                was_interrupted = True
            else:
                if text is not None:
                    self._remember(text)
                return text

    @property
    def _on_line(self) -> str:
        """What was being typed when a signal came."""
        return str(self._editor.get_line_buffer()) if self._editor is not None else ""

    def _remember(self, prompt: str) -> None:
        if is_private(prompt):
            return
        self._history.add(prompt)
        if self._editor is not None:
            self._editor.add_history(prompt)

    def _line(self, label: str) -> str:
        if self._waiting:
            line = self._waiting.pop(0)
            self._voice.say_now(f"{label}{line}")
            return line
        begun, self._begun = self._begun, ""
        handle = sys.stdin.fileno()
        is_ahead = bool(select.select([handle], [], [], 0)[0])
        line = self._edited(label, begun)
        if not (is_ahead or self._tells_pastes):
            more = take_typed(handle, quiet_s=PASTE_S)
            if more and label == FIRST and not line.startswith(BLOCK):
                return self._pasted(line, more)
            *whole, self._begun = more.split("\n")
            self._waiting += whole
        return line

    def _pasted(self, line: str, more: str) -> str:
        """A prompt that was pasted: what stands behind its last line end can still be changed."""
        *whole, begun = more.split("\n")
        self._voice.say_now(f"Pasted, {counted(len(whole) + 1 + bool(begun), 'line')}.")
        lines = [line, *whole]
        if begun:
            lines.append(self._edited(MORE, begun))
        return "\n".join(lines)

    def _edited(self, label: str, begun: str) -> str:
        """A line that begins with `begun`. Ctrl+Z suspends the program, and it goes on with what
        was typed."""
        while True:
            before = begun if self._editor is None else ""  # then it cannot be changed any more
            if begun and self._editor is not None:
                self._editor.set_startup_hook(lambda text=begun: self._insert(text))
            try:
                with _raising(_SuspendedError, "SIGTSTP"):
                    return before + input(label + before)
            except _SuspendedError:
                begun = self._on_line
                self._voice.say_now("")
            os.kill(os.getpid(), signal.SIGTSTP)

    def _insert(self, text: str) -> None:
        assert self._editor is not None
        self._editor.insert_text(text)
        self._editor.set_startup_hook()


class _SignalledError(Exception):
    """A signal asks the program to end."""


class _SuspendedError(Exception):
    """A signal asks the program to wait until it is called back."""


@contextmanager
def _raising(error: type[Exception], *names: str) -> Iterator[None]:
    """Signals of those names raise `error`, where they would act on the program at once: so the
    terminal is given back first as it was. Those that are ignored (`nohup`) stay so."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise error

    numbers = [getattr(signal, name) for name in names]
    before = {n: signal.getsignal(n) for n in numbers if signal.getsignal(n) is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
