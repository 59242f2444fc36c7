"""A title that the model writes: what it is asked, and what of its answer is one."""

import pytest

from tests.agent.scripted import ScriptedProvider, agent_with, ending, says, words
from tyler_tui import Message, ProviderError, Thread
from tyler_tui.agent.titling import (
    EXCERPT_CHARACTERS,
    LONGEST,
    MAX_TOKENS,
    PROMPT,
    ask_for_title,
    title_in,
)
from tyler_tui.errors import LimitReachedError

EXCHANGE = [Message("user", "Which stars are up?"), Message("assistant", "Vega. " * 1_000)]


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("Stars of August", "Stars of August"),
        ('"Stars of August."', "Stars of August"),
        ("**Stars of August**\n\nI chose this name because", "Stars of August"),
        ("# Title: Stars", "Title: Stars"),
        ("Title: Stars", "Stars"),
        ("<think>They want\na name</think>\n\nStars", "Stars"),
        ("「八月の星」", "八月の星"),
        ("  \n \n", ""),
        ("...", ""),
        ("x" * (LONGEST + 1), ""),
        ("Stars\x1b]52;c;x\x07 [@click=app.quit]", "Stars␛]52;c;x [@click=app.quit]"),
    ],
)
def test_a_title_is_taken_from_what_is_said(said: str, title: str) -> None:
    assert title_in(said) == title


async def test_a_small_request_goes_out_and_the_thread_stays_as_it_is() -> None:
    provider = ScriptedProvider(says("Stars of ", "August"), price=0.5)
    thread = Thread()
    agent = agent_with(provider, max_tokens=9_000, temperature=0.7, reasoning="high")
    assert await ask_for_title(agent, thread, EXCHANGE) == "Stars of August"
    assert thread.all_messages == []
    assert thread.cost_usd == 7.5
    [request] = provider.requests
    assert (request.system, request.max_tokens, request.tools) == (PROMPT, MAX_TOKENS, ())
    assert (request.temperature, request.reasoning) == (None, None)
    [asked] = request.messages
    assert "user: Which stars are up?" in asked.content
    assert "assistant: Vega." in asked.content
    assert len(asked.content) < EXCERPT_CHARACTERS + 200


async def test_an_answer_that_was_cut_or_says_nothing_is_no_title() -> None:
    for script in (says("Stars of", reason="length"), says("..."), [*words(" "), *ending()]):
        thread = Thread()
        with pytest.raises(ProviderError):
            await ask_for_title(agent_with(ScriptedProvider(script, price=0.5)), thread, EXCHANGE)
        assert thread.cost_usd == 7.5, "paid is paid"


async def test_what_a_budget_does_not_allow_is_not_asked() -> None:
    provider = ScriptedProvider(says("Stars"), price=1.0)
    with pytest.raises(LimitReachedError):
        await ask_for_title(agent_with(provider, budget_usd=5.0), Thread(), EXCHANGE)
    assert provider.requests == []
