"""All other models, through LiteLLM, which `litellm_loading` imports, and not before it must.

LiteLLM makes up a finish reason and usage when a stream breaks off; what the server really said is
asked for here.
"""

import asyncio
import contextlib
import os
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import cache, partial
from typing import Any

from tyler_tui.certificates import reading_certificates
from tyler_tui.errors import ProviderError
from tyler_tui.messages import Message, Usage
from tyler_tui.providers import Delta, Request
from tyler_tui.providers.catalog import PLACEHOLDER_KEY, custom_base, uses_openai
from tyler_tui.providers.chat_format import chat_message, chat_messages, chat_reasoning, chat_tools
from tyler_tui.providers.chunks import MendedStream, deltas, ending, forget_read
from tyler_tui.providers.failures import causes, failure, raise_unless_stream
from tyler_tui.providers.litellm_loading import load
from tyler_tui.providers.prices import PricedModels, price_table
from tyler_tui.sanitize import one_line

CHUNKS_AT_ONCE = 8
"""After so many chunks, others have their turn."""


class LiteLLMProvider(PricedModels):
    """See `Provider`."""

    def __init__(self) -> None:
        self._module: Any = None
        self._loop: weakref.ref[asyncio.AbstractEventLoop] | None = None
        self._lock = threading.Lock()

    async def prepare(self) -> None:
        """Import LiteLLM in a thread: 2 to 4 seconds, once."""
        if self._module is None:
            await asyncio.to_thread(self._load)

    def _load(self) -> None:
        with self._lock:
            if self._module is not None:
                return
            price_table()
            try:
                with reading_certificates():
                    self._module = load()
            except ImportError as error:
                raise ProviderError(
                    f"The library that speaks to models is missing: {one_line(str(error))}",
                    hint="Install tyler-tui again, with all that it depends on.",
                ) from error

    def _forget_other_loops(self) -> None:
        """LiteLLM shares one of its clients between all loops, and a connection that was made in a
        loop that is closed by now fails the request. Without the client it makes a new one."""
        loop = asyncio.get_running_loop()
        if self._loop is None or self._loop() is not loop:
            vars(self._module).pop("module_level_aclient", None)
            self._loop = weakref.ref(loop)

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        await self.prepare()
        self._forget_other_loops()
        from tyler_tui.providers.transport import connect_timeout_s  # noqa: PLC0415 - is loaded

        connect_timeout_s.set(request.connect_timeout_s)
        started = False
        try:
            response = await self._module.acompletion(**_arguments(request))
            async with contextlib.aclosing(response):
                head = _watched(response)
                try:
                    number = 0
                    async for chunk in response:
                        for delta in deltas(chunk):
                            started = True
                            yield delta
                        number += 1
                        if number % CHUNKS_AT_ONCE == 0:
                            # LiteLLM does not yield to the loop while data is buffered.
                            await asyncio.sleep(0)
                            forget_read(response)
                except Exception as error:
                    if not _is_only_an_end(error, response):
                        raise
                last = ending(response)
                if not started and not last.finish_reason:
                    raise_unless_stream(bytes(head), request)
                yield last
        except (ProviderError, GeneratorExit, asyncio.CancelledError):
            raise
        except Exception as error:
            # The chain behind the error can hold the key, and is for no log.
            raise failure(error, request, started=started) from None

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        await self.prepare()
        return await asyncio.to_thread(self._counted, request, answer)

    def _counted(self, request: Request, answer: Message) -> Usage:
        asked = {"messages": chat_messages(request), "tools": chat_tools(request) or None}
        answered = {"messages": [chat_message(answer)], "count_response_tokens": True}
        try:
            with self._lock, _tokenizers(self._module) as count:
                prompt = count(request.model, **asked)
                completion = count(request.model, **answered) + count(
                    request.model, text=answer.reasoning_content
                )
        except Exception as error:
            raise ProviderError(
                f"The tokens cannot be counted: {one_line(str(error), 200)}"
            ) from error
        return Usage(prompt, completion, prompt + completion, estimated=True)


@cache
def litellm_provider() -> LiteLLMProvider:
    """The one provider of this process; LiteLLM's settings are global anyway."""
    return LiteLLMProvider()


@contextlib.contextmanager
def _tokenizers(litellm: Any) -> Iterator[Callable[..., int]]:
    """LiteLLM's counter of tokens, with the tokenizers that come along: none is fetched from the
    network, nor are pictures, to see how large they are."""
    litellm.disable_hf_tokenizer_download = True
    litellm.disable_token_counter = False
    try:
        yield partial(litellm.token_counter, use_default_image_token_count=True)
    finally:
        litellm.disable_token_counter = True


def _arguments(request: Request) -> dict[str, Any]:
    from tyler_tui.providers.transport import timeouts_of  # noqa: PLC0415 - is loaded

    arguments: dict[str, Any] = {
        "model": request.model,
        "messages": chat_messages(request),
        "stream": True,
        "stream_options": {"include_usage": True},
        "drop_params": request.drop_params,
        "timeout": timeouts_of(request),
        "max_retries": 0,
        "num_retries": 0,
    }
    if request.tools:
        arguments["tools"] = chat_tools(request)
        arguments["tool_choice"] = request.tool_choice
        # Without it some releases look for tools of their own in a package that is not installed.
        arguments["_skip_mcp_handler"] = True
    optional = {
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
        "api_base": request.api_base,
        "api_key": request.api_key,
        "extra_headers": dict(request.extra_headers) if request.extra_headers else None,
    }
    arguments |= {name: value for name, value in optional.items() if value is not None}
    arguments |= chat_reasoning(request)
    own_server = (request.api_base or custom_base()) and uses_openai(request.model)
    if own_server and request.api_key is None and not os.environ.get("OPENAI_API_KEY"):
        arguments["api_key"] = PLACEHOLDER_KEY
    return arguments


def _watched(response: Any) -> bytearray:
    """Mend the stream under LiteLLM's; returns what keeps the first bytes that the server sent."""
    from tyler_tui.providers.transport import head_of  # noqa: PLC0415 - httpx is imported by now

    stream = response.completion_stream
    if hasattr(stream, "__anext__"):
        response.completion_stream = MendedStream(stream)
    http_response = getattr(stream, "response", None) or getattr(stream, "http_response", None)
    return head_of(http_response)


def _is_only_an_end(error: Exception, response: Any) -> bool:
    """Whether the stream merely ended: LiteLLM makes an error of one without a finish reason, and
    a server may drop the connection behind its last word."""
    return bool(response.received_finish_reason) or any(
        isinstance(cause, StopAsyncIteration) for cause in causes(error)
    )
