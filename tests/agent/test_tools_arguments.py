"""Arguments of a model: what is wrong with them, and what a function gets of them."""

import enum
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tyler_tui.agent.arguments import check, made
from tyler_tui.agent.schema import schema_of, type_schema


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Place(TypedDict):
    city: str
    tags: NotRequired[set[str]]


@dataclass
class Range:
    start: int
    colour: Colour = Colour.RED
    inner: "Range2 | None" = None


@dataclass
class Range2:
    words: tuple[str, ...] = field(default_factory=tuple)


class Person(BaseModel):
    name: str


UserId = NewType("UserId", int)


def find(
    text: str,
    limit: int = 3,
    mode: Literal["fast", "slow"] = "fast",
    where: str | None = None,
    size: int | str = 0,
    pairs: list[tuple[int, int]] | None = None,
    place: Place | None = None,
    scores: dict[str, float] | None = None,
) -> None: ...


SCHEMA = schema_of(find)


@pytest.mark.parametrize(
    "arguments",
    [
        {"text": "a"},
        {"text": "", "limit": 0, "mode": "slow", "where": None, "size": "L"},
        {"text": "a", "limit": 3.0},
        {"text": "a", "pairs": []},
        {"text": "a", "pairs": [[1, 2], [3, 4]]},
        {"text": "a", "place": {"city": "Köln"}},
        {"text": "a", "scores": {"x": 1, "y": 0.5}},
    ],
)
def test_arguments_that_fit_have_no_problem(arguments: dict[str, Any]) -> None:
    assert check(arguments, SCHEMA) == ""


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "`text` is missing"),
        ({"text": None}, "`text` must be a string, not null"),
        ({"text": 3}, "`text` must be a string, not an integer"),
        ({"text": ["a"]}, "`text` must be a string, not an array"),
        ({"text": "a", "limit": "3"}, "`limit` must be an integer, not a string"),
        ({"text": "a", "limit": 3.5}, "`limit` must be an integer, not a number"),
        ({"text": "a", "limit": True}, "`limit` must be an integer, not a boolean"),
        ({"text": "a", "mode": "FAST"}, "`mode` must be one of 'fast', 'slow', not 'FAST'"),
        ({"text": "a", "where": 3}, "`where` must be a string or null, not an integer"),
        ({"text": "a", "size": []}, "`size` must be an integer or a string, not an array"),
        ({"text": "a", "pairs": [[1, 2], [3, "x"]]},
         "`pairs[1][1]` must be an integer, not a string"),
        ({"text": "a", "pairs": [[1]]}, "`pairs[0]` must hold 2 items, not 1"),
        ({"text": "a", "place": {}}, "`place.city` is missing"),
        ({"text": "a", "place": {"city": "x", "zip": 1}},
         "`place.zip` is not a parameter; there are: `city`, `tags`"),
        ({"text": "a", "scores": {"x": "high"}}, "`scores.x` must be a number, not a string"),
        ({"text": "a", "txet": "b"},
         "`txet` is not a parameter; there are: `text`, `limit`, `mode`, `where`, `size`, "
         "`pairs`, `place`, `scores`"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_problem_names_the_place_what_is_wanted_and_what_came(
    arguments: dict[str, Any], problem: str
) -> None:
    assert check(arguments, SCHEMA) == problem


@pytest.mark.parametrize(
    ("value", "schema", "fits"),
    [
        (None, {"type": ["string", "null"]}, True),
        (3, {"type": ["string", "null"]}, False),
        ("a", {"oneOf": [{"type": "string"}, {"type": "integer"}]}, True),
        ([], {"oneOf": [{"type": "string"}, {"type": "integer"}]}, False),
        ("a", {"const": "a"}, True),
        ("b", {"const": "a"}, False),
        (True, {"enum": [1]}, False),
        (1, {"enum": [True]}, False),
        (True, {"type": "integer"}, False),
        (True, {"type": "a kind of tomorrow"}, True),
        ({"a": 1}, {}, True),
        ({"a": 1}, {"properties": {"a": True}}, True),
        ({"a": 1}, {"$ref": "#/$defs/A"}, True),
        (["a"], {"type": "array", "items": True}, True),
        ([1, 2, 3], {"type": "array", "maxItems": 2}, False),
        (float("nan"), {"type": "integer"}, False),
    ],
)
def test_schemas_that_others_wrote_are_understood_as_far_as_they_go(
    value: Any, schema: dict[str, Any], fits: bool
) -> None:
    assert (check(value, schema) == "") is fits


def test_a_problem_does_not_repeat_what_is_long_or_hostile() -> None:
    for arguments in (
        {"text": "a", "mode": "x" * 100_000},
        {"text": "a", "\x1b]0;owned\x07" + "y" * 100_000: 1},
        {"text": "a", "mode": "\x1b[2J"},
    ):
        problem = check(arguments, SCHEMA)
        assert problem
        assert len(problem) < 400
        assert "\x1b" not in problem


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "other"]), ANYTHING))
def test_whatever_a_model_sends_is_judged_and_never_crashes(arguments: dict[str, Any]) -> None:
    problem = check(arguments, SCHEMA)
    assert problem or "text" in arguments
    assert "\n" not in problem


@pytest.mark.parametrize(
    ("value", "hint", "expected"),
    [
        ("a", str, "a"),
        (3.0, int, 3),
        (3, float, 3),
        (3, UserId, 3),
        ([1], Any, [1]),
        ("red", Colour, Colour.RED),
        (1, Level, Level.LOW),
        ("fast", Literal["fast"], "fast"),
        ("red", Colour | None, Colour.RED),
        (None, Colour | None, None),
        (["red", "blue"], list[Colour], [Colour.RED, Colour.BLUE]),
        (["a", "a"], set[str], {"a"}),
        (["a"], AbstractSet[str], frozenset({"a"})),
        (["a"], Sequence[str], ["a"]),
        ([1, "red"], tuple[int, Colour], (1, Colour.RED)),
        ([1.0, 2], tuple[int, ...], (1, 2)),
        ([1], list, [1]),
        ({"x": "red"}, dict[str, Colour], {"x": Colour.RED}),
        ({"x": ["a"]}, Mapping[str, set[str]], {"x": {"a"}}),
        ({"x": 1}, dict, {"x": 1}),
        ("red", Annotated[Colour, "which"], Colour.RED),
        ({"city": "Köln", "tags": ["a"]}, Place, {"city": "Köln", "tags": {"a"}}),
        ({"start": 1}, Range, Range(1)),
        (
            {"start": 2.0, "colour": "blue", "inner": {"words": ["a"]}},
            Range,
            Range(2, Colour.BLUE, Range2(("a",))),
        ),
        ({"name": "Ada"}, Person, Person(name="Ada")),
        ([{"name": "Ada"}], list[Person] | None, [Person(name="Ada")]),
        ("red", int | Colour, Colour.RED),
    ],
    ids=repr,
)
def test_a_value_is_made_into_what_its_hint_promises(value: Any, hint: Any, expected: Any) -> None:
    assert check(value, type_schema(hint)) == "", "it fits, as the schema said"
    result = made(value, hint)
    assert result == expected
    assert type(result) is type(expected) or hint is float
