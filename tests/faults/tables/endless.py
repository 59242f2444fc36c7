"""Answers without an end, and with more in them than anyone expects."""

from typing import Any

from tests.faults.fault import Fault
from tests.faults.tables.wire import USAGE, chunk, whole
from tests.provider_server import Endless, Raw, Reply, Step
from tyler_tui.config import TimeoutSettings

LIMIT = 20_000
LIMITED = {"max_characters": LIMIT}
MANY = "".join(f"{number} " for number in range(800))
MEGABYTES = "Lorem ipsum, 日本. " * 250_000
TOO_MUCH = "x" * 6_000_000


def for_ever(name: str, *steps: Step, kind: str = "truncated", **expected: Any) -> Fault:
    return Fault(name, [Reply(steps)], error=kind, **expected)


def flood(*deltas: dict[str, Any]) -> Endless:
    return Endless(b"".join(chunk(**delta).data for delta in deltas))


FAULTS = [
    for_ever(
        "words without end",
        flood({"content": "word "}),
        text=("word " * LIMIT)[:LIMIT],
        says="20,000 characters",
        settings=LIMITED,
    ),
    for_ever(
        "thinking without end",
        flood({"reasoning_content": "hm "}),
        thinking=("hm " * LIMIT)[:LIMIT],
        says="20,000 characters",
        settings=LIMITED,
    ),
    for_ever(
        "a call without end",
        flood(
            {
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "c1",
                        "function": {"name": "files-list", "arguments": "a" * 99},
                    },
                ]
            }
        ),
        says="20,000 characters",
        settings=LIMITED,
    ),
    for_ever(
        "words that drip without end",
        Endless(chunk(content="word ").data, 50),
        text=None,
        says="1.2 s",
        timeouts=TimeoutSettings(first_token=60, idle=60, answer=1.2),
    ),
    for_ever("an event without end", Raw(b'data: {"'), Endless(b"x" * 262_144), kind="protocol"),
    for_ever("lines without end", Endless(b"data: x\n" * 30_000), kind="protocol"),
    for_ever(
        "more in one piece than is taken",
        chunk(content=TOO_MUCH),
        text=TOO_MUCH[:5_000_000],
        says="5,000,000 characters",
    ),
    Fault("megabytes in one piece", [Reply([chunk("stop", content=MEGABYTES)])], text=MEGABYTES),
    Fault("thousands of pieces", [whole(MANY)], text=MANY, usage=USAGE),
    Fault(
        "thousands of letters",
        [Reply([*(chunk(content=letter) for letter in MANY), chunk("stop")])],
        text=MANY,
    ),
]
