"""What a tool returns, as the model reads it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.messages import ToolCall


async def returned(result: Any) -> str:
    """The text of a call whose tool returns `result`."""

    async def report(progress: float | None, total: float | None, message: str) -> None: ...

    box = Toolbox([tool(name="give")(lambda: result)])
    return await box.run(ToolCall("1", "give"), ToolContext("1", "give", Path("/tmp"), report))


@dataclass
class Span:
    start: int


class Person(BaseModel):
    name: str


class Rude:
    def __str__(self) -> str:
        raise OSError("no words")


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("as it is\n", "as it is\n"),
        ("", ""),
        (None, ""),
        (3, "3"),
        (2.5, "2.5"),
        (True, "true"),
        ({"grüße": [1, None]}, '{"grüße": [1, null]}'),
        (["a", 1], '["a", 1]'),
        (("a", "b"), '["a", "b"]'),
        (("content", [{"filename": "a.png"}]), "content"),
        (({"a": 1}, []), '{"a": 1}'),
        ({"path": Path("/tmp/x")}, '{"path": "/tmp/x"}'),
        (Span(3), '{"start": 3}'),
        (Person(name="Ada"), '{"name": "Ada"}'),
        (Path("/tmp/x"), "/tmp/x"),
    ],
    ids=repr,
)
async def test_what_a_tool_returns_is_text_for_the_model(result: Any, text: str) -> None:
    assert await returned(result) == text


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("result", "words"),
    [(Rude(), "OSError: no words"), ({(1, 2): 3}, "TypeError"), (LOOP, "ValueError: Circular")],
    ids=["no text", "no JSON", "circular"],
)
async def test_a_result_that_has_no_text_is_a_failure_of_the_tool(result: Any, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        await returned(result)
