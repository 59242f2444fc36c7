"""LiteLLM is imported here, told to keep still, and mended where it has no setting.

It prints, logs, reads `.env` files, and fetches prices from the network, unless it is told not to
before its import.
"""

import asyncio
import contextlib
import json
import logging
import os
import warnings
from typing import Any

from tyler_tui.providers.loading import uncollected

_OWN_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")


def load() -> Any:
    """LiteLLM, imported and told to keep still. Raises ImportError."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    # Anything but PRODUCTION loads the first .env above site-packages: a project's own file
    # could then point the program, and the key, at another server.
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    os.environ.setdefault("LITELLM_LOG", "CRITICAL")
    _silence_loggers()
    with uncollected():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import litellm  # noqa: PLC0415 - seconds, and only when a model is asked
        _silence_loggers()  # the import has put handlers there
        _silence(litellm)
        _bound_transports()
        _refuse_what_cannot_be_read(litellm)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _warm(litellm)
    return litellm


def _silence(litellm: Any) -> None:
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.disable_token_counter = True  # it loads tokenizers, and its counts are not asked for
    # Anthropic refuses thinking behind a tool call whose own thinking is not sent along again.
    litellm.modify_params = True
    litellm.disable_aiohttp_transport = True  # it can hang past every time-out
    litellm.REPEATED_STREAMING_CHUNK_LIMIT = 10**9  # a table's rule is no model gone mad
    warnings.filterwarnings("ignore", module=r"(?:litellm|pydantic)\b")


def _silence_loggers() -> None:
    for name in _OWN_LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False


def _warm(litellm: Any) -> None:
    """Have LiteLLM load what its first answer would: most of a second in which nothing moves.

    The answer is made up, and no request goes out.
    """
    from litellm.llms.openai.openai import OpenAIChatCompletion  # noqa: F401, PLC0415

    async def answer() -> None:
        messages = [{"role": "user", "content": "warm"}]
        chunks = await litellm.acompletion(
            model="openai/warm", messages=messages, mock_response="warm", stream=True
        )
        async for _ in chunks:
            pass

    with contextlib.suppress(Exception):
        asyncio.run(answer())


def _bound_transports() -> None:
    """Have every client that LiteLLM makes use our transport; it has no setting for that."""
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler  # noqa: PLC0415

    from tyler_tui.providers.transport import BoundedTransport  # noqa: PLC0415 - imports httpx

    def transport(
        ssl_context: Any = None, ssl_verify: bool | None = None, **options: Any
    ) -> BoundedTransport:
        verify = ssl_context if ssl_context is not None else ssl_verify is not False
        known = {name: options[name] for name in ("http2", "cert", "limits") if name in options}
        return BoundedTransport(verify=verify, **known)

    AsyncHTTPHandler.create_async_transport = staticmethod(transport)


def _refuse_what_cannot_be_read(litellm: Any) -> None:
    """LiteLLM's own clients skip an event that is no JSON: a part of the answer would be missing
    without a word. The error goes the way of those that they tell."""
    from litellm.llms.base_llm.base_model_iterator import (  # noqa: PLC0415
        BaseModelResponseIterator,
    )

    strip = litellm.CustomStreamWrapper.strip_sse_data_from_chunk

    def parsed(str_line: str) -> Any:
        data = strip(str_line)
        is_data = str_line.startswith("data:") and data.strip() != "[DONE]"
        return json.loads(data) if is_data else None

    BaseModelResponseIterator._string_to_dict_parser = staticmethod(parsed)
