"""All other models, through LiteLLM: the only file that imports it, and not before it must.

LiteLLM takes seconds to import, prints, logs, reads `.env` files, and fetches prices from the
network, unless it is told not to before its import. It makes up a finish reason and usage when a
stream breaks off; what the server really said is asked for here.
"""

import asyncio
import contextlib
import gc
import logging
import os
import threading
import warnings
from collections.abc import AsyncGenerator
from functools import cache
from typing import Any

from tyler_tui.errors import ProviderError
from tyler_tui.messages import Usage
from tyler_tui.providers import CallDelta, Delta, ModelInfo, Request
from tyler_tui.providers.catalog import PLACEHOLDER_KEY
from tyler_tui.providers.chat_format import chat_messages, chat_tools
from tyler_tui.providers.failures import failure

READ_TIMEOUT_S = 3_600.0
"""The turn has a watchdog of its own; the client's must not come before it."""
CHARACTERS_PER_TOKEN = 4
_OWN_LOGGERS = ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")


class LiteLLMProvider:
    """See `Provider`."""

    def __init__(self) -> None:
        self._module: Any = None
        self._lock = threading.Lock()

    async def prepare(self) -> None:
        """Import LiteLLM in a thread: 2 to 4 seconds, once."""
        if self._module is None:
            await asyncio.to_thread(self._load)

    def _load(self) -> None:
        with self._lock:
            if self._module is None:
                self._module = _import_quietly()

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        await self.prepare()
        started = False
        try:
            response = await self._module.acompletion(**_arguments(request))
            async with contextlib.aclosing(response):
                async for chunk in response:
                    for delta in _deltas(chunk):
                        started = True
                        yield delta
                    # LiteLLM does not yield to the loop while data is buffered.
                    await asyncio.sleep(0)
                yield _ending(response)
        except (ProviderError, GeneratorExit, asyncio.CancelledError):
            raise
        except Exception as error:
            raise failure(error, request, started=started) from error

    def info(self, model: str) -> ModelInfo:
        known = self._entry(model)
        return ModelInfo(
            name=model,
            context_window=_integer(known.get("max_input_tokens") or known.get("max_tokens")),
            max_output_tokens=_integer(known.get("max_output_tokens")),
            input_price=known.get("input_cost_per_token"),
            output_price=known.get("output_cost_per_token"),
            cached_input_price=known.get("cache_read_input_token_cost"),
            tools=known.get("supports_function_calling"),
            vision=known.get("supports_vision"),
            reasoning=known.get("supports_reasoning"),
        )

    def cost(self, model: str, usage: Usage) -> float | None:
        info = self.info(model)
        if info.input_price is None or info.output_price is None:
            return None
        cached_price = info.cached_input_price
        if cached_price is None:
            cached_price = info.input_price
        fresh = usage.prompt_tokens - usage.cached_tokens
        return (
            fresh * info.input_price
            + usage.cached_tokens * cached_price
            + usage.completion_tokens * info.output_price
        )

    def count_tokens(self, model: str, text: str) -> int:
        # LiteLLM's counter loads tokenizers, some from the network; an estimate needs neither.
        return -(-len(text) // CHARACTERS_PER_TOKEN)

    def _entry(self, model: str) -> dict[str, Any]:
        """The model's line in LiteLLM's table; empty before the import, and for models that only
        their own server knows."""
        if self._module is None:
            return {}
        table: dict[str, dict[str, Any]] = self._module.model_cost
        prefix, _, name = model.partition("/")
        if prefix == "openai" and _custom_openai_base():
            return {}
        return table.get(model) or (table.get(name) if prefix == "openai" else None) or {}


@cache
def litellm_provider() -> LiteLLMProvider:
    """The one provider of this process; LiteLLM's settings are global anyway."""
    return LiteLLMProvider()


def _import_quietly() -> Any:
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    # Anything but PRODUCTION loads the first .env above site-packages: a project's own file
    # could then point the program, and the key, at another server.
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    os.environ.setdefault("LITELLM_LOG", "CRITICAL")
    was_enabled = gc.isenabled()
    gc.disable()  # the collector walking half-imported modules is what would stall the interface
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import litellm  # noqa: PLC0415 - seconds, and only when a model is asked
        _silence(litellm)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _warm(litellm)
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
    return litellm


def _silence(litellm: Any) -> None:
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.disable_aiohttp_transport = True  # it can hang past every time-out
    litellm.REPEATED_STREAMING_CHUNK_LIMIT = 10**9  # a table's rule is no model gone mad
    for name in _OWN_LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
    warnings.filterwarnings("ignore", category=UserWarning, module=r"pydantic\..*")


def _warm(litellm: Any) -> None:
    """Have LiteLLM import what its first call would: half a second that a prompt need not wait."""
    with contextlib.suppress(Exception):
        litellm.get_llm_provider("openai/warm")
        litellm.get_optional_params(model="warm", custom_llm_provider="openai", stream=True)
        from litellm.llms.openai.openai import OpenAIChatCompletion  # noqa: F401, PLC0415


def _custom_openai_base() -> str | None:
    return os.environ.get("OPENAI_API_BASE") or os.environ.get("OPENAI_BASE_URL")


def _arguments(request: Request) -> dict[str, Any]:
    import httpx  # noqa: PLC0415 - LiteLLM has imported it by now

    arguments: dict[str, Any] = {
        "model": request.model,
        "messages": chat_messages(request),
        "stream": True,
        "stream_options": {"include_usage": True},
        "drop_params": request.drop_params,
        "timeout": httpx.Timeout(READ_TIMEOUT_S, connect=request.connect_timeout_s),
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
    arguments |= _reasoning(request)
    local = request.api_base or (_custom_openai_base() and request.model.startswith("openai/"))
    if local and request.api_key is None and not os.environ.get("OPENAI_API_KEY"):
        arguments["api_key"] = PLACEHOLDER_KEY
    return arguments


def _reasoning(request: Request) -> dict[str, Any]:
    reasoning = request.reasoning
    if reasoning is None:
        return {}
    if isinstance(reasoning, str):
        return {"reasoning_effort": reasoning}
    if "type" in reasoning:
        return {"thinking": dict(reasoning)}
    return {"reasoning_effort": reasoning.get("effort", "medium")}


def _deltas(chunk: Any) -> list[Delta]:
    """What a chunk says; the finish reason is asked for at the end, for LiteLLM makes it up."""
    deltas: list[Delta] = []
    for choice in getattr(chunk, "choices", None) or ():
        if getattr(choice, "index", 0):
            continue
        delta = getattr(choice, "delta", None)
        if delta is None:
            continue
        thinking, kind = _thinking(delta)
        text = _text(getattr(delta, "content", None)) or _text(getattr(delta, "refusal", None))
        calls = tuple(_call(call) for call in getattr(delta, "tool_calls", None) or ())
        if text or thinking or calls:
            deltas.append(Delta(text=text, thinking=thinking, thinking_type=kind, calls=calls))
    return deltas


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""


def _thinking(delta: Any) -> tuple[str, str]:
    for field, kind in (
        ("reasoning_content", "reasoning"),
        ("reasoning", "reasoning"),
        ("thinking", "thinking"),
        ("extended_thinking", "extended_thinking"),
    ):
        value = getattr(delta, field, None)
        if value:
            return str(value), kind
    return "", "reasoning"


def _call(call: Any) -> CallDelta:
    function = getattr(call, "function", None)
    index = getattr(call, "index", None)
    arguments = getattr(function, "arguments", None)
    return CallDelta(
        index=index if isinstance(index, int) else None,
        id=str(getattr(call, "id", None) or ""),
        name=str(getattr(function, "name", None) or ""),
        arguments=arguments if isinstance(arguments, str) else "",
    )


def _ending(response: Any) -> Delta:
    """The finish reason and usage that the server itself sent: LiteLLM keeps both."""
    usage = None
    for chunk in getattr(response, "chunks", None) or ():
        sent = getattr(chunk, "usage", None)
        if sent is not None:
            usage = _usage(sent)
    reason = getattr(response, "received_finish_reason", None)
    return Delta(usage=usage, finish_reason=str(reason) if reason else "")


def _usage(sent: Any) -> Usage:
    prompt = _integer(getattr(sent, "prompt_tokens", 0)) or 0
    completion = _integer(getattr(sent, "completion_tokens", 0)) or 0
    inputs = getattr(sent, "prompt_tokens_details", None)
    outputs = getattr(sent, "completion_tokens_details", None)
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=_integer(getattr(sent, "total_tokens", 0)) or prompt + completion,
        cached_tokens=_integer(getattr(inputs, "cached_tokens", 0)) or 0,
        reasoning_tokens=_integer(getattr(outputs, "reasoning_tokens", 0)) or 0,
    )


def _integer(value: Any) -> int | None:
    """A count from foreign data: never negative, None when it is no number."""
    try:
        return max(0, int(value))
    except (TypeError, ValueError):
        return None
