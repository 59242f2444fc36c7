"""Recordings: what models answered, as JSON lines that `replay` plays again.

The first line names the format and its version. Then, for each request, one line for the request,
one for each piece of its answer as it came, and one for its end; lines of requests that ran at
once stand mixed, told apart by `id`. A file that holds a recording already is gone on with.

A recording holds the user's prompts and the model's answers in full; of all else that was sent
(results of tools, files, system prompt) only digests. Keys, headers and addresses are not in it.
"""

import os
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import msgspec

from tyler_tui.errors import ProviderError, TylerError, UsageError
from tyler_tui.messages import Message, Usage
from tyler_tui.providers import CallDelta, Delta, ModelInfo, Provider, Request
from tyler_tui.providers.digests import digests, prompt_of
from tyler_tui.sanitize import storable

VERSION = 1
"""Grows when a field changes its meaning or goes; readers pass over fields they do not know."""


class Head(msgspec.Struct, tag="recording", omit_defaults=True):
    """The first line."""

    version: int
    program: str = ""


class Asked(msgspec.Struct, tag="request", omit_defaults=True):
    """A request went out. `digest` stands for what the user and the model asked for up to here,
    `exact` for everything that was sent; see `providers.digests`."""

    id: str
    model: str
    digest: str
    exact: str
    prompt: str = ""
    """The user's last words, for people who read or replay the file."""
    context_window: int | None = None


class Came(msgspec.Struct, tag="delta", omit_defaults=True):
    """A piece of the answer came, `at` seconds after its request; the rest is a `Delta`."""

    id: str
    at: float
    text: str = ""
    thinking: str = ""
    thinking_type: str = "reasoning"
    calls: tuple[CallDelta, ...] = ()
    usage: Usage | None = None
    finish_reason: str = ""

    @classmethod
    def of(cls, delta: Delta, id: str, at: float) -> "Came":
        return cls(
            id,
            at,
            delta.text,
            delta.thinking,
            delta.thinking_type,
            delta.calls,
            delta.usage,
            delta.finish_reason,
        )

    @property
    def delta(self) -> Delta:
        return Delta(
            self.text,
            self.thinking,
            self.thinking_type,
            self.calls,
            self.usage,
            self.finish_reason,
        )


class Failure(msgspec.Struct, omit_defaults=True):
    """A `ProviderError`."""

    message: str
    kind: str
    hint: str = ""
    status: int | None = None
    retryable: bool = False
    retry_after_s: float | None = None


class Ended(msgspec.Struct, tag="end", omit_defaults=True):
    """The answer ended: by itself, by an error, or because the reader stopped it."""

    id: str
    at: float
    error: Failure | None = None
    stopped: bool = False


Line = Head | Asked | Came | Ended


class Recorder:
    """Writes a recording to `file`, readable by its owner alone; serves many requests at once.

    Raises UsageError when the file cannot be written, or holds something else. A disk that fails
    later costs nobody an answer: the recording ends there, and `close` says so.
    """

    def __init__(self, file: str | Path) -> None:
        self._path = Path(file)
        self._encoder = msgspec.json.Encoder()
        self._failure: OSError | None = None
        try:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                self._go_on()
            except BaseException:
                os.close(self._handle)
                raise
        except OSError as error:
            raise UsageError(
                f"The recording {self._path} cannot be written: {error.strerror}.",
                hint="--record takes the file to write, in a folder that exists.",
            ) from error

    def _go_on(self) -> None:
        """Go on behind what the file holds. A line that a crash cut off goes."""
        size = os.fstat(self._handle).st_size
        with os.fdopen(os.dup(self._handle), "rb") as reader:
            head = reader.readline()
            if size:
                check_head(head, self._path)
            last = _last_line_end(reader, size)
        if not size:
            self._write(Head(VERSION, "tyler-chat"))
        elif last < size:
            os.ftruncate(self._handle, last)

    def wrap(self, provider: Provider) -> "RecordingProvider":
        """A provider that answers as `provider` does, and is recorded."""
        return RecordingProvider(self, provider)

    def write(self, line: Line) -> None:
        """Add a line, unless the recording has failed."""
        if self._failure is None:
            try:
                self._write(line)
            except OSError as error:
                self._failure = error

    def _write(self, line: Line) -> None:
        data = self._encoder.encode(line) + b"\n"
        while data:
            data = data[os.write(self._handle, data) :]

    def close(self) -> None:
        """End the recording. Raises TylerError when it is not whole."""
        os.close(self._handle)
        self._handle = -1  # what still streams must not write into another file's handle
        if self._failure is not None:
            raise TylerError(
                f"The recording {self._path} is not whole: {self._failure.strerror}.",
                hint="What it holds up to there can be replayed.",
            )


class RecordingProvider:
    """See `Provider`."""

    def __init__(self, recorder: Recorder, provider: Provider) -> None:
        self._recorder = recorder
        self._provider = provider

    async def prepare(self) -> None:
        await self._provider.prepare()

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        write, id, began = self._recorder.write, secrets.token_hex(4), time.monotonic()

        def at() -> float:
            return round(time.monotonic() - began, 4)

        write(self._asked(id, request))
        try:
            async with aclosing(self._provider.stream(request)) as deltas:
                async for delta in deltas:
                    write(Came.of(delta, id, at()))
                    yield delta
        except ProviderError as error:
            write(Ended(id, at(), error=_failure(error)))
            raise
        except BaseException:
            write(Ended(id, at(), stopped=True))
            raise
        write(Ended(id, at()))

    def _asked(self, id: str, request: Request) -> Asked:
        return Asked(
            id,
            storable(request.model),
            digest=digests(request)[-1],
            exact=digests(request, exact=True)[-1],
            prompt=storable(prompt_of(request)),
            context_window=self.info(request.model, request.api_base).context_window,
        )

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        return self._provider.info(model, api_base)

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        return self._provider.cost(model, usage, api_base)

    def count_tokens(self, model: str, text: str) -> int:
        return self._provider.count_tokens(model, text)

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        return await self._provider.count_usage(request, answer)


def check_head(line: bytes, path: Path) -> None:
    """Raise UsageError unless `line` begins a recording of a version that is known."""
    try:
        head = msgspec.json.decode(line, type=Head | Ended)  # of several types, one must be named
    except msgspec.DecodeError:
        head = None
    if not isinstance(head, Head):
        raise UsageError(f"{path} is no recording.", hint="tyler-chat --record FILE makes one.")
    if head.version > VERSION:
        raise UsageError(
            f"{path} was recorded by a newer version of tyler-chat.", hint="Update tyler-chat."
        )


def _last_line_end(reader: Any, size: int) -> int:
    """Where the last whole line ends."""
    end = size
    while end:
        start = max(0, end - 65_536)
        reader.seek(start)
        at = reader.read(end - start).rfind(b"\n")
        if at >= 0:
            return int(start + at + 1)
        end = start
    return 0


def _failure(error: ProviderError) -> Failure:
    return Failure(
        error.message, error.kind, error.hint, error.status, error.retryable, error.retry_after_s
    )
