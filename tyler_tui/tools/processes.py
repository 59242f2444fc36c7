"""Run a program so that it can always be ended: in a session and process group of its own, with no
terminal, and with everything that it printed."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

GRACE_S = 0.4
"""How long a process group may take to end itself after SIGTERM."""
LOOK_S = 0.4
"""How often a killed process that is not gone yet is looked at."""
DRAIN_S = 0.2
"""How long output is awaited from what a program leaves running behind it."""
CHUNK_BYTES = 64 * 1024
PIPE_BYTES = 1024 * 1024
"""The most that a pipe holds: what a program has printed when it ends is no more."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. `code` is its exit code, negative for the signal that killed it;
    `left_open` tells that something it started still holds its output."""

    code: int
    timed_out: bool = False
    left_open: bool = False


async def run(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    timeout_s: float,
    on_output: Callable[[bytes], None],
    stdin: int = asyncio.subprocess.DEVNULL,
) -> Ended:
    """Run `command` to its end, or for `timeout_s` seconds. What it and all that it starts print,
    on either stream, goes to `on_output` as it comes.

    At the time-out, and when the task is cancelled, the whole process group is ended: SIGTERM, and
    SIGKILL after GRACE_S. Raises OSError when the program cannot be started, and ValueError for an
    argument that holds a NUL.
    """
    read_end, write_end = os.pipe()
    try:
        os.set_blocking(read_end, False)
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env=environment,
                stdin=stdin,
                stdout=write_end,
                stderr=write_end,
                start_new_session=True,
            )
        )
        try:
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            ending = asyncio.ensure_future(_end_once_started(starting))
            while not ending.done():  # however often this is cancelled, the program must not go on
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([ending])
            raise
        finally:
            os.close(write_end)
        with _Reading(read_end, on_output) as reading:
            try:
                async with asyncio.timeout(timeout_s) as limit:
                    await process.wait()
            except TimeoutError:
                await end(process)
            except BaseException:
                await end(process)
                raise
            await reading.drain()
            code = -signal.SIGKILL if process.returncode is None else process.returncode
            return Ended(code, limit.expired(), not reading.ended.is_set())
    finally:
        os.close(read_end)


async def _end_once_started(starting: asyncio.Future[Process]) -> None:
    with suppress(OSError):
        await end(await starting)


async def end(process: Process) -> None:
    """End the process group. A second cancel only makes it quicker."""
    group = process.pid
    try:
        _signal(group, signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await process.wait()
                # Others of the group may need longer than its leader, and nobody tells of them.
                while _signal(group, 0):  # noqa: ASYNC110
                    await asyncio.sleep(GRACE_S / 20)
    finally:
        _signal(group, signal.SIGKILL)
    await _until_gone(process)
    with suppress(PermissionError):  # it tries once more to kill what is left
        # asyncio closes it a turn of the loop later, when there may be no loop any more.
        process._transport.close()  # type: ignore[attr-defined]


async def _until_gone(process: Process) -> None:
    """Wait for a process that was killed. How long it takes to free its memory, or to have its turn
    on a busy machine, nobody knows; but it ends. What cannot be killed is left: the kernel holds it
    fast, or it became another user's, as `sudo` does."""
    while process.returncode is None:
        try:
            async with asyncio.timeout(LOOK_S):
                await process.wait()
        except TimeoutError:
            if _is_held_fast(process.pid) or _is_of_another_user(process.pid):
                return


def _is_held_fast(pid: int) -> bool:
    """Whether a process waits in the kernel, for a file server that is away say, where no signal
    reaches it. Where the system does not tell, it does not count as held."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "D"


def _is_of_another_user(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except ProcessLookupError:
        pass
    return False


def _signal(group: int, number: int) -> bool:
    """Send a signal to a process group; returns whether there is such a group."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # all that is left of it belongs to another user
        return True
    return True


class _Reading:
    """Reads a pipe while it is entered. `ended` is set when nobody can write to it any more."""

    def __init__(self, pipe: int, on_output: Callable[[bytes], None]) -> None:
        self.ended = asyncio.Event()
        self._pipe = pipe
        self._on_output = on_output
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        self._loop.add_reader(self._pipe, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.remove_reader(self._pipe)

    def _read(self) -> int:
        """Pass on what is there; returns how many bytes that was."""
        try:
            data = os.read(self._pipe, CHUNK_BYTES)
        except BlockingIOError:
            return 0
        if data:
            self._on_output(data)
        else:
            self._loop.remove_reader(self._pipe)
            self.ended.set()
        return len(data)

    async def drain(self) -> None:
        """Read what is in the pipe, and what comes in the next DRAIN_S from what still writes."""
        room = PIPE_BYTES
        while room > 0 and (length := self._read()):
            room -= length
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await self.ended.wait()
