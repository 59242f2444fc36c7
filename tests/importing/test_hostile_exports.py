"""Whatever stands in an export: a conversation comes, or it is told why it does not."""

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.importing.test_own_json import everything
from tests.importing.web_exports import chatgpt, claude
from tyler_tui import ThreadStore
from tyler_tui.export import exported
from tyler_tui.importing import State, bring, opened
from tyler_tui.sanitize import sanitize

ODD: list[Any] = [
    None, True, 0, -1, 7, 1e300, 10**40, "", "x", "\x1b]0;owned\x07", "\ud800", "\u202eabc", [],
    {}, [[]], [None], {"a": None}, "2024-13-99", "9999-12-31T23:59:59+00:00", -1e18, "a" * 3000,
]  # fmt: skip


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all that stands in a value."""
    inner = (
        value.items() if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list) else ()
    )  # fmt: skip
    return [way, *(found for key, item in inner for found in places(item, (*way, key)))]


def spoiled(whole: Any, chance: random.Random) -> Any:
    """A copy in which a few things are others, or gone."""
    copied = copy.deepcopy(whole)
    for _ in range(chance.randint(1, 4)):
        way = chance.choice([place for place in places(copied) if place])
        inner = copied
        for step in way[:-1]:
            inner = inner[step]
        if chance.random() < 0.2:
            del inner[way[-1]]
        else:
            inner[way[-1]] = chance.choice(ODD)
    return copied


@pytest.mark.parametrize("kind", ["chatgpt", "claude", "tyler-chat"])
async def test_no_export_brings_the_import_down(kind: str, tmp_path: Path) -> None:
    whole: Any = {
        "chatgpt": chatgpt(),
        "claude": claude(),
        "tyler-chat": json.loads(exported(everything(), "json")),
    }[kind]
    chance = random.Random(kind)
    states: set[State] = set()
    async with await ThreadStore.create() as store:
        for number in range(100):
            path = tmp_path / f"{number}.json"
            path.write_text(json.dumps(spoiled(whole, chance)))
            _, reading = opened(path, kind)
            for found in reading.conversations:
                outcome = await bring(store, found)
                states.add(outcome.state)
                assert sanitize(outcome.label) == outcome.label
                if outcome.state in (State.ADDED, State.GROWN):
                    thread = await store.get_thread(outcome.thread_id)
                    assert thread.messages
                    for form in ("md", "svg"):
                        exported(thread, form)
                    assert thread.usage.total_tokens >= 0
                    assert thread.cost_usd is None or thread.cost_usd < 1e301
    assert {State.ADDED, State.UNCHANGED, State.SKIPPED} <= states
