"""Make a long conversation fit: the model summarises its older messages.

The summary joins the thread as a message (see `tyler_tui.messages.compaction`), and nothing is
taken away. The prompt that is being answered and what is new are kept as they are; whole rounds of
tool calls are kept or summarised, so no call loses its result. Until the summary is whole nothing
is changed: a failure or a cancel leaves everything as it was.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tyler_tui.agent.beside import answer_beside
from tyler_tui.agent.estimate import input_tokens, message_tokens, request_tokens
from tyler_tui.agent.reply import Emit, Save
from tyler_tui.agent.requests import request_for
from tyler_tui.agent.sink import to_the_end
from tyler_tui.errors import ProviderError, UsageError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import (
    Compaction,
    Message,
    MessageStatus,
    Thread,
    compaction_of,
    still_sent,
    summary_message,
    summary_request,
)
from tyler_tui.providers import Request

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent

KEPT_SHARE = 0.25
"""How much of the room may be taken by messages that are kept as they are."""
MOST_SHARE = 0.85
"""How much of the context a request for a summary may take: the summary needs the rest."""
ROOM = 32_000
"""Tokens, where nothing is known of the model's context."""
CAPS = (16_000, 4_000, 1_000, 200)
"""To what lengths, in characters, long texts are cut until a request for a summary fits."""
TRIES = 3

Parts = tuple[list[Message], list[Message]]


async def compact(
    agent: "Agent",
    thread: Thread,
    *,
    emit: Emit,
    save: Save,
    focus: str = "",
    room: int | None = None,
    automatic: bool = False,
) -> Message:
    """Summarise the older messages of `thread`; returns the summary, which has joined it.

    `focus` is what the user wants kept above all. `room` is how many tokens a request may have;
    what the model's context holds, when it is not given. `automatic` is for the middle of a turn,
    whose prompt is kept. Raises UsageError when there is nothing to summarise, or nothing gained
    by it; ProviderError, LimitReachedError, StoreError.
    """
    provider, branch = agent.resolved_provider, thread.messages
    window = agent.model_info.context_window
    most = int(window * MOST_SHARE) if window else ROOM
    room = most if room is None else min(room, most) if window else room
    older, kept = _parts(agent, still_sent(branch), int(room * KEPT_SHARE), in_turn=automatic)
    if not older:
        raise UsageError(
            "There is nothing to summarise yet.", hint="Older messages are, once there are some."
        )
    request = request_for(agent, branch)
    before = input_tokens(provider, request, branch)
    await emit(
        ExecutionEvent.now(
            EventType.COMPACTING, messages=len(older), tokens_before=before, automatic=automatic
        )
    )
    answer = await _summarize(agent, thread, still_sent(branch), older, focus, room, emit)
    covered = [found.messages for message in branch if (found := compaction_of(message))]
    compaction = Compaction(
        messages=len(older) + (covered[-1] if covered else 0),
        kept=tuple(message.id for message in kept),
        tokens_before=before,
    )
    draft = [*branch, summary_message(answer.content, compaction)]
    share = request_tokens(provider, request_for(agent, draft)) / request_tokens(provider, request)
    if share >= 1:
        thread.add_aside(answer)
        raise UsageError(
            "The summary is no shorter than the messages it would stand for.",
            hint="All is as it was. Try again when the conversation is longer.",
        )
    # `before` is the provider's own count where there is one, which estimates may be far from.
    after = max(1, round(before * share))
    summary = summary_message(answer.content, replace(compaction, tokens_after=after))
    summary.usage = answer.usage
    summary.metrics = {**answer.metrics, **summary.metrics}
    thread.add_message(summary)
    try:
        await to_the_end(save(summary))
    finally:
        await emit(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=summary))
        await emit(
            ExecutionEvent.now(
                EventType.COMPACTED,
                messages=compaction.messages,
                tokens_before=before,
                tokens_after=after,
            )
        )
    return summary


