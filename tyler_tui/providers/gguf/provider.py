"""Answers of models in GGUF files."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import cache
from pathlib import Path

from tyler_tui.errors import ProviderError
from tyler_tui.messages import Message, Usage
from tyler_tui.providers import Delta, ModelInfo, Request, rough_count
from tyler_tui.providers.gguf.engine import Engine
from tyler_tui.providers.gguf.header import Header, NotGgufError, read_header
from tyler_tui.providers.gguf.naming import file_and_context
from tyler_tui.providers.openai_format import openai_provider
from tyler_tui.sanitize import one_line

MOST_CONTEXT = 32_768
"""Tokens of context, unless the name says more: room for all that some files offer would take
more memory than the model itself."""
LEAST_CONTEXT = 4_096
"""Where the file does not say how long its context is."""
LOOK_S = 0.1
"""How often a model that is being loaded is looked at."""


class GgufProvider:
    """See `Provider`. One engine for each file and length of context."""

    def __init__(self) -> None:
        self._engines: dict[tuple[Path, int], Engine] = {}

    async def prepare(self) -> None:
        await openai_provider().prepare()

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        engine = self._engine(request.model)
        engine.begin_use()
        try:
            while not engine.address:
                engine.check()
                yield Delta(loaded=engine.share if engine.share is not None else 0.0)
                await asyncio.sleep(LOOK_S)
            there = replace(
                request,
                model=f"openai/{engine.path.stem}",
                api_base=engine.base,
                api_key=engine.key,
                extra_headers=None,
            )
            async with aclosing(openai_provider().stream(there)) as stream:
                async for delta in stream:
                    yield delta
        except ProviderError:
            engine.check()  # that it has ended tells more than that its connection did
            raise
        finally:
            engine.end_use()

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        try:
            path, context = file_and_context(model)
            header = _header_of(path)
        except (OSError, NotGgufError):
            return ModelInfo(model, provider="gguf")
        return ModelInfo(
            model,
            context_window=context or _context_of(header),
            input_price=0.0,
            output_price=0.0,
            cached_input_price=0.0,
            vision=False,
            provider="gguf",
        )

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        return 0.0

    def count_tokens(self, model: str, text: str) -> int:
        return rough_count(text)

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        return await openai_provider().count_usage(request, answer)

    def _engine(self, model: str) -> Engine:
        path, context = file_and_context(model)
        path = path.absolute()
        name = one_line(str(path), 120)
        try:
            context = context or _context_of(_header_of(path))
        except OSError as error:
            raise ProviderError(
                f"{name} cannot be read: {error.strerror}.",
                kind="set_up",
                hint="gguf: stands before the path of a file: gguf:~/models/some-model.gguf",
            ) from error
        except NotGgufError as error:
            raise ProviderError(
                f"{name} cannot be run: {error}.",
                kind="set_up",
                hint="Download it again, or name a file that ends in .gguf.",
            ) from error
        return self._engines.setdefault((path, context), Engine(path, context))


@cache
def gguf_provider() -> GgufProvider:
    """The one provider of this process."""
    return GgufProvider()


def _context_of(header: Header) -> int:
    return min(header.context or LEAST_CONTEXT, MOST_CONTEXT)


def _header_of(path: Path) -> Header:
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@cache
def _read(path: Path, changed_ns: int, size: int) -> Header:
    return read_header(path)
