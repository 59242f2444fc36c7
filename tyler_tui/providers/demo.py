"""The built-in demo: scripted answers, no network, no key, the same each time.

It shows what the program does with a real model: it thinks, calls the file tools that it is
given, asks before it writes, streams every kind of Markdown, and fails when it is told to.
`demo` streams at RATE tokens a second, `demo:fast` as fast as it can, `demo:N` at N.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import cache

from tyler_tui.errors import ProviderError
from tyler_tui.messages import Message, Usage
from tyler_tui.providers import CallDelta, Delta, ModelInfo, Request
from tyler_tui.providers import demo_script as script

RATE = 70.0
CONTEXT_WINDOW = 128_000
CHARACTERS_PER_TOKEN = 4


class DemoProvider:
    """See `Provider`. Keeps nothing: an answer follows from the request alone."""

    async def prepare(self) -> None:
        return

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        delay = _delay(request.model)
        written = 0
        for delta in _answer(request):
            if delay:
                await asyncio.sleep(delay)
            elif written % 4096 < CHARACTERS_PER_TOKEN:
                await asyncio.sleep(0)
            written += len(delta.text) + len(delta.thinking)
            yield delta
        prompt = self._prompt_tokens(request)
        answer = -(-written // CHARACTERS_PER_TOKEN)
        yield Delta(usage=Usage(prompt, answer, prompt + answer))

    def _prompt_tokens(self, request: Request) -> int:
        texts = [request.system, *(message.content for message in request.messages)]
        return sum(self.count_tokens(request.model, text) for text in texts)

    def info(self, model: str) -> ModelInfo:
        return ModelInfo(
            name=model,
            context_window=CONTEXT_WINDOW,
            input_price=0.0,
            output_price=0.0,
            tools=True,
            reasoning=True,
        )

    def cost(self, model: str, usage: Usage) -> float | None:
        return 0.0

    def count_tokens(self, model: str, text: str) -> int:
        return -(-len(text) // CHARACTERS_PER_TOKEN)


@cache
def demo_provider() -> DemoProvider:
    return DemoProvider()


def _delay(model: str) -> float:
    """Seconds between two tokens."""
    _, _, speed = model.partition(":")
    if speed == "fast":
        return 0.0
    try:
        rate = float(speed) if speed else RATE
    except ValueError:
        raise ProviderError(
            f"There is no model {model!r}.",
            kind="not_found",
            hint="The demo's models are demo, demo:fast, and demo:N for N tokens a second.",
        ) from None
    return 1 / rate if rate > 0 else 0.0


def _answer(request: Request) -> Iterator[Delta]:
    prompt = _last_prompt(request.messages)
    results = _results_since_prompt(request.messages)
    word = script.topic_of(prompt)
    if word == "fail":
        yield from _failure(prompt)
        return
    calls = _calls(word, request, results)
    if calls and request.tool_choice != "none":
        yield from _pieces(script.thinking(word, prompt), thinking=True)
        yield from _pieces(script.before_tools(word))
        for index, (name, arguments) in enumerate(calls):
            number = f"demo_{len(request.messages)}_{index}"
            yield Delta(calls=(CallDelta(index, number, name),))
            for start in range(0, len(arguments), 12):
                yield Delta(calls=(CallDelta(index, arguments=arguments[start : start + 12]),))
        yield Delta(finish_reason="tool_calls")
        return
    if not results:
        yield from _pieces(script.thinking(word, prompt), thinking=True)
    yield from _pieces(script.answer(word, prompt, results))
    yield Delta(finish_reason="stop")


def _calls(word: str, request: Request, results: list[Message]) -> list[tuple[str, str]]:
    """The tool calls that a topic makes, as far as the request offers the tools."""
    offered = {tool.name for tool in request.tools}
    done = {result.name for result in results}
    return [
        (name, arguments)
        for name, arguments in script.calls(word, results)
        if name in offered and name not in done
    ]


def _failure(prompt: str) -> Iterator[Delta]:
    if "401" in prompt or "key" in prompt:
        raise ProviderError(
            "The key for demo was refused (HTTP 401). This is what it looks like.",
            kind="authentication",
            hint="Set the provider's key to a valid one and start again. (The demo needs none.)",
            status=401,
        )
    if "429" in prompt or "limit" in prompt:
        raise ProviderError(
            "Too many requests for now (HTTP 429). The demo pretends.",
            kind="rate_limit",
            hint="Wait a little and send the prompt again.",
            status=429,
            retryable=True,
            retry_after_s=1.0,
        )
    yield from _pieces(script.BEFORE_FAILURE)
    raise ProviderError(
        "The connection broke off in the middle of the answer. The demo was asked to fail.",
        kind="truncated",
        hint="What arrived is kept. Send another prompt to go on.",
        retryable=True,
    )


def _pieces(text: str, *, thinking: bool = False) -> Iterator[Delta]:
    for start in range(0, len(text), CHARACTERS_PER_TOKEN):
        piece = text[start : start + CHARACTERS_PER_TOKEN]
        yield Delta(thinking=piece) if thinking else Delta(text=piece)


def _last_prompt(messages: Sequence[Message]) -> str:
    prompts = [message.content for message in messages if message.role == "user"]
    return prompts[-1] if prompts else ""


def _results_since_prompt(messages: Sequence[Message]) -> list[Message]:
    results: list[Message] = []
    for message in reversed(messages):
        if message.role == "user":
            break
        if message.role == "tool":
            results.append(message)
    return results[::-1]
