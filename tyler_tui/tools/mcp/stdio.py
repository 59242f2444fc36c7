"""The way to a server that is a program: messages as lines of JSON over its standard input and
output (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio).

The SDK has such a transport too. Ours bounds what a line may hold, keeps what the program writes to
its standard error, knows how it ended, and leaves nothing of it behind, even when we are killed.
"""

import asyncio
import json
import logging
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCMessage, jsonrpc_message_adapter

from tyler_tui.agent.sink import to_the_end
from tyler_tui.errors import McpError
from tyler_tui.sanitize import one_line, storable
from tyler_tui.tools import processes
from tyler_tui.tools.workers import guard

MOST_BYTES = 16 * 1024 * 1024
"""The longest message that is taken."""
LEAVE_S = 0.5
"""How long a server may take to end once its input is closed."""
KEPT_LINES = 50
INHERITED = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR",
             "TZ", "USER")  # fmt: skip
"""What a server gets of our environment. Keys are none of its business."""

_log = logging.getLogger(__name__)

Incoming = SessionMessage | Exception
Streams = tuple[MemoryObjectReceiveStream[Incoming], MemoryObjectSendStream[SessionMessage]]


class ServerProgram:
    """A server that is a program. `said` are the last lines of its standard error."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        masked: Callable[[str], str],
    ) -> None:
        """`masked` takes out of what it prints what is nobody's business."""
        self.said: deque[str] = deque(maxlen=KEPT_LINES)
        self.ending = ""
        """How it ended, in words; "" while it runs."""
        self._name = name
        self._command = command
        self._environment = {
            **{key: os.environ[key] for key in INHERITED if key in os.environ},
            **environment,
        }
        self._folder = folder
        self._masked = masked

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[Streams]:
        """Start it; its messages, and where ours go. It is ended behind that. Raises McpError."""
        lifeline, ours = os.pipe()
        try:
            process = await self._started(lifeline)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(lifeline)
        incoming_in, incoming = anyio.create_memory_object_stream[Incoming](0)
        outgoing, outgoing_out = anyio.create_memory_object_stream[SessionMessage](0)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._keep_errors, process)
                tasks.start_soon(self._read, process, incoming_in)
                tasks.start_soon(self._write, process, outgoing_out)
                try:
                    yield incoming, outgoing
                finally:
                    tasks.cancel_scope.cancel()
        finally:
            for stream in (incoming_in, incoming, outgoing, outgoing_out):
                stream.close()
            with anyio.CancelScope(shield=True):  # a cancelled scope cancels again and again
                await to_the_end(_stop(process, ours))

    async def _started(self, lifeline: int) -> Process:
        program = shutil.which(self._command[0], path=self._environment.get("PATH", os.defpath))
        if program is None:
            raise McpError(
                f"There is no program {one_line(self._command[0], 80)!r}.",
                hint="Install it, or write its whole path as the command.",
            )
        starting = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *[sys.executable, "-I", "-S", guard.__file__, str(lifeline)],
                *[program, *self._command[1:]],
                stdin=PIPE, stdout=PIPE, stderr=PIPE,
                cwd=self._folder, env=self._environment,
                pass_fds=[lifeline], start_new_session=True, limit=MOST_BYTES,
            )
        )  # fmt: skip
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await processes.end(await starting)
            raise
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise McpError(
                f"It cannot be started: {one_line(reason)}.", hint="Look at its command and cwd."
            ) from error

    async def _read(self, process: Process, to: MemoryObjectSendStream[Incoming]) -> None:
        assert process.stdout is not None
        try:
            while line := await process.stdout.readline():
                if line.isspace():
                    continue
                try:
                    message = _message_in(line)
                except (ValueError, RecursionError):
                    # Many print something there that is no message; it is for nobody.
                    self._note(line, "no message: ")
                    continue
                await to.send(SessionMessage(message))
            self.ending = await self._how_it_ended(process)
        except ValueError:
            self.ending = f"it sent a message of more than {MOST_BYTES // 1024**2} MB"
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass
        finally:
            to.close()

    async def _how_it_ended(self, process: Process) -> str:
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await process.wait()
        await asyncio.sleep(0)  # its last words
        code = process.returncode
        how = "it closed its output" if code is None else f"it ended with exit code {code}"
        return f"{how}: {self.said[-1]}" if self.said else how

    async def _write(
        self, process: Process, messages: MemoryObjectReceiveStream[SessionMessage]
    ) -> None:
        assert process.stdin is not None
        with suppress(OSError):  # it is gone, which its output tells
            async for message in messages:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(text.encode() + b"\n")
                await process.stdin.drain()

    async def _keep_errors(self, process: Process) -> None:
        assert process.stderr is not None
        rest = b""
        while data := await process.stderr.read(64 * 1024):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._note(line)
            rest = rest[-4096:]
        self._note(rest)

    def _note(self, line: bytes, what: str = "") -> None:
        if text := one_line(self._masked(line[:4096].decode("utf-8", "replace")), 300):
            self.said.append(text)
            _log.debug("%s: %s%s", self._name, what, text)


async def _stop(process: Process, lifeline: int) -> None:
    try:
        assert process.stdin is not None
        process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await process.wait()
        await processes.end(process)
    finally:
        os.close(lifeline)
        # Else a descendant that got away, and holds its output, would keep the pipes open.
        process._transport.close()  # type: ignore[attr-defined]


def _message_in(line: bytes) -> JSONRPCMessage:
    """Raises ValueError and RecursionError for what is no message."""
    try:
        return jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        # Half of an emoji, as whoever cuts UTF-16 leaves it, or a byte that is none of UTF-8: the
        # call that waits for this would wait in vain.
        whole = json.dumps(json.loads(line.decode("utf-8", "replace")), ensure_ascii=False)
        return jsonrpc_message_adapter.validate_json(storable(whole), by_name=False)
