"""Which model and which agent answer, what the session costs, and how full its context is."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from tyler_tui.errors import UsageError
from tyler_tui.figures import cost_text, price_text, tokens_text, usd
from tyler_tui.messages.costs import COLUMNS, cost_rows
from tyler_tui.model_list import ListedModel, is_whole_name
from tyler_tui.plain.actions.registry import does
from tyler_tui.plain.numbered import MOST, Entry
from tyler_tui.plain.voice import Line, Tone
from tyler_tui.plain.wording import counted, in_words
from tyler_tui.profiles import DEFAULT
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat


@does("model.pick")
async def pick_model(chat: "Chat", wanted: str) -> None:
    listed: ListedModel | None = chat.numbered.pick("models", wanted)
    known = chat.backend.known_models
    if listed is not None:
        await _use_model(chat, listed.name, listed.api_base)
    elif not wanted or not await asyncio.to_thread(is_whole_name, wanted, known):
        await _tell_models(chat, wanted)
    else:
        await _use_model(chat, wanted)


async def _use_model(chat: "Chat", model: str, api_base: str | None = None) -> None:
    await chat.backend.switch_model(chat.conversation, model, api_base)
    chat.prepare()
    await chat.voice.say(f"{one_line(model, 60)} answers from the next prompt on.")


async def _tell_models(chat: "Chat", text: str) -> None:
    words = text.casefold().split()
    models = [*await chat.backend.models_at_hand(), *await chat.backend.models_found()]
    if words:
        models += await asyncio.to_thread(chat.backend.known_models)
    fitting = [model for model in models if model.fits(words)]
    await chat.voice.say(f"{one_line(chat.conversation.agent.model_name, 60)} answers now.")
    if not fitting:
        what = f"No model fits {one_line(text, 60)!r}." if text else "No other model is set up."
        await chat.voice.say(what)
        return
    await chat.voice.say(*chat.numbered.tell("models", [_entry(m) for m in fitting[:MOST]]))
    if len(fitting) > MOST:
        await chat.voice.say(f"And {len(fitting) - MOST} more: /model TEXT looks for one.")
    await chat.voice.say("/model and a number chooses one; /model TEXT looks in a long list.")


def _entry(model: ListedModel) -> Entry:
    info = model.info
    parts = [one_line(model.name, 100), one_line(model.label, 60)]
    if info.context_window:
        parts.append(f"{tokens_text(info.context_window)} tokens of context")
    if info.input_price is not None and info.output_price is not None:
        prices = [price_text(info.input_price), price_text(info.output_price)]
        told = "free" if prices == ["free", "free"] else f"{' in and '.join(prices)} out a million"
        parts.append(told)
    return Entry(model, ", ".join(part for part in parts if part))


@does("agent.pick")
async def pick_agent(chat: "Chat", wanted: str) -> None:
    conversation = chat.conversation
    current = str(conversation.thread.attributes.get("agent") or DEFAULT)
    name = chat.numbered.pick("agents", wanted) or wanted
    if not name:
        entries = [
            Entry(name, f"{one_line(name, 40)}{', this one' * (name == current)}: {_for(profile)}")
            for name, profile in chat.backend.agents().items()
        ]
        await chat.voice.say(*chat.numbered.tell("agents", entries))
        await chat.voice.say("/agent and a number chooses one.")
        return
    await chat.backend.switch_agent(conversation, name)
    chat.rename_assistant()
    chat.prepare()
    await chat.voice.say(f"{one_line(name, 60)} goes on from the next prompt on.")


def _for(profile: object) -> str:
    told = getattr(profile, "description", "") or getattr(profile, "purpose", "") or ""
    return one_line(told, 200)


@does("agent.system")
async def system_prompt(chat: "Chat", text: str) -> None:
    if text:
        wanted = None if text.casefold() == DEFAULT else text
        await chat.backend.set_system_prompt(chat.conversation, wanted)
        await chat.voice.say("The system prompt is another from the next prompt on.")
        return
    prompt = chat.conversation.agent.system_prompt_on(date.today())
    await chat.voice.say(f"System prompt, {counted(prompt.count(chr(10)) + 1, 'line')}:")
    await chat.voice.say(Line(prompt, Tone.VERBATIM))
    await chat.voice.say("End of the system prompt.")


@does("session.compact")
async def compact(chat: "Chat", focus: str) -> None:
    await chat.follow(lambda: chat.conversation.compact(focus))


@does("session.cost")
async def tell_costs(chat: "Chat", _: str) -> None:
    costs = await chat.conversation.costs()
    if not costs:
        await chat.voice.say("Nothing was spent yet.")
        return
    for row in cost_rows(costs):
        await chat.voice.say(in_words(_row(row)))
    share = chat.conversation.context_share
    if share is not None:
        await chat.voice.say(f"The context is {share * 100:.0f} percent full.")


def _row(cells: Sequence[str]) -> str:
    model, *figures = (one_line(cell, 80) for cell in cells)
    told = ", ".join(f"{name} {figure}" for name, figure in zip(COLUMNS[1:], figures, strict=True))
    return f"{model}: {told}."


@does("session.budget")
async def set_budget(chat: "Chat", wanted: str) -> None:
    conversation = chat.conversation
    if wanted.casefold() in ("off", "none", "0"):
        conversation.tune(budget_usd=None)
    elif wanted:
        try:
            conversation.tune(budget_usd=usd(wanted))
        except ValueError as error:
            raise UsageError(
                f"{one_line(wanted, 30)!r} is no sum of money.", hint="/budget 2.50, or /budget off"
            ) from error
    budget = conversation.agent.budget_usd
    spent = cost_text(conversation.cost_usd, estimated=conversation.usage.estimated)
    limit = "No budget." if budget is None else f"The budget is {cost_text(budget)}."
    await chat.voice.say(in_words(f"{limit} The session cost {spent} so far."))
