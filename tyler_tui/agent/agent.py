"""The Agent: what a user configures. All state of a run lives in the run, so one agent serves
any number of threads at once."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import InitVar, dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from tyler_tui.agent.allowance import MAX_CHARACTERS
from tyler_tui.agent.approval import Approve, Approver, HookApprover
from tyler_tui.agent.busy import claimed
from tyler_tui.agent.prompt import system_prompt
from tyler_tui.agent.sink import CatchingUp, ThreadSink
from tyler_tui.agent.stream import EventStream
from tyler_tui.agent.toolbox import Toolbox, ToolSource
from tyler_tui.agent.tools import Tool
from tyler_tui.agent.turn import AgentResult, Listener, Turn
from tyler_tui.agent.watchdog import Timeouts
from tyler_tui.agents_md import ProjectFile, project_prompt
from tyler_tui.errors import UsageError
from tyler_tui.messages import Thread
from tyler_tui.providers import ModelInfo, Provider, provider_for
from tyler_tui.providers.catalog import provider_name

if TYPE_CHECKING:
    from typing import Self


class ThreadSource(ThreadSink, Protocol):
    """Where threads are kept; `ThreadStore` is one."""

    async def get_thread(self, thread_id: str) -> Thread: ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Agent:
    """A model with a purpose and tools. Raises ValueError and TypeError for what cannot be."""

    name: str = "Tyler"
    model_name: str = "gpt-4o"
    """A LiteLLM model name, `demo`, or `replay:FILE`."""
    purpose: str = "To be a helpful assistant."
    notes: str = ""
    tools: Sequence[Tool | Callable[..., Any] | Mapping[str, Any]] = ()
    tool_sources: Sequence[ToolSource] = ()
    """Where more tools come from, which may be others at each request: MCP servers, say."""
    temperature: float | None = None
    max_tokens: int | None = None
    max_characters: int = MAX_CHARACTERS
    """The longest answer that is taken, thinking and tool calls included."""
    max_tool_iterations: int = 10
    """How often the model may ask for tools in one turn; then it is asked once more, without."""
    budget_usd: float | None = None
    """What a thread may cost, in US dollars: no request goes out once it is spent, or when its
    input alone would pass it."""
    fallback: Sequence[str] = ()
    """The models that answer, one after the other, when one fails before its first token: with a
    failure that may pass, retries included, or for want of a valid key or credit. A model of the
    same provider is asked at the same `api_base` with the same key, another at its usual place."""
    compact_at: float | None = None
    """How full the model's context may be, 0 to 1, before older messages are summarised; None
    for never. See `tyler_tui.agent.compaction`."""
    reasoning: str | Mapping[str, Any] | None = None
    """One of "low", "medium" and "high", or a provider's own dict."""
    thread_store: ThreadSource | None = None
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    extra_headers: Mapping[str, str] | None = field(default=None, repr=False)
    drop_params: bool = True
    instruction_role: Literal["system", "developer"] = "system"
    retries: int = 2
    """How often a request is tried again that failed before its first token."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    approve: Approve | None = None
    """Asked before any tool runs that does more than read; without it the agent runs the tools
    that it was given."""
    workspace: Path = field(default_factory=Path.cwd)
    streaming_chunk_size: int | None = None
    """Joins up to so many pieces of text into one event, but keeps none back for more than a tenth
    of a second."""
    system_prompt: str | None = None
    """In place of the one that is made of name, purpose and notes."""
    project_files: Sequence[ProjectFile] = ()
    """What joins either: the instructions of the project, as `agents_md.project_files` finds
    them."""
    provider: Provider | None = None
    """Answers whatever the model is called."""
    find_provider: Callable[[str], Provider] = provider_for
    """Finds who answers for a model, when there is no `provider`."""
    base_url: InitVar[str | None] = None

    def __post_init__(self, base_url: str | None) -> None:
        if base_url is not None and self.api_base is None:
            object.__setattr__(self, "api_base", base_url)
        if self.temperature is not None and not 0 <= self.temperature <= 2:
            raise ValueError(f"temperature must be between 0 and 2, not {self.temperature}")
        if self.max_tool_iterations < 0:
            raise ValueError("max_tool_iterations must not be negative")
        if self.max_characters < 1:
            raise ValueError("max_characters must be at least 1")
        if self.budget_usd is not None and not self.budget_usd > 0:
            raise ValueError("budget_usd must be more than 0")
        if isinstance(self.fallback, str):
            object.__setattr__(self, "fallback", (self.fallback,))
        if self.compact_at is not None and not 0 < self.compact_at <= 1:
            raise ValueError(f"compact_at must be between 0 and 1, not {self.compact_at}")
        if self.retries < 0:
            raise ValueError("retries must not be negative")
        if self.streaming_chunk_size is not None and self.streaming_chunk_size < 1:
            raise ValueError("streaming_chunk_size must be at least 1")
        self.toolbox  # noqa: B018 - two tools of one name must fail here, not in a turn

    @cached_property
    def toolbox(self) -> Toolbox:
        """The tools by name."""
        return Toolbox(self.tools, self.tool_sources)

    @property
    def resolved_provider(self) -> Provider:
        """Who answers for `model_name`."""
        return self.provider_of(self.model_name)

    def provider_of(self, model: str) -> Provider:
        """Who answers for `model`: the agent's `provider`, else what `find_provider` finds."""
        return self.provider if self.provider is not None else self.find_provider(model)

    @property
    def model_info(self) -> ModelInfo:
        """What is known of the model; see `Provider.info`."""
        return self.resolved_provider.info(self.model_name, self.api_base)

    def system_prompt_on(self, today: date) -> str:
        """What the model is told of itself on a day."""
        own = self.system_prompt
        if own is None:
            own = system_prompt(
                name=self.name,
                purpose=self.purpose,
                notes=self.notes,
                tools=self.toolbox.specs,
                workspace=self.workspace,
                today=today,
            )
        return "\n\n".join(part for part in (own, project_prompt(self.project_files)) if part)

    def fallback_agents(self) -> "Iterator[Self]":
        """The same agent with each of its other models."""
        for model in self.fallback:
            elsewhere = provider_name(model) != provider_name(self.model_name)
            own = {"api_base": None, "api_key": None, "extra_headers": None} if elsewhere else {}
            yield self.replace(model_name=model, fallback=(), **own)

    def replace(self, **changes: Any) -> "Self":
        """The same agent with other settings."""
        return replace(self, **changes)

    def go(self, thread: Thread | str, stream: bool = False) -> EventStream:
        """Answer `thread`, which is updated in place, or the thread with that id in the store.

        Iterate what is returned for events as they happen; await it for an AgentResult. `stream`
        says which you mean and changes nothing. Leaving the loop, `aclose`, `cancel` and
        cancelling the task all stop the model at once. What keeps the turn from starting is
        raised: UsageError, ThreadBusyError, StoreError (ThreadNotFoundError is one).
        """
        return self._stream(thread, None)

    def compact(self, thread: Thread | str, focus: str = "") -> EventStream:
        """Have the model summarise all but the end of `thread`; `focus` is what must not be lost.

        Like `go` in all else. The summary stands in for what it covers in every request from then
        on; the messages stay where they are. When there is nothing to summarise, or it fails or is
        cancelled, the thread is as it was.
        """
        return self._stream(thread, focus)

    def _stream(self, thread: Thread | str, focus: str | None) -> EventStream:
        approver = HookApprover(self.approve) if self.approve is not None else None
        sink = CatchingUp(self.thread_store) if self.thread_store is not None else None

        @asynccontextmanager
        async def start(listener: Listener) -> AsyncIterator[Turn]:
            id = thread if isinstance(thread, str) else thread.id
            with claimed(self.thread_store, id) if sink is not None else nullcontext():
                found = await self._find(thread) if isinstance(thread, str) else thread
                if sink is not None and found is thread:
                    await sink.save_thread(found)  # what was added by hand, the prompt above all
                yield Turn(self, found, listener, sink=sink, approver=approver, focus=focus)

        return EventStream(start)

    async def run(
        self,
        thread: Thread,
        listener: Listener,
        *,
        sink: ThreadSink | None = None,
        approver: Approver | None = None,
    ) -> AgentResult:
        """Answer `thread` and push each event to `listener`. See `Turn.run`."""
        return await Turn(self, thread, listener, sink=sink, approver=approver).run()

    async def _find(self, thread_id: str) -> Thread:
        if self.thread_store is None:
            raise UsageError(
                "A thread id needs a store to look it up in.",
                hint="Give the agent a thread_store, or pass the Thread itself.",
            )
        return await self.thread_store.get_thread(thread_id)
