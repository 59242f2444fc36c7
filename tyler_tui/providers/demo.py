"""The built-in demo: scripted answers, no network, no key, the same each time.

It shows what the program does with a real model: it thinks, calls the file tools that it is
given, asks before it writes, streams every kind of Markdown, and fails when it is told to.
`demo` streams at RATE tokens a second, `demo:fast` as fast as it can, `demo:N` at N.
"""

import asyncio
import json
import math
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import suppress
from functools import cache

from tyler_tui.errors import ProviderError
from tyler_tui.messages import Message, ToolCall, Usage, is_summary_request
from tyler_tui.providers import CallDelta, Delta, ModelInfo, Request, estimated_usage
from tyler_tui.providers import demo_script as script
from tyler_tui.providers.demo_acts import Done

RATE = 70.0
CONTEXT_WINDOW = 128_000
MAX_LAG_S = 0.1
"""So much lateness is made up for; behind a longer pause of the reader the rate begins anew."""

# As a model cuts text: a space belongs to the word behind it, a wide character stands alone.
_TOKEN = re.compile(r"\s*(?:[\u2e80-\U0010ffff]|[^\s\u2e80-\U0010ffff]{1,5})|\s+")


class DemoProvider:
    """See `Provider`. Keeps nothing: an answer follows from the request alone."""

    async def prepare(self) -> None:
        return

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        delay = _delay(request.model)
        written = thought = 0
        clock = asyncio.get_running_loop().time
        due = clock()
        for delta in _answer(request):
            due = max(due + delay, clock() - MAX_LAG_S)
            await asyncio.sleep(due - clock())
            written += bool(delta.text)
            thought += bool(delta.thinking)
            yield delta
        yield Delta(usage=self._usage(request, written, thought))

    def _usage(self, request: Request, written: int, thought: int) -> Usage:
        texts = [request.system, *(message.content for message in request.messages)]
        prompt = sum(self.count_tokens(request.model, text) for text in texts)
        answer = written + thought
        return Usage(prompt, answer, prompt + answer, reasoning_tokens=thought)

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        return ModelInfo(
            name=model,
            context_window=CONTEXT_WINDOW,
            input_price=0.0,
            output_price=0.0,
            tools=True,
            reasoning=True,
        )

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        return 0.0

    def count_tokens(self, model: str, text: str) -> int:
        return len(_TOKEN.findall(text))

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        return estimated_usage(self, request, answer)


@cache
def demo_provider() -> DemoProvider:
    return DemoProvider()


def _delay(model: str) -> float:
    """Seconds between two tokens."""
    _, _, speed = model.partition(":")
    if speed == "fast":
        return 0.0
    with suppress(ValueError):
        rate = float(speed) if speed else RATE
        if 0 < rate < math.inf:
            return 1 / rate
    raise ProviderError(
        f"There is no model {model!r}.",
        kind="not_found",
        hint="The demo's models are demo, demo:fast, and demo:N for N tokens a second.",
    )


def _answer(request: Request) -> Iterator[Delta]:
    prompt, done = _this_turn(request.messages)
    # Prompts that were not answered come joined; the last one counts.
    prompt = prompt.rpartition("\n\n")[2]
    if is_summary_request(prompt):
        yield from _pieces(script.summary(request.messages))
        yield Delta(finish_reason="stop")
        return
    topic = script.topic_of(prompt)
    if topic == "fail":
        yield from _failure(prompt)
        return
    offered = {tool.name for tool in request.tools} if request.tool_choice != "none" else set()
    wishes = [wish for wish in script.calls(topic, prompt, done) if wish[0] in offered]
    if wishes or not done:
        yield from _pieces(script.thinking(topic, done), thinking=True)
    if not wishes:
        yield from _pieces(script.answer(topic, done))
        yield Delta(finish_reason="stop")
        return
    yield from _pieces(script.before_tools(topic, done))
    for index, (name, arguments) in enumerate(wishes):
        # No two steps of a thread end in the same message, so no two calls get the same id.
        id = f"demo_{request.messages[-1].id[:12]}_{index}"
        yield Delta(calls=(CallDelta(index, id, name),))
        for piece in _TOKEN.findall(json.dumps(arguments, ensure_ascii=False)):
            yield Delta(calls=(CallDelta(index, arguments=piece),))
    yield Delta(finish_reason="tool_calls")


def _failure(prompt: str) -> Iterator[Delta]:
    if "401" in prompt or "key" in prompt:
        raise ProviderError(
            "The key was refused (HTTP 401). The demo was asked to fail.",
            kind="authentication",
            hint="With a real model: give it a valid key.",
            status=401,
        )
    if "429" in prompt or "limit" in prompt:
        raise ProviderError(
            "Too many requests for now (HTTP 429). The demo was asked to fail.",
            kind="rate_limit",
            hint="It was tried again by itself. With a real model: wait, and send it once more.",
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
    for piece in _TOKEN.findall(text):
        yield Delta(thinking=piece) if thinking else Delta(text=piece)


def _this_turn(messages: Sequence[Message]) -> tuple[str, list[Done]]:
    """The last prompt, and the calls that were made since, with their results."""
    prompt = ""
    called: dict[str, ToolCall] = {}
    done: list[Done] = []
    for message in messages:
        if message.role == "user":
            prompt = message.content
            done.clear()
        elif message.role == "assistant":
            called.update((call.id, call) for call in message.tool_calls or ())
        elif message.tool_call_id in called:
            done.append(Done(called[message.tool_call_id], message))
    return prompt, done
