"""`replay:FILE`: a recorded conversation answers again, with no model and no network.

`replay:FILE` keeps the time that the model took, `replay:FILE?speed=4` is four times as fast and
`speed=0` does not wait at all. A request is found by what the user said and which tools were
called, so sessions, branches and retries play as they were recorded; a request that was made
several times gets its answers in turn, and then from the first again. What tools return on this
machine may differ, unless `strict=1` is set: `replay:FILE?speed=0&strict=1`.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from tyler_tui.errors import ProviderError, UsageError
from tyler_tui.messages import Message, Usage
from tyler_tui.paths import expanded
from tyler_tui.providers import Delta, ModelInfo, Request, estimated_usage, rough_count
from tyler_tui.providers.digests import digests, prompt_of
from tyler_tui.providers.recording import (
    Asked,
    Came,
    Ended,
    Failure,
    check_head,
)
from tyler_tui.sanitize import one_line

PREFIX = "replay:"
_OPTIONS = re.compile(r"(.+)\?((?:[a-z]+=[^&?=]*)(?:&[a-z]+=[^&?=]*)*)")


@dataclass
class _Take:
    """A recorded request with its answer."""

    asked: Asked
    came: list[Came] = field(default_factory=list)
    end: Ended | None = None


class ReplayProvider:
    """See `Provider`. `name` is the model's whole name. Raises UsageError for options that do not
    exist; what is wrong with the file is told by `prepare` and by the first request."""

    def __init__(self, name: str) -> None:
        self._path, self._speed, self._strict = _read_name(name)
        self._takes: list[_Take] = []
        self._played: Counter[str] = Counter()

    async def prepare(self) -> None:
        """Read the file. Raises ProviderError."""
        if not self._takes:
            self._takes = await asyncio.to_thread(_load, self._path)

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        await self.prepare()
        take = self._find(request)
        clock = asyncio.get_running_loop().time
        began = clock()

        async def wait(at: float) -> None:
            due = began + at / self._speed if self._speed else 0.0
            await asyncio.sleep(max(0.0, due - clock()))

        for piece in take.came:
            await wait(piece.at)
            yield piece.delta
        if take.end is None or take.end.stopped:
            if take.end is not None:
                await wait(take.end.at)
            raise _error(
                "This answer was stopped when it was recorded: there is no more of it.",
                "Send the next prompt of the recording.",
            )
        await wait(take.end.at)
        if take.end.error is not None:
            raise _recorded(take.end.error)

    def _find(self, request: Request) -> _Take:
        """The recorded answer to `request`. Raises ProviderError when there is none."""
        own = digests(request, exact=self._strict)
        takes = [take for take in self._takes if self._digest(take) == own[-1]]
        if not takes:
            raise self._diverged(request, own)
        number = self._played[own[-1]]
        self._played[own[-1]] += 1
        return takes[number % len(takes)]

    def _digest(self, take: _Take) -> str:
        return take.asked.exact if self._strict else take.asked.digest

    def _diverged(self, request: Request, own: Sequence[str]) -> ProviderError:
        """What to say of a request that was not recorded: how far it went as recorded, and how
        the recording goes on from there."""
        reached = {digest: length for length, digest in enumerate(own)}
        last = max(
            range(len(self._takes)),
            key=lambda number: (reached.get(self._digest(self._takes[number]), -1), number),
        )
        followed = self._digest(self._takes[last]) in reached
        following = last + 1 if followed else 0
        if following == len(self._takes):
            return _error(
                "The recording ends here.",
                f"It holds {_answers(len(self._takes))}. Start a new session to replay it again.",
            )
        expected = self._takes[following].asked.prompt
        if expected == prompt_of(request):
            return _error(
                f"The conversation differs from the recording before answer {following + 1}.",
                "The tools were called in another way, or (with strict=1) returned something else.",
            )
        return _error(
            f"The recording has another prompt for answer {following + 1}.",
            f"It goes on with: {one_line(expected, 300)}",
        )

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        window = self._takes[0].asked.context_window if self._takes else None
        return ModelInfo(
            model,
            context_window=window,
            input_price=0.0,
            output_price=0.0,
            tools=True,
            vision=True,
            reasoning=True,
        )

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        return 0.0

    def count_tokens(self, model: str, text: str) -> int:
        return rough_count(text)

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        return estimated_usage(self, request, answer)


@cache
def replay_provider(name: str) -> ReplayProvider:
    """The one provider of this process for that recording and its options."""
    return ReplayProvider(name)


def _read_name(name: str) -> tuple[Path, float, bool]:
    """The file, the speed (0 for no waiting) and whether to be strict."""
    file = name.removeprefix(PREFIX)
    speed, strict = 1.0, False
    if match := _OPTIONS.fullmatch(file):
        file = match[1]
        for option in match[2].split("&"):
            key, _, value = option.partition("=")
            if key == "speed" and re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value):
                speed = float(value)
            elif key == "strict" and value in ("0", "1"):
                strict = value == "1"
            else:
                raise UsageError(
                    f"A recording has no option {one_line(option, 40)!r}.",
                    hint="There are speed=N (1 as recorded, 0 without waiting) and strict=1.",
                )
    if not file:
        raise UsageError("Which recording?", hint="Name its file: replay:FILE.")
    return expanded(file), speed, strict


def _load(path: Path) -> list[_Take]:
    """The recorded requests in their order. Raises ProviderError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _error(
            f"The recording {one_line(str(path))} cannot be read: {error.strerror}.",
            "replay:FILE takes a file that --record has made.",
        ) from error
    takes: dict[str, _Take] = {}
    for line in _lines(data, path):
        match line:
            case Asked():
                takes[line.id] = _Take(line)
            case Came():
                takes[line.id].came.append(line)
            case Ended():
                takes[line.id].end = line
    if not takes:
        raise _error(
            f"The recording {one_line(str(path))} is empty.", "Nothing was asked while it was made."
        )
    return list(takes.values())


def _lines(data: bytes, path: Path) -> Iterator[Asked | Came | Ended]:
    """The lines behind the head. The last one may be cut off, by a program that was killed."""
    first, _, rest = data.partition(b"\n")
    try:
        check_head(first, path)
    except UsageError as error:
        raise _error(error.message, error.hint) from error
    decoder = msgspec.json.Decoder(Asked | Came | Ended)
    known: set[str] = set()
    lines = rest.split(b"\n")
    for number, text in enumerate(lines, start=2):
        try:
            line = decoder.decode(text)
        except msgspec.DecodeError as error:
            if number == len(lines) + 1:
                return
            raise _damaged(path, number) from error
        if isinstance(line, Asked):
            known.add(line.id)
        elif line.id not in known:
            raise _damaged(path, number)
        yield line


def _damaged(path: Path, number: int) -> ProviderError:
    return _error(
        f"The recording {one_line(str(path))} is damaged: line {number} cannot be read.",
        "Use an undamaged copy, or record it anew.",
    )


def _recorded(failure: Failure) -> ProviderError:
    kind = failure.kind if failure.kind in ProviderError.KINDS else "unknown"
    return ProviderError(
        failure.message,
        kind=kind,
        hint=failure.hint,
        status=failure.status,
        retryable=failure.retryable,
        retry_after_s=failure.retry_after_s,
    )


def _answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count} answers"


def _error(message: str, hint: str) -> ProviderError:
    return ProviderError(message, kind="recording", hint=hint)
