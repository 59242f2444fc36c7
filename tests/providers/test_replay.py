"""Recordings: what is written while a model answers, and how `replay:FILE` plays it again."""

import asyncio
import json
import os
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.agent.scripted import collect, of, one, text_of, thread_with
from tests.provider_server import (
    Call,
    Disconnect,
    Finish,
    Hang,
    ProviderServer,
    Reply,
    Text,
    Thinking,
    UsageChunk,
    answer,
    error,
)
from tyler_tui import Agent, EventType, Message, Thread
from tyler_tui.errors import TylerError, UsageError
from tyler_tui.messages import Usage
from tyler_tui.providers import provider_for
from tyler_tui.providers.recording import Recorder
from tyler_tui.providers.replay import ReplayProvider

KEY = "sk-marked-0123456789abcdef"
VERSION_1 = """\
{"type":"recording","version":1,"program":"tyler-chat"}
{"type":"request","id":"a","model":"openai/m","digest":"d24cad69dc70fa50","exact":"x",\
"prompt":"hello","context_window":8000,"a field of a later program":1}
{"type":"delta","id":"a","at":0.01,"thinking":"Hm."}
{"type":"delta","id":"a","at":0.02,"text":"Hi"}
{"type":"delta","id":"a","at":0.03,"calls":[{"index":0,"id":"c1","name":"look","arguments":"{}"}]}
{"type":"delta","id":"a","at":0.04,"usage":{"prompt_tokens":3,"completion_tokens":2,\
"total_tokens":5},"finish_reason":"tool_calls"}
{"type":"end","id":"a","at":0.05}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "talk.jsonl"


def look(where: str = "here") -> str:
    """Look."""
    return f"nothing {where}"


def recorded_agent(server: ProviderServer, recorder: Recorder, **settings: Any) -> Agent:
    usual: dict[str, Any] = {"model_name": "openai/local-model", "retries": 0}
    return Agent(
        api_base=server.base_url,
        api_key=KEY,
        extra_headers={"X-Secret": "hush-hush"},
        find_provider=lambda model: recorder.wrap(provider_for(model)),
        **(usual | settings),
    )


def player(file: Path, options: str = "?speed=0", **settings: Any) -> Agent:
    usual: dict[str, Any] = {"model_name": "replay", "retries": 0}
    return Agent(provider=ReplayProvider(f"replay:{file}{options}"), **(usual | settings))


async def record(server: ProviderServer, file: Path, *prompts: str, **settings: Any) -> Thread:
    """One session, recorded."""
    recorder = Recorder(file)
    agent, thread = recorded_agent(server, recorder, **settings), Thread()
    for prompt in prompts:
        thread.add_message(Message("user", prompt))
        await collect(agent.go(thread))
    recorder.close()
    return thread


def fill(file: Path, content: str) -> None:
    file.write_text(content, "utf-8")


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


async def test_a_turn_with_tools_plays_again_as_it_was(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(
        Reply(
            [
                Thinking("Let me look."),
                Text("I look. 日本 🎉", size=3),
                Call(0, "c1", "look", '{"where": '),
                Call(0, arguments='"there"}'),
                Call(1, "c2", "look", "{}"),
                Finish("tool_calls"),
                UsageChunk(7, 3),
            ]
        ),
        answer("Nothing."),
    )
    recorder = Recorder(file)
    events = await collect(
        recorded_agent(provider_server, recorder, tools=[look]).go(thread_with())
    )
    recorder.close()
    replayed = await collect(player(file, tools=[look]).go(thread_with()))
    assert [event.type for event in replayed] == [event.type for event in events]
    assert text_of(replayed) == text_of(events) == "I look. 日本 🎉Nothing."
    for type in (EventType.LLM_THINKING_CHUNK, EventType.TOOL_SELECTED):
        assert [e.data for e in of(replayed, type)] == [e.data for e in of(events, type)]
    assert [e.data["result"] for e in of(replayed, EventType.TOOL_RESULT)] == [
        "nothing there",
        "nothing here",
    ]
    complete = one(replayed, EventType.EXECUTION_COMPLETE)
    assert complete["total_tokens"] == one(events, EventType.EXECUTION_COMPLETE)["total_tokens"]
    assert complete["cost_usd"] == 0.0
    assert len(provider_server.requests) == 2


async def test_a_recording_holds_no_key_and_is_the_users_own(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(error(401, f"Bad key {KEY}"))
    await record(provider_server, file, "hello", system_prompt="Be secretive.")
    written = "\n".join(map(json.dumps, lines(file)))
    assert "hello" in written
    for secret in (KEY, "hush-hush", "X-Secret", provider_server.base_url, "secretive"):
        assert secret not in written
    assert os.stat(file).st_mode & 0o777 == 0o600


async def test_each_line_is_json_that_names_its_kind_and_time(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(Reply([Text("one two", size=4), Finish(), UsageChunk(7, 3)]))
    await record(provider_server, file, "hello")
    head, asked, *pieces, end = lines(file)
    assert (head["type"], head["version"]) == ("recording", 1)
    assert (asked["type"], asked["model"], asked["prompt"]) == (
        "request",
        "openai/local-model",
        "hello",
    )
    assert [piece["text"] for piece in pieces if "text" in piece] == ["one ", "two"]
    assert [piece["at"] for piece in pieces] == sorted(piece["at"] for piece in pieces)
    assert end == {"type": "end", "id": asked["id"], "at": end["at"]}


async def test_several_prompts_play_in_any_session_and_again(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(answer("first"), answer("second"))
    await record(provider_server, file, "one", "two")
    agent = player(file)
    for _ in range(2):
        thread = Thread()
        for prompt, said in (("one", "first"), ("two", "second")):
            thread.add_message(Message("user", prompt))
            assert (await agent.go(thread)).content == said


async def test_failures_and_what_was_tried_again_play_too(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(error(429, "slow down", retry_after="0"), answer("at last"))
    await record(provider_server, file, "hello", retries=1)
    agent = player(file, retries=1)
    for _ in range(2):
        events = await collect(agent.go(thread_with()))
        assert "too many requests" in one(events, EventType.RETRY)["reason"]
        assert text_of(events) == "at last"
    failed = one(await collect(player(file).go(thread_with())), EventType.EXECUTION_ERROR)
    assert (failed["kind"], failed["retryable"], failed["retry_after_s"]) == ("rate_limit", True, 0)


async def test_an_answer_that_broke_off_breaks_off_again(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(Reply([Text("half an"), Disconnect()]))
    await record(provider_server, file, "hello")
    thread = thread_with()
    events = await collect(player(file).go(thread))
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "truncated"
    assert thread.messages[-1].content == "half an"


async def test_an_answer_that_was_stopped_says_that_there_is_no_more_of_it(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(Reply([Text("half an"), Hang()]), answer("the rest"))
    recorder = Recorder(file)
    agent, thread = recorded_agent(provider_server, recorder), thread_with()
    async with aclosing(agent.go(thread)) as stream:
        async for event in stream:
            if event.type is EventType.LLM_STREAM_CHUNK:
                break
    thread.add_message(Message("user", "go on"))
    await agent.go(thread)
    recorder.close()
    replayed = thread_with()
    again = player(file)
    failed = one(await collect(again.go(replayed)), EventType.EXECUTION_ERROR)
    assert failed["message"].startswith("This answer was stopped when it was recorded")
    assert replayed.messages[-1].content == "half an"
    replayed.add_message(Message("user", "go on"))
    assert (await again.go(replayed)).content == "the rest"


async def test_requests_at_once_stand_mixed_and_play_apart(
    provider_server: ProviderServer, file: Path
) -> None:
    def reply(name: str) -> Reply:
        return Reply([Text(f"{name} {name} {name}", size=2), Finish()], rate=200)

    provider_server.script(*[lambda received: reply(received.body["messages"][-1]["content"])] * 3)
    recorder = Recorder(file)
    agent = recorded_agent(provider_server, recorder)
    prompts = ["a", "b", "c"]
    await asyncio.gather(*(agent.go(thread_with(prompt)) for prompt in prompts))
    recorder.close()
    again = player(file)
    results = await asyncio.gather(*(again.go(thread_with(prompt)) for prompt in prompts))
    assert [result.content for result in results] == ["a a a", "b b b", "c c c"]


async def test_a_file_that_holds_a_recording_is_gone_on_with(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(answer("first"), answer("second"))
    await record(provider_server, file, "one")
    with file.open("a") as crashed:
        crashed.write('{"type":"delta","id":"cut of')
    await record(provider_server, file, "two")
    assert [line["type"] for line in lines(file)].count("recording") == 1
    for prompt, said in (("one", "first"), ("two", "second")):
        assert (await player(file).go(thread_with(prompt))).content == said


async def test_a_summary_plays_again_and_what_follows_it(
    provider_server: ProviderServer, file: Path
) -> None:
    long = "word " * 200

    async def talk(agent: Agent) -> Thread:
        thread = Thread()
        for prompt in ("one", "two"):
            thread.add_message(Message("user", prompt))
            await agent.go(thread)
        await agent.compact(thread)
        thread.add_message(Message("user", "three"))
        await agent.go(thread)
        return thread

    provider_server.script(answer(long), answer("b"), answer("They talked."), answer("c"))
    recorder = Recorder(file)
    first = await talk(recorded_agent(provider_server, recorder))
    recorder.close()
    again = await talk(player(file))
    assert [message.content for message in again.messages] == [
        message.content for message in first.messages
    ]
    assert again.messages[4].role == "system"


# Divergence


@pytest.mark.parametrize(
    ("prompts", "message", "hint"),
    [
        (["Hello?"], "another prompt for answer 1", "goes on with: hello"),
        (["hello", "three"], "another prompt for answer 2", "goes on with: two"),
        (["hello", "two", "three"], "The recording ends here", "holds 2 answers"),
    ],
)
async def test_a_conversation_that_differs_is_told_where(
    provider_server: ProviderServer, file: Path, prompts: list[str], message: str, hint: str
) -> None:
    provider_server.script(answer("first"), answer("second"))
    await record(provider_server, file, "hello", "two")
    agent, thread = player(file), Thread()
    for prompt in prompts:
        thread.add_message(Message("user", prompt))
        events = await collect(agent.go(thread))
    failed = one(events, EventType.EXECUTION_ERROR)
    assert failed["kind"] == "recording"
    assert message in failed["message"]
    assert hint in failed["hint"]


async def test_what_a_tool_returns_may_differ_unless_told_to_be_strict(
    provider_server: ProviderServer, file: Path
) -> None:
    async def replay(options: str, result: str) -> Any:
        def look() -> str:
            """Look."""
            return result

        agent = player(file, options, tools=[look], system_prompt="Look.")
        return (await collect(agent.go(thread_with())))[-1]

    def look() -> str:
        """Look."""
        return "as it was"

    provider_server.script(
        Reply([Call(0, "c1", "look", "{}"), Finish("tool_calls")]), answer("Seen.")
    )
    await record(provider_server, file, "hello", tools=[look], system_prompt="Look.")
    complete = EventType.EXECUTION_COMPLETE
    assert (await replay("?speed=0", "otherwise")).type is complete
    assert (await replay("?speed=0&strict=1", "as it was")).type is complete
    failed = await replay("?strict=1&speed=0", "otherwise")
    assert failed.data["message"] == "The conversation differs from the recording before answer 2."


# Time


async def test_it_takes_the_time_that_was_recorded_or_less(file: Path) -> None:
    fill(file, VERSION_1.replace("0.05", "0.4"))

    async def duration(options: str) -> float:
        began = time.monotonic()
        async for event in player(file, options).go(thread_with()):
            if event.type is EventType.LLM_RESPONSE:
                break
        return time.monotonic() - began

    assert 0.4 <= await duration("") < 2
    assert await duration("?speed=8") < 0.3
    fill(file, VERSION_1.replace("0.05", "86400"))
    assert await duration("?speed=0") < 2


async def test_a_replay_can_be_cancelled_while_it_waits(file: Path) -> None:
    fill(file, VERSION_1.replace("0.02", "86400"))
    stream = player(file, "").go(thread_with())
    async for event in stream:
        if event.type is EventType.LLM_THINKING_CHUNK:
            stream.cancel()
    assert stream.events[-1].type is EventType.EXECUTION_CANCELLED


# Files


async def test_a_recording_of_version_one_can_be_read_for_ever(file: Path) -> None:
    fill(file, VERSION_1)
    provider = ReplayProvider(f"replay:{file}?speed=0")
    await provider.prepare()
    assert provider.info("replay").context_window == 8000
    agent = Agent(model_name="replay", provider=provider, tools=[look])
    events = []
    async for event in agent.go(thread_with()):
        events.append(event)
        if event.type is EventType.TOOL_SELECTED:
            break
    response = one(events, EventType.LLM_RESPONSE)
    assert response["content"] == "Hi"
    assert response["tokens"] == Usage(3, 2, 5).to_dict()
    assert response["finish_reason"] == "tool_calls"
    assert events[-1].data["tool_call_id"] == "c1"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: No such file"),
        ("", "is no recording"),
        ("# Notes\n\nSome text.\n", "is no recording"),
        ('{"version": 1}\n', "is no recording"),
        ('{"type":"recording","version":2}\n', "was recorded by a newer version"),
        ('{"type":"recording","version":1}\n', "is empty"),
        (VERSION_1.replace('"at":0.02,', '"at":"soon",'), "is damaged: line 4 "),
        (VERSION_1.replace('{"type":"delta","id":"a","at":0.02,"text"', "\0"), "line 4 "),
        (VERSION_1.replace('"delta","id":"a","at":0.02', '"delta","id":"b","at":0.02'), "line 4 "),
        (VERSION_1.replace("\n", "\n\n", 1), "is damaged: line 2 "),
    ],
)
async def test_a_file_that_cannot_be_played_says_why(
    file: Path, content: str | None, message: str
) -> None:
    if content is not None:
        fill(file, content)
    failed = one(await collect(player(file).go(thread_with())), EventType.EXECUTION_ERROR)
    assert message in failed["message"]
    assert failed["hint"]
    with pytest.raises(TylerError, match=message):
        await ReplayProvider(f"replay:{file}").prepare()


async def test_a_recording_that_was_cut_off_plays_up_to_there(file: Path) -> None:
    fill(file, VERSION_1[: VERSION_1.index('"calls"')])
    thread = thread_with()
    failed = one(await collect(player(file).go(thread)), EventType.EXECUTION_ERROR)
    assert failed["message"].startswith("This answer was stopped")
    assert thread.messages[-1].content == "Hi"


@pytest.mark.parametrize(
    "name", ["replay:", "replay:x?speed=fast", "replay:x?speed=-1", "replay:x?speed=0&loud=1"]
)
def test_a_name_that_says_something_else_is_wrong_use(name: str) -> None:
    with pytest.raises(UsageError):
        provider_for(name)


def test_a_question_mark_in_a_file_name_is_no_option() -> None:
    assert provider_for("replay:what?.jsonl") is provider_for("replay:what?.jsonl")


@pytest.mark.parametrize(
    ("content", "message"),
    [("A letter.\n", "is no recording"), ('{"type":"recording","version":2}\n', "newer version")],
)
def test_another_file_is_never_written_into(file: Path, content: str, message: str) -> None:
    file.write_text(content)
    with pytest.raises(UsageError, match=message):
        Recorder(file)
    assert file.read_text() == content


@pytest.mark.parametrize("place", ["missing/talk.jsonl", "."])
def test_a_recording_that_cannot_be_written_is_refused_at_once(tmp_path: Path, place: str) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        Recorder(tmp_path / place)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
async def test_a_full_disk_costs_no_answer_and_is_told_at_the_end(
    provider_server: ProviderServer, file: Path
) -> None:
    provider_server.script(answer("all of it"))
    recorder = Recorder(file)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, recorder._handle)
    os.close(full)
    result = await recorded_agent(provider_server, recorder).go(thread_with())
    assert result.content == "all of it"
    with pytest.raises(TylerError, match="not whole: No space left"):
        recorder.close()