def _parts(agent: "Agent", sent: Sequence[Message], most: int, *, in_turn: bool) -> Parts:
    """What is to be summarised, and what is kept: of the last turn as much as fits into `most`
    tokens."""
    own = [message for message in sent if message.role != "system"]
    prompts = [number for number, message in enumerate(own) if message.role == "user"]
    start = prompts[-1] if prompts else 0
    provider, model = agent.resolved_provider, agent.model_name

    def size(messages: Sequence[Message]) -> int:
        return sum(message_tokens(provider, model, message) for message in messages)

    if not in_turn:
        fits = start > 0 and size(own[start:]) <= most
        return (own[:start], own[start:]) if fits else (own, [])
    prompt, rounds = own[start : start + 1], _rounds(own[start + 1 :])
    recent: list[list[Message]] = []
    while rounds and size([*prompt, *rounds[-1], *_joined(recent)]) <= most:
        recent.insert(0, rounds.pop())
    if start == 0 and not rounds and recent:
        # Something must go: sizes are estimated, and it was too long with all of this.
        keep = 1 if len(recent) > 1 else 0
        rounds, recent = recent[: len(recent) - keep], recent[len(recent) - keep :]
    return [*own[:start], *_joined(rounds)], [*prompt, *_joined(recent)]


def _joined(rounds: Sequence[Sequence[Message]]) -> list[Message]:
    return [message for done in rounds for message in done]


def _rounds(messages: Sequence[Message]) -> list[list[Message]]:
    """Answers, each with the results of the tools that it called."""
    rounds: list[list[Message]] = []
    for message in messages:
        if message.role == "assistant" or not rounds:
            rounds.append([])
        rounds[-1].append(message)
    return rounds


async def _summarize(
    agent: "Agent",
    thread: Thread,
    sent: Sequence[Message],
    older: Sequence[Message],
    focus: str,
    room: int,
    emit: Emit,
) -> Message:
    """The model's summary of `older`, with what it used and cost; not in the thread."""
    own = [message for message in sent if message.role == "system"]
    asked = Message("user", summary_request(focus))
    for attempt in range(1, TRIES + 1):
        request = _fitted(agent, own, older, asked, room)
        try:
            return await _answer(agent, thread, request, emit)
        except ProviderError as error:
            # Tokens are estimated: it may not have fitted after all.
            if error.kind != "context_length" or attempt == TRIES:
                raise
            room = min(room, request_tokens(agent.resolved_provider, request)) // 2
    raise AssertionError("the last try returns or raises")


async def _answer(agent: "Agent", thread: Thread, request: Request, emit: Emit) -> Message:
    async def pass_on(event: ExecutionEvent) -> None:
        if event.type in (EventType.RETRY, EventType.STALLED):
            await emit(event)

    answer = await answer_beside(agent, thread, request, emit=pass_on, retries=agent.retries)
    if answer.status is not MessageStatus.COMPLETE:
        thread.add_aside(answer)
        raise ProviderError(
            "The summary was cut off at the model's length limit.",
            kind="truncated",
            hint="All is as it was. Try again, or summarise with another model.",
        )
    return answer


def _fitted(
    agent: "Agent",
    own: Sequence[Message],
    older: Sequence[Message],
    asked: Message,
    room: int,
) -> Request:
    """The request for a summary, with long texts cut, and the oldest messages left out, as far as
    that is needed for it to fit into `room` tokens."""

    def request(messages: Sequence[Message]) -> Request:
        # An answer's limit is not meant for a summary.
        made = request_for(agent, [*own, *messages, asked], may_call=False)
        return replace(made, max_tokens=None)

    def fits(request: Request) -> bool:
        return request_tokens(agent.resolved_provider, request) <= room

    shown, made = list(older), request(older)
    for cap in CAPS:
        if fits(made):
            return made
        shown = [_cut(message, cap) for message in shown]
        made = request(shown)
    while len(shown) > 1 and not fits(made):
        shown = shown[max(1, len(shown) // 4) :]
        made = request(shown)
    return made


def _cut(message: Message, cap: int) -> Message:
    """`message` with its long texts cut in the middle, and without its files."""
    files = "".join(f"\n[{file.filename}, left out]" for file in message.attachments)
    calls = [
        replace(call, arguments={name: _cut_value(v, cap) for name, v in call.arguments.items()})
        for call in message.tool_calls or ()
    ]
    return replace(
        message,
        content=_cut_text(message.content, cap) + files,
        tool_calls=calls or None,
        attachments=[],
    )


def _cut_value(value: Any, cap: int) -> Any:
    return _cut_text(value, cap) if isinstance(value, str) else value


def _cut_text(text: str, cap: int) -> str:
    if len(text) <= cap:
        return text
    half = cap // 2
    return f"{text[:half]}\n[… {len(text) - 2 * half:,} characters left out …]\n{text[-half:]}"
