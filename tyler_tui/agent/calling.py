"""Calling a tool's function, and what it returns in words."""

import asyncio
import contextvars
import dataclasses
import inspect
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any


async def call(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """What `function` returns. One that is not async runs in a thread, which a cancel leaves to
    its end."""
    if inspect.iscoroutinefunction(function):
        return await function(**arguments)
    result = await _in_thread(function, arguments)
    return await result if inspect.isawaitable(result) else result


async def _in_thread(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """Like asyncio.to_thread, but in a thread of its own: one that never ends neither keeps a
    place that others wait for, nor the program from ending."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[tuple[Any, BaseException | None]] = loop.create_future()
    context = contextvars.copy_context()

    def end(outcome: tuple[Any, BaseException | None]) -> None:
        if not ended.done():
            ended.set_result(outcome)

    def work() -> None:
        outcome: tuple[Any, BaseException | None]
        try:
            outcome = context.run(function, **arguments), None
        except BaseException as error:
            outcome = None, error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(end, outcome)

    threading.Thread(target=work, name=f"tool {function!r}", daemon=True).start()
    result, error = await ended
    if error is not None:
        raise error
    return result


def in_words(error: BaseException) -> str:
    """An exception, as the model reads it."""
    name = type(error).__name__
    return f"{name}: {error}" if str(error) else name


def result_text(result: Any) -> str:
    """What a tool returned, as the model reads it: text as it is, nothing as "", else JSON where
    there is a form. Of Tyler's (content, files) the content counts."""
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], list):
        result = result[0]
    if isinstance(result, str):
        return result
    if result is None:
        return ""
    if dataclasses.is_dataclass(result) and not isinstance(result, type):
        result = dataclasses.asdict(result)
    elif hasattr(result, "model_dump"):
        result = result.model_dump(mode="json")
    if isinstance(result, dict | list | tuple | bool):
        return json.dumps(result, ensure_ascii=False, default=str)
    return str(result)
