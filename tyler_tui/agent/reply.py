"""One model call: a request goes out, its answer becomes a message.

The message joins the thread with its first text and is kept on disk as it grows. However the call
ends, what had arrived stays in the thread with a status that tells how it ended. Errors are never
put in the assistant's mouth.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress

from tyler_tui.agent.allowance import MAX_CHARACTERS, Allowance
from tyler_tui.agent.assembly import CallAssembler
from tyler_tui.agent.checkpoint import Checkpointer
from tyler_tui.agent.chunking import Chunker
from tyler_tui.agent.sink import to_the_end
from tyler_tui.agent.watchdog import Timeouts, Watchdog
from tyler_tui.errors import ProviderError, TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, MessageStatus, Thread, ToolCall, Usage
from tyler_tui.providers import Delta, Provider, Request, estimated_usage

MAX_RETRY_AFTER_S = 60.0
"""When a provider asks for a longer wait, the error is reported instead."""
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 8.0

Emit = Callable[[ExecutionEvent], Awaitable[None]]
Save = Callable[[Message], Awaitable[None]]


class Reply:
    """Makes one assistant message of `thread` from the answer to `request`."""

    def __init__(
        self,
        provider: Provider,
        request: Request,
        thread: Thread,
        *,
        emit: Emit,
        save: Save,
        timeouts: Timeouts,
        retries: int,
        chunk_size: int,
        max_characters: int = MAX_CHARACTERS,
    ) -> None:
        self._provider = provider
        self._request = request
        self._thread = thread
        self._emit = emit
        self._save = save
        self._timeouts = timeouts
        self._retries = retries
        self._max_characters = max_characters
        self._chunker = Chunker(emit, chunk_size)
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._may_call = request.tool_choice != "none"
        self._assembler = CallAssembler()
        self._calls: list[ToolCall] = []
        self._usage: Usage | None = None
        self._finish_reason = ""
        self._loaded: float | None = None
        self._began = 0.0
        self._first_token_ms: float | None = None
        self._stall_notes: set[asyncio.Task[None]] = set()
        self._checkpointer = Checkpointer()
        self.message = Message(role="assistant", status=MessageStatus.STREAMING)

    @property
    def is_kept(self) -> bool:
        """Whether anything arrived that is worth keeping."""
        return self._thread.get_message(self.message.id) is not None

    @property
    def has_begun(self) -> bool:
        """Whether anything arrived at all, so that asking anew would have it said twice."""
        return self._first_token_ms is not None

    async def run(self) -> Message:
        """Ask the model and return the whole message, stored and announced.

        Whatever is raised, what had arrived was kept: ProviderError, StoreError, CancelledError.
        """
        try:
            await self._ask_with_retries()
            status = self._judge()
        except asyncio.CancelledError:
            await self._keep_partial(MessageStatus.CANCELLED)
            raise
        except ProviderError as error:
            cut = error.kind in ("truncated", "timeout", "network")
            await self._keep_partial(MessageStatus.TRUNCATED if cut else MessageStatus.ERROR)
            raise
        except Exception:
            await self._keep_partial(MessageStatus.ERROR)
            raise
        await self._finish(status)
        return self.message

    # Asking

    async def _ask_with_retries(self) -> None:
        attempt = 0
        while True:
            try:
                await self._ask()
                return
            except ProviderError as error:
                wait_s = self._wait_before_retry(error, attempt)
                if wait_s is None:
                    raise
                attempt += 1
                await self._emit(
                    ExecutionEvent.now(
                        EventType.RETRY,
                        attempt=attempt,
                        wait_s=wait_s,
                        reason=error.message,
                    )
                )
                await asyncio.sleep(wait_s)

    def _wait_before_retry(self, error: ProviderError, attempt: int) -> float | None:
        """Seconds to wait, or None when the error stands: nothing is tried again once anything
        has arrived, for then it would be said twice."""
        if self._first_token_ms is not None or not error.retryable or attempt >= self._retries:
            return None
        backoff = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0**attempt) * random.uniform(0.8, 1.2)
        if error.retry_after_s is None:
            return backoff
        return None if error.retry_after_s > MAX_RETRY_AFTER_S else error.retry_after_s

    async def _ask(self) -> None:
        self._began = time.monotonic()
        self._usage, self._finish_reason = None, ""
        allowance = Allowance(self._max_characters)
        try:
            async with aclosing(self._provider.stream(self._request)) as stream:
                with Watchdog(self._timeouts, self._note_stall) as watchdog:
                    async for delta in stream:
                        watchdog.heard()
                        await self._take(allowance.cut(delta))
                        allowance.check()
                        watchdog.listen()
        finally:
            for note in self._stall_notes:  # a note that is late would come behind the end
                note.cancel()
        await self._chunker.flush()
        if not self._finish_reason:
            raise ProviderError(
                "The provider closed the stream before the answer was whole.",
                kind="truncated",
                hint="What arrived is kept. Ask it to go on, or send the prompt again.",
                retryable=True,
            )

    def _note_stall(self, silent_s: float) -> None:
        event = ExecutionEvent.now(EventType.STALLED, silent_s=silent_s)
        note = asyncio.ensure_future(self._emit(event))
        self._stall_notes.add(note)
        note.add_done_callback(self._stall_notes.discard)

    async def _take(self, delta: Delta) -> None:
        if delta.loaded is not None:
            if delta.loaded != self._loaded:
                self._loaded = delta.loaded
                model = self._request.model
                await self._emit(
                    ExecutionEvent.now(EventType.LOADING, model=model, share=delta.loaded)
                )
            return
        if self._first_token_ms is None and (delta.text or delta.thinking or delta.calls):
            self._first_token_ms = (time.monotonic() - self._began) * 1000
        if delta.thinking:
            await self._chunker.flush()
            self._thinking.append(delta.thinking)
            self._keep()
            await self._emit(
                ExecutionEvent.now(
                    EventType.LLM_THINKING_CHUNK,
                    thinking_chunk=delta.thinking,
                    thinking_type=delta.thinking_type,
                )
            )
        if delta.text:
            self._text.append(delta.text)
            self._keep()
            await self._chunker.add(delta.text)
        for fragment in delta.calls:
            self._assembler.add(fragment)
        if delta.usage is not None:
            self._usage = delta.usage
        if delta.finish_reason:
            self._finish_reason = delta.finish_reason

    # Keeping

    def _keep(self) -> None:
        if not self.is_kept:
            self._join()
        self._checkpointer.touch(self._checkpoint)

    def _join(self) -> None:
        self.message.metrics["model"] = self._request.model
        self._thread.add_message(self.message)

    async def _checkpoint(self) -> None:
        self._gather()
        await self._save(self.message)

    def _gather(self) -> None:
        for parts in (self._text, self._thinking):
            if len(parts) > 1:
                parts[:] = ["".join(parts)]
        self.message.content = self._text[0] if self._text else ""
        self.message.reasoning_content = self._thinking[0] if self._thinking else ""

    async def _keep_partial(self, status: MessageStatus) -> None:
        """Keep what had arrived. Calls that were not finished are no calls."""
        if not self.is_kept:
            return
        self._settle(status)
        with suppress(TylerError):  # the error that ended the call is the one to report
            await to_the_end(self._store())
        await self._chunker.flush()
        await self._emit(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=self.message))

    def _settle(self, status: MessageStatus) -> None:
        """Give the message its last form; nothing is awaited, so no cancel can leave half of it."""
        self._gather()
        self._measure()
        self.message.status = status

    async def _store(self) -> None:
        await self._checkpointer.stop()
        await self._save(self.message)

    def _judge(self) -> MessageStatus:
        """How a stream that ended by itself ended. Raises ProviderError when that was no end."""
        if self._finish_reason == "content_filter":
            raise ProviderError(
                "The provider's content filter ended the answer.",
                kind="content_filter",
                hint="Put the prompt in other words, or use another model.",
            )
        cut = self._finish_reason == "length"
        if self._may_call:
            self._calls = self._assembler.calls(self._thread.call_ids, cut=cut)
        if not self._calls and not "".join(self._text).strip():
            raise ProviderError(
                "The answer reached its length limit before its first word." if cut
                else "The model ended its answer without a word.",
                kind="truncated" if cut else "empty",
                hint="Raise the limit, or ask for less thinking." if cut
                else "Send the prompt again, or use another model.",
                retryable=not cut,
            )  # fmt: skip
        return MessageStatus.TRUNCATED if cut else MessageStatus.COMPLETE

    async def _finish(self, status: MessageStatus) -> None:
        self._settle(status)
        self.message.tool_calls = self._calls or None
        if self.is_kept:
            self._thread.note_calls(self.message)
        else:
            self._join()
        try:
            await to_the_end(self._store())
        finally:
            await self._announce()

    async def _announce(self) -> None:
        message = self.message
        await self._emit(
            ExecutionEvent.now(
                EventType.LLM_RESPONSE,
                content=message.content,
                tool_calls=[call.to_dict() for call in self._calls],
                tokens=message.usage.to_dict() if message.usage else {},
                latency_ms=message.metrics["latency_ms"],
                finish_reason=self._finish_reason,
            )
        )
        await self._emit(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=message))

    def _measure(self) -> None:
        message, request = self.message, self._request
        message.metrics["latency_ms"] = (time.monotonic() - self._began) * 1000
        if self._first_token_ms is not None:
            message.metrics["first_token_ms"] = self._first_token_ms
        if self._usage is None:
            self._usage = estimated_usage(self._provider, request, message)
        message.usage = self._usage
        message.metrics["cost_usd"] = self._provider.cost(
            request.model, self._usage, request.api_base
        )
