"""Who answers: the one small protocol between the agent and a model.

A provider turns a `Request` into a stream of `Delta`. It knows messages and nothing above them.
`provider_for(model)` picks the provider by the model's name; each is imported when it is picked,
so that the demo never pays for LiteLLM.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tyler_tui.messages import Message, Usage


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as the model sees it; `parameters` is a JSON schema of type object."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One model call. `messages` are already repaired (`messages.for_model`) and hold no system
    message; `system` is the whole system prompt."""

    model: str
    messages: Sequence[Message]
    system: str = ""
    tools: Sequence[ToolSpec] = ()
    tool_choice: Literal["auto", "none", "required"] = "auto"
    temperature: float | None = None
    max_tokens: int | None = None
    reasoning: str | Mapping[str, Any] | None = None
    instruction_role: Literal["system", "developer"] = "system"
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    extra_headers: Mapping[str, str] | None = field(default=None, repr=False)
    drop_params: bool = True
    connect_timeout_s: float = 15.0


@dataclass(frozen=True, slots=True)
class CallDelta:
    """A fragment of a tool call, as it came: any field may be missing or repeated."""

    index: int | None = None
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """One piece of an answer. Any combination of fields may be set.

    `finish_reason` is the provider's own word (stop, length, tool_calls, content_filter, ...),
    never one that a library made up. A stream that ends without one broke off.
    """

    text: str = ""
    thinking: str = ""
    thinking_type: str = "reasoning"
    calls: tuple[CallDelta, ...] = ()
    usage: Usage | None = None
    finish_reason: str = ""
    loaded: float | None = None
    """How much of the model is in memory, 0 to 1, while it is loaded there: no part of an answer,
    which comes after it."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known about a model; None means unknown. Prices are US dollars per token."""

    name: str
    context_window: int | None = None
    max_output_tokens: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    cached_input_price: float | None = None
    tools: bool | None = None
    vision: bool | None = None
    reasoning: bool | None = None
    provider: str = ""
    """LiteLLM's word for who serves it; "" when the model is not in its list."""


class Provider(Protocol):
    """Answers requests. One instance serves many requests at once and keeps no state of them."""

    def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Ask the model; the request goes out at the first `__anext__`.

        Closing the generator (`aclose`) or cancelling the task that reads it closes the
        connection at once. Raises `ProviderError`; nothing else, but CancelledError, escapes. It
        does not retry. Ends without a `finish_reason` when the stream broke off silently.
        """
        ...

    async def prepare(self) -> None:
        """Do slow one-time work (imports) ahead of the first request, off the event loop."""
        ...

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        """What is known of `model`, at the server `api_base` where it is not the usual one.
        Cheap, and never blocks on an import: before `prepare` has run, everything may be None."""
        ...

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        """What `usage` cost in US dollars, or None when the price is unknown."""
        ...

    def count_tokens(self, model: str, text: str) -> int:
        """An estimate of the tokens in `text`."""
        ...

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        """What `answer` to `request` must have used, counted by the model's tokenizer as far as
        one is at hand, and marked as `estimated`: for when the provider did not say. The first
        count may take seconds (imports), off the event loop. Raises ProviderError."""
        ...


CHARACTERS_PER_TOKEN = 4


def rough_count(text: str) -> int:
    """About how many tokens `text` has, whatever the model."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def cost_of(info: ModelInfo, usage: Usage) -> float | None:
    """What `usage` cost in US dollars at the prices of `info`; None when one is unknown."""
    if info.input_price is None or info.output_price is None:
        return None
    cached_price = info.cached_input_price
    if cached_price is None:
        cached_price = info.input_price
    fresh = max(0, usage.prompt_tokens - usage.cached_tokens)
    return (
        fresh * info.input_price
        + usage.cached_tokens * cached_price
        + usage.completion_tokens * info.output_price
    )


def estimated_usage(provider: Provider, request: Request, answer: Message) -> Usage:
    """What `answer` to `request` must have used, by the provider's own cheap estimate."""
    asked = [request.system, *(message.content for message in request.messages)]
    prompt, completion = (
        sum(provider.count_tokens(request.model, text) for text in texts)
        for texts in (asked, [answer.content, answer.reasoning_content])
    )
    return Usage(prompt, completion, prompt + completion, estimated=True)


def is_demo(model: str) -> bool:
    """Whether `model` is the built-in demo."""
    return model == "demo" or model.startswith("demo:")


def provider_for(model: str) -> Provider:
    """The provider that serves `model`: `demo` (and `demo:...`) is built in, `replay:FILE` plays
    a recording, `gguf:FILE` is run here, servers of the OpenAI format are read directly, plug-ins
    answer for what is named after them, the rest is LiteLLM's. The same object is returned for the
    same kind each time. Raises UsageError for a replay's options, ProviderError for a plug-in that
    is broken."""
    if is_demo(model):
        from tyler_tui.providers.demo import demo_provider  # noqa: PLC0415 - saves its import

        return demo_provider()
    if model.startswith("replay:"):
        from tyler_tui.providers.replay import replay_provider  # noqa: PLC0415 - as above

        return replay_provider(model)
    if model.startswith("gguf:"):
        from tyler_tui.providers.gguf.provider import gguf_provider  # noqa: PLC0415 - as above

        return gguf_provider()
    from tyler_tui.providers.openai_servers import speaks_openai  # noqa: PLC0415 - as above

    if speaks_openai(model):
        from tyler_tui.providers.openai_format import openai_provider  # noqa: PLC0415 - as above

        return openai_provider()
    from tyler_tui.providers.plugged import plugged_provider  # noqa: PLC0415 - as above

    if (plugged := plugged_provider(model)) is not None:
        return plugged
    from tyler_tui.providers.litellm import litellm_provider  # noqa: PLC0415 - saves its import

    return litellm_provider()
