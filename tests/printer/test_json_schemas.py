"""What print mode writes as JSON is what its schemas say: every type of event, and the object."""

import asyncio
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.agent.scripted import (
    KEYS,
    OPTIONAL,
    QUICK,
    ScriptedProvider,
    agent_with,
    calls,
    says,
    words,
)
from tests.cli.program import Run
from tyler_tui import Agent, EventType, Message, ToolContext, paths
from tyler_tui.agent.tools import tool
from tyler_tui.conversation import Conversation
from tyler_tui.errors import LimitReachedError, ProviderError
from tyler_tui.events import ExecutionEvent
from tyler_tui.messages import Attachment, ToolCall, Usage
from tyler_tui.printer import print_answer
from tyler_tui.printer.forms import VERSION, JsonLines
from tyler_tui.providers import Delta
from tyler_tui.stdio.writer import Writer


@cache
def schema(name: str) -> dict[str, Any]:
    text = (paths.schemas_folder() / f"{name}.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


def check(name: str, form: Any) -> None:
    validator = jsonschema.Draft202012Validator(
        schema(name), format_checker=jsonschema.FormatChecker()
    )
    validator.validate(form)


def lines(out: str) -> list[dict[str, Any]]:
    """The events on standard output, each found good."""
    events = [json.loads(line) for line in out.splitlines()]
    for event in events:
        check("stream-json", event)
    return events


def types(events: list[dict[str, Any]]) -> set[str]:
    return {event["type"] for event in events}


def test_the_schema_knows_every_type_of_event_and_every_key_of_its_data() -> None:
    events = schema("stream-json")["$defs"]
    tied = {
        rule["if"]["properties"]["type"]["const"]: rule["then"]["properties"]["data"]["$ref"]
        for rule in schema("stream-json")["allOf"]
    }
    assert tied == {type.value: f"#/$defs/{type.value}" for type in EventType}
    for type, keys in KEYS.items():
        assert events[type.value]["required"] == keys, type
        assert set(events[type.value]["properties"]) - OPTIONAL.get(type, set()) == set(keys)


def test_the_version_is_that_of_the_program() -> None:
    for name in ("stream-json", "json"):
        assert schema(name)["properties"]["version"] == {"const": VERSION}


@pytest.mark.parametrize("type", list(KEYS), ids=lambda type: type.value)
def test_data_that_lacks_a_key_is_refused(type: EventType) -> None:
    event = {"version": 1, "thread_id": "t", "timestamp": "2026-01-01T00:00:00+00:00"}
    with pytest.raises(jsonschema.ValidationError):
        check("stream-json", {**event, "type": type.value, "data": {}})
    check("stream-json", {**event, "type": "a_type_of_tomorrow", "data": {}})


@tool(risk="write")
def write(text: str) -> str:
    """Write."""
    return text


@tool
async def measure(context: ToolContext) -> str:
    """Measure."""
    await context.report(1, 3.5, "at work")
    await context.report(None, None, "")
    return "42"


@tool
def explode() -> str:
    """Explode."""
    raise ValueError("it did")


async def printed(
    conversation: Conversation, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[dict[str, Any]]]:
    code = await print_answer(conversation, "go", output="stream-json")
    return code, lines(capsys.readouterr().out)


async def test_an_answer_with_tools_a_denial_and_a_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    provider = ScriptedProvider(
        [Delta(thinking="Hm."), *calls(("measure", "{}"), ("write", '{"text": "x"}'),
                                       ("explode", "{}"), ("nothing", "{"), text="Now: ")],
        says("Done."),
        price=0.1,
    )  # fmt: skip
    agent = agent_with(provider, tools=[write, measure, explode], max_tool_iterations=1)
    code, events = await printed(Conversation(agent), capsys)
    assert code == 3
    assert types(events) == {type.value for type in KEYS} - {
        "retry", "stalled", "loading", "compacting", "compacted", "execution_cancelled",
        "execution_error",
    }  # fmt: skip
    assert [event["type"].startswith("execution_") for event in events].index(True) == (
        len(events) - 1
    )


async def test_a_silent_provider_another_try_and_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    busy = ProviderError("Slow.", kind="rate_limit", retryable=True, retry_after_s=0.0)
    provider = ScriptedProvider([busy], [*words("a"), _forever])
    agent = agent_with(provider, retries=1, timeouts=QUICK)
    code, events = await printed(Conversation(agent), capsys)
    assert code == 75
    assert {"retry", "stalled", "execution_error"} <= types(events)
    assert events[-1]["data"]["exit_code"] == 75


async def _forever() -> None:
    await asyncio.Event().wait()


async def test_a_cancel(capsys: pytest.CaptureFixture[str]) -> None:
    provider = ScriptedProvider([*words("a"), lambda: conversation.cancel() and None, _forever])
    conversation = Conversation(agent_with(provider))
    code, events = await printed(conversation, capsys)
    assert (code, events[-1]["type"]) == (130, "execution_cancelled")


async def test_types_that_only_other_settings_bring(capsys: pytest.CaptureFixture[str]) -> None:
    conversation = Conversation(Agent(model_name="demo:fast"))
    form = JsonLines(Writer(sys.stdout), conversation)
    message = Message(
        "assistant",
        "x",
        tool_calls=[ToolCall("c", "f", {"a": 1}, "bad")],
        attachments=[Attachment("a.txt", b"\xff")],
        reasoning_content="r",
        usage=Usage(1, 2, 3, 1, 1, True),
        metrics={"cost_usd": None},
    )
    await form.hear(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=message))
    await form.hear(ExecutionEvent.now(EventType.LOADING, model="gguf:m.gguf", share=0.5))
    await form.hear(
        ExecutionEvent.now(EventType.COMPACTING, messages=2, tokens_before=9, automatic=True)
    )
    await form.hear(
        ExecutionEvent.now(
            EventType.RETRY, attempt=1, wait_s=0.0, reason="It failed.", model="another"
        )
    )
    await form.hear(
        ExecutionEvent.now(EventType.COMPACTED, messages=2, tokens_before=9, tokens_after=3)
    )
    await form.hear(ExecutionEvent.failure(LimitReachedError("The budget is spent.")))
    assert types(lines(capsys.readouterr().out)) == {
        "message_created", "loading", "compacting", "retry", "compacted", "execution_error"
    }  # fmt: skip


def _objects(cli: Run, home: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for arguments in (["table"], ["--max-turns", "1", "tour"], ["fail midway"], ["fail 401"]):
        outcome = cli("-m", "demo:fast", "--json", *arguments)
        yield outcome.code, json.loads(outcome.out)
    home.mkdir(exist_ok=True)
    outcome = cli("--json", "hi")
    yield outcome.code, json.loads(outcome.out)
    outcome = cli("-m", "gpt-4o", "--json", "hi")
    yield outcome.code, json.loads(outcome.out)


def test_every_way_to_end_has_its_object_and_its_exit_code(cli: Run, home: Path) -> None:
    found = []
    for code, form in _objects(cli, home):
        check("json", form)
        assert form["exit_code"] == code
        found.append((form["status"], code))
    assert found == [
        ("complete", 0), ("limit", 3), ("error", 75), ("error", 1), ("error", 2), ("error", 2),
    ]  # fmt: skip


def test_a_program_that_reads_events_hears_what_kept_them_from_coming(cli: Run) -> None:
    outcome = cli("--output-format", "stream-json", "hi")
    (event,) = lines(outcome.out)
    assert (outcome.code, event["thread_id"]) == (2, None)
    assert event["data"]["error_type"] == "NoModelError"
    assert outcome.err.startswith("Error: ")
