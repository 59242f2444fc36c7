"""The demo as a provider: scripted, deterministic, at a rate, with errors on demand."""

import asyncio
import re
import time
from collections.abc import Sequence

import pytest

from tyler_tui import Message, ProviderError
from tyler_tui.providers import Delta, Request, provider_for
from tyler_tui.tools import FILES_TOOLS

SPECS = [tool.spec for tool in FILES_TOOLS]


async def answer(prompt: str, *, model: str = "demo:fast") -> list[Delta]:
    request = Request(
        model=model,
        messages=[Message("user", "hello"), Message("assistant", "Hi."), Message("user", prompt)],
    )
    return [delta async for delta in provider_for(model).stream(request)]


def text_of(deltas: Sequence[Delta]) -> str:
    return "".join(delta.text for delta in deltas)


PROMPTS = ["hello", "table", "code", "list", "cjk", "long", "what can you do?", "漢字で", "🙂", "?"]


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_the_same_prompt_gets_the_same_answer(prompt: str) -> None:
    first, second = await answer(prompt), await answer(prompt)
    assert text_of(first) == text_of(second)
    assert [d.usage for d in first if d.usage] == [d.usage for d in second if d.usage]


@pytest.mark.parametrize("prompt", PROMPTS)
async def test_every_answer_ends_with_a_reason_and_with_exact_usage(prompt: str) -> None:
    deltas = await answer(prompt)
    assert [d.finish_reason for d in deltas if d.finish_reason] == ["stop"]
    (usage,) = [d.usage for d in deltas if d.usage is not None]
    assert not usage.estimated
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


async def test_the_demo_thinks_before_it_speaks() -> None:
    deltas = await answer("hello")
    kinds = ["thinking" if d.thinking else "text" for d in deltas if d.thinking or d.text]
    assert kinds[0] == "thinking"
    assert "text" in kinds
    assert "thinking" not in kinds[kinds.index("text") :]


@pytest.mark.parametrize(
    ("prompt", "mark"),
    [("show me a table", "|"), ("some code please", "```"), ("a list", "- "), ("cjk", "，")],
)
async def test_a_word_in_the_prompt_asks_for_its_kind_of_text(prompt: str, mark: str) -> None:
    assert mark in text_of(await answer(prompt)).replace("、", "，").replace("。", "，")


async def test_long_is_long() -> None:
    (usage,) = [d.usage for d in await answer("long") if d.usage is not None]
    assert usage.completion_tokens >= 2000


async def test_an_answer_comes_in_many_small_pieces() -> None:
    pieces = [d.text for d in await answer("hello") if d.text]
    assert len(pieces) > 20
    assert max(map(len, pieces)) < 200


async def test_without_tools_nothing_is_called() -> None:
    request = Request(model="demo:fast", messages=[Message("user", "please write a file")])
    deltas = [delta async for delta in provider_for("demo").stream(request)]
    assert not any(delta.calls for delta in deltas)
    assert text_of(deltas)


async def test_with_tool_choice_none_nothing_is_called() -> None:
    request = Request(
        model="demo:fast",
        messages=[Message("user", "please write a file")],
        tools=SPECS,
        tool_choice="none",
    )
    deltas = [delta async for delta in provider_for("demo").stream(request)]
    assert not any(delta.calls for delta in deltas)
    assert text_of(deltas)


@pytest.mark.parametrize(
    ("prompt", "status", "retryable"), [("fail 401", 401, False), ("fail 429", 429, True)]
)
async def test_it_fails_on_demand_before_the_first_word(
    prompt: str, status: int, retryable: bool
) -> None:
    with pytest.raises(ProviderError) as caught:
        await answer(prompt)
    assert caught.value.status == status
    assert caught.value.retryable is retryable
    assert caught.value.hint


SLOW = "demo:1"
"""Says for half an hour what it says."""


async def test_the_rate_is_kept() -> None:
    began = time.monotonic()
    deltas = await answer("table", model="demo:200")
    (usage,) = [d.usage for d in deltas if d.usage is not None]
    seconds = time.monotonic() - began
    assert usage.completion_tokens / seconds < 220


async def test_closing_the_stream_stops_it_at_once() -> None:
    request = Request(model=SLOW, messages=[Message("user", "long")])
    stream = provider_for(SLOW).stream(request)
    await anext(stream)
    async with asyncio.timeout(60):
        await stream.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


async def test_cancelling_the_reader_stops_it_at_once() -> None:
    first = asyncio.Event()

    async def read() -> None:
        request = Request(model=SLOW, messages=[Message("user", "long")])
        async for _ in provider_for(SLOW).stream(request):
            first.set()

    task = asyncio.create_task(read())
    await first.wait()
    task.cancel()
    async with asyncio.timeout(60):
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("model", ["demo:quick", "demo:-3", "demo:nan", "demo:fast:er"])
async def test_a_rate_that_is_none_is_an_error_that_names_it(model: str) -> None:
    with pytest.raises(ProviderError) as caught:
        async with asyncio.timeout(60):
            await answer("hello", model=model)
    assert model in caught.value.message
    assert "demo:fast" in caught.value.hint


@pytest.mark.parametrize(
    "prompt",
    ["What is a suitable name?", "How do I profile a process?", "Do you trust me?",
     "Describe a keyboard", "How are my sessions saved?", "Is it unstable?", "A terror"],
)  # fmt: skip
async def test_a_topic_s_letters_inside_another_word_do_not_call_it_up(prompt: str) -> None:
    assert text_of(await answer(prompt)) == text_of(await answer("Who was Ada Lovelace?"))


@pytest.mark.parametrize(
    ("prompt", "like"),
    [
        ("Write a Python function", "code"),
        ("show me all tables, please", "table"),
        ("list the files here", "files"),
        ("what can you do?", "tour"),
        ("Hi there!", "hello"),
        ("你好", "cjk"),
        ("which models can I use?", "models"),
    ],
)
async def test_a_prompt_in_plain_words_finds_its_topic(prompt: str, like: str) -> None:
    assert text_of(await answer(prompt)) == text_of(await answer(like))


async def test_the_tour_shows_every_kind_of_text() -> None:
    text = text_of(await answer("tour"))
    for mark in (
        "## ",
        "1. ",
        "- [x]",
        "|:---",
        "```python",
        "> ",
        "终端",
        "🚀",
        "**",
        "](https://",
    ):
        assert mark in text, mark


async def test_code_comes_in_several_languages() -> None:
    text = text_of(await answer("code"))
    assert len(set(re.findall(r"^```(\w+)$", text, re.MULTILINE))) >= 4
    assert text.count("```") % 2 == 0


async def test_every_answer_that_the_menu_offers_is_another_one() -> None:
    greeting = text_of(await answer("hello"))
    offers = re.findall(r"^\| `([^`]+)`", greeting, re.MULTILINE)
    assert len(offers) > 4
    texts = [text_of(await answer(offer)) for offer in offers if not offer.startswith("fail")]
    assert len(set(texts)) == len(texts)
    unknown = text_of(await answer("Who was Ada Lovelace?"))
    assert unknown not in texts
