"""Which model answers, what the session costs, and how full its context is."""

from typing import TYPE_CHECKING

from tyler_tui.errors import TylerError
from tyler_tui.figures import cost_text, usd
from tyler_tui.messages.costs import costs_of
from tyler_tui.model_list import is_whole_name
from tyler_tui.sanitize import one_line
from tyler_tui.tui.actions.registry import does, does_with

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

MOST_LETTERS_OF_A_PROVIDER = 16
"""A longer word is a key that was pasted into the wrong place."""


@does_with("model.pick")
async def pick_model(chat: "ChatScreen", name: str) -> None:
    from tyler_tui.tui.screens.models import ModelsScreen, Picked  # noqa: PLC0415 - not for start

    conversation = chat.conversation
    if conversation is None:
        return
    picked: Picked | None
    agent = conversation.agent
    if name and is_whole_name(name, chat.backend.known_models):
        picked = Picked(name, None, agent.temperature, agent.reasoning)
    else:
        picked = await chat.app.push_screen_wait(ModelsScreen(chat.backend, agent, name))
    if picked is None:
        return
    try:
        if picked.model != agent.model_name or picked.api_base:
            await chat.backend.switch_model(conversation, picked.model, picked.api_base)
        conversation.tune(temperature=picked.temperature, reasoning=picked.reasoning)
        await conversation.remember()
    except TylerError as error:
        chat.report(error)
        return
    chat.status.say(f"{one_line(picked.model, 60)} answers from the next prompt on")
    chat.show_totals()
    chat.opening.prepare_model()


@does_with("model.key")
async def give_key(chat: "ChatScreen", name: str) -> None:
    from tyler_tui.providers.catalog import KEY_SOURCES, key_source  # noqa: PLC0415
    from tyler_tui.tui.screens.key import KeyScreen  # noqa: PLC0415 - not for start

    if any(len(word) > MOST_LETTERS_OF_A_PROVIDER for word in name.split()):
        chat.status.say("a key goes into the field that /key opens, not behind it")
        return
    conversation = chat.conversation
    named = (source for source in KEY_SOURCES if name and name.casefold() in source.names)
    source = next(named, None)
    if source is None and conversation is not None:
        source = key_source(conversation.agent.model_name)
    given = await chat.app.push_screen_wait(KeyScreen(source))
    if given is None:
        return
    chat.backend.use_key(given.source.variable, given.key)
    source = key_source(conversation.agent.model_name) if conversation is not None else None
    what = "/retry asks again" if source == given.source else f"/model {given.source.default_model}"
    chat.status.say(f"the key for {given.source.provider} counts for this run · {what}")


@does_with("session.compact")
def compact(chat: "ChatScreen", focus: str) -> None:
    conversation = chat.conversation
    if conversation is None:
        return
    if chat.desk.shown is not None and not conversation.is_busy:
        chat.desk.shown.progress.begin()
    conversation.compact(focus)
    chat.view.transcript.scroll_to_end()
    chat.status.set_state(conversation.state, len(conversation.queue))


@does("session.cost")
async def show_costs(chat: "ChatScreen") -> None:
    from tyler_tui.tui.screens.costs import CostsScreen  # noqa: PLC0415 - not for start

    conversation = chat.conversation
    if conversation is None:
        return
    try:
        thread = await conversation.whole_thread()
    except TylerError as error:
        chat.report(error)
        return
    if costs := costs_of(thread):
        chat.app.push_screen(CostsScreen(conversation, thread.messages, costs))
    else:
        chat.status.say("nothing was spent yet")


@does_with("session.budget")
def set_budget(chat: "ChatScreen", wanted: str) -> None:
    conversation = chat.conversation
    if conversation is None:
        return
    if wanted.casefold() in ("off", "none", "0"):
        conversation.tune(budget_usd=None)
    elif wanted:
        try:
            conversation.tune(budget_usd=usd(wanted))
        except ValueError:
            chat.status.say(f"{one_line(wanted, 30)!r} is no sum of money: /budget 2.50, or off")
            return
    budget = conversation.agent.budget_usd
    spent = cost_text(conversation.cost_usd, estimated=conversation.usage.estimated)
    limit = "no budget" if budget is None else f"budget {cost_text(budget)}"
    change = "" if wanted else " · /budget 2.50 sets another"
    chat.status.say(f"{limit} · the session cost {spent} so far{change}")
    chat.show_totals()
