"""One connection to a server, from its start to its loss.

Everything that the SDK calls a client lives in the task that enters `connected`; calls may come
from any task of the same event loop.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp_types import (
    CONNECTION_CLOSED,
    Implementation,
    PromptListChangedNotification,
    ResourceListChangedNotification,
    ToolListChangedNotification,
)
from pydantic import ValidationError

from tyler_tui.agent.tools import Ask
from tyler_tui.certificates import reading_certificates
from tyler_tui.errors import McpError, ToolError
from tyler_tui.mcp_settings import McpServerSettings, resolved
from tyler_tui.messages import Attachment
from tyler_tui.paths import expanded
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tools.mcp.asking import Questions
from tyler_tui.tools.mcp.failures import failure, where
from tyler_tui.tools.mcp.listing import offer_of
from tyler_tui.tools.mcp.offer import Offer
from tyler_tui.tools.mcp.results import content_of, resource_of, result_of, shortened
from tyler_tui.tools.mcp.stdio import ServerProgram
from tyler_tui.tools.mcp.tokens import without_secrets, without_tokens

Report = Callable[[float | None, float | None, str], Awaitable[None]]

_LISTS_CHANGED = (
    PromptListChangedNotification,
    ResourceListChangedNotification,
    ToolListChangedNotification,
)
LISTEN_AGAIN_S = 1.0
LISTEN_TRIES = 3

_LONGEST = 100_000
"""Characters of an error that are looked through."""
_Answer = TypeVar("_Answer")


class Connection:
    """A server that answers. `lost` is set when it does so no more, `news` when it offers other
    things than before, or is lost."""

    def __init__(self, settings: McpServerSettings, program: ServerProgram | None) -> None:
        self.lost = asyncio.Event()
        self.news = asyncio.Event()
        self.questions = Questions()
        self.refused = 0
        """The HTTP status with which it refused something last."""
        self._ending = ""
        self._settings = settings
        self._program = program
        self._client: Client

    @property
    def ending(self) -> str:
        """How it was lost, in words."""
        told = self._program.ending if self._program is not None else ""
        return self.masked(told or self._ending)

    async def offer(self) -> Offer:
        """What it offers now. Raises McpError."""
        return await self._asked(offer_of(self._client))

    async def call(
        self, tool: str, arguments: Mapping[str, Any], report: Report, ask: Ask
    ) -> tuple[str, list[Attachment]]:
        """Call a tool; its text and images. What the server asks meanwhile `ask` answers. Raises
        ToolError where that failed, and McpError where the server did. Being cancelled, it tells
        the server, and waits for nothing."""

        async def tell(progress: float, total: float | None, message: str | None) -> None:
            if not call.cancelling():  # nobody wants to know any more
                await report(progress, total, sanitize(self.masked(message or "")))

        with self.questions.during(ask):
            call = asyncio.ensure_future(
                self._client.call_tool(tool, dict(arguments), progress_callback=tell)
            )
            try:
                await asyncio.wait([call])
            finally:
                call.cancel()  # goes on to tell the server, which may take its time over reading it
                call.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        try:
            text, images = result_of(await self._asked(call))
        except (_RefusedError, ToolError) as error:
            raise ToolError(self.masked(error.message)) from error
        return self.masked(text), images

    async def read(self, uri: str) -> tuple[str, list[Attachment]]:
        """A resource: its text and images. Raises McpError."""
        result = await self._asked(self._client.read_resource(uri))
        found = [resource_of(resource) for resource in result.contents]
        text = "\n".join(text for text, _ in found if text)
        return shortened(self.masked(text)), [image for _, image in found if image is not None]

    async def prompt(self, name: str, arguments: dict[str, str]) -> tuple[str, list[Attachment]]:
        """A prompt as text, and the images in it. Raises McpError."""
        result = await self._asked(self._client.get_prompt(name, arguments))
        alone = all(message.role == "user" for message in result.messages)
        texts: list[str] = []
        images: list[Attachment] = []
        for message in result.messages:
            text, more = content_of([message.content])
            if text:
                texts.append(text if alone else f"{message.role}: {text}")
            images += more
        return shortened(self.masked("\n\n".join(texts))), images

    async def hear(self, message: object) -> None:
        """The server said something of itself: above all, that it offers other things."""
        if isinstance(message, _LISTS_CHANGED):
            self.news.set()

    def lose(self, how: str) -> None:
        self._ending = self._ending or how
        self.lost.set()
        self.news.set()

    def in_words(self, error: BaseException) -> str:
        """What a library says of an error, as it may be shown."""
        # Masked first: of a token that the cut goes through, half would be left.
        said = without_secrets(str(error)[:_LONGEST], self._settings)
        return one_line(said, 500) or type(error).__name__

    def masked(self, text: str) -> str:
        """What a server says, as it may be shown and kept: it knows our tokens, and may tell."""
        return without_tokens(text, self._settings)

    async def _asked(self, answer: Awaitable[_Answer]) -> _Answer:
        """`answer`, with what can go wrong in our words."""
        try:
            return await answer
        except MCPError as error:
            said = one_line(self.masked(error.error.message), 2_000)
            if error.code == CONNECTION_CLOSED or said == "Session terminated":
                self.lose(said)
                raise McpError(f"The server is gone: {self.ending}.") from error
            raise _RefusedError(said or f"error {error.code}") from error
        except ValidationError as error:
            raise _RefusedError(f"Its answer is not valid: {where(error)}.") from error
        except (httpx2.HTTPError, OSError, anyio.BrokenResourceError) as error:
            self.lose(self.in_words(error))
            raise McpError(f"The server is gone: {self.ending}.") from error
        except RuntimeError as error:  # the SDK's word for a result that its schema refuses
            raise _RefusedError(self.in_words(error)) from error

    async def listen(self) -> None:
        """Have the server tell of changes, where it needs to be asked for that."""
        can = self._client.server_capabilities
        for _ in range(LISTEN_TRIES):
            try:
                async with self._client.listen(
                    tools_list_changed=can.tools is not None,
                    prompts_list_changed=can.prompts is not None,
                    resources_list_changed=can.resources is not None,
                ) as changes:
                    async for _change in changes:
                        self.news.set()
                return
            except (ListenNotSupportedError, MCPError):
                return
            except (SubscriptionLost, TimeoutError, httpx2.HTTPError, RuntimeError):
                await asyncio.sleep(LISTEN_AGAIN_S)
                self.news.set()


class _RefusedError(McpError):
    """The server answered, with an error."""


@asynccontextmanager
async def connected(
    name: str, settings: McpServerSettings, workspace: Path
) -> AsyncIterator[Connection]:
    """Connect to a server while it is entered. Raises McpError and ConfigError."""
    program: ServerProgram | None = None
    if settings.command is not None:
        program = _program(name, settings, workspace)
    connection = Connection(settings, program)
    transport = program.streams() if program is not None else _http(settings, connection)
    try:
        client = Client(
            _watched(transport, connection),
            client_info=Implementation(name="tyler-chat", version=version("tyler-tui")),
            message_handler=connection.hear,
            elicitation_callback=connection.questions.answer,
            cache=None,
        )
        async with client:
            connection._client = client
            listening = asyncio.create_task(connection.listen())
            try:
                yield connection
            finally:
                listening.cancel()
                await asyncio.wait([listening])
    except Exception as error:
        raise failure(error, connection) from error


def _program(name: str, settings: McpServerSettings, workspace: Path) -> ServerProgram:
    assert settings.command is not None
    folder = workspace / expanded(resolved(settings.cwd or "."))
    return ServerProgram(
        name,
        [str(expanded(resolved(settings.command))), *map(resolved, settings.args)],
        {key: resolved(value) for key, value in settings.env.items()},
        folder,
        lambda text: without_tokens(text, settings),
    )


@asynccontextmanager
async def _http(settings: McpServerSettings, connection: Connection) -> AsyncIterator[Any]:
    assert settings.url is not None

    async def note(response: httpx2.Response) -> None:
        if response.is_error and response.request.method == "POST":  # many have no streams
            connection.refused = response.status_code

    # A token that was read from a file ends with its line.
    headers = {key: resolved(value).strip() for key, value in settings.headers.items()}
    # A stream of news may be silent for hours; calls have a time-out of ours.
    timeout = httpx2.Timeout(settings.connect_timeout, read=None)
    with reading_certificates():
        client = httpx2.AsyncClient(
            headers=headers, timeout=timeout, event_hooks={"response": [note]}
        )
    async with (
        client,
        streamable_http_client(resolved(settings.url), http_client=client) as streams,
    ):
        yield streams


@asynccontextmanager
async def _watched(transport: Any, connection: Connection) -> AsyncIterator[Any]:
    """`transport`, with its end noticed by the connection."""
    async with transport as (incoming, outgoing):
        yield _Noticing(incoming, connection), outgoing


class _Noticing:
    """A stream of messages that tells when it has ended."""

    def __init__(self, stream: Any, connection: Connection) -> None:
        self._stream = stream
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def __aenter__(self) -> "_Noticing":
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._stream.__aexit__(*error)

    def __aiter__(self) -> "_Noticing":
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._stream.__anext__()
        except (StopAsyncIteration, anyio.ClosedResourceError):
            self._connection.lose("the connection was closed")
            raise
