"""What a model is told of a function: its schema, from hints and docstring."""

import enum
import functools
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NewType, NotRequired, Optional, TypedDict

import pytest
from pydantic import BaseModel, Field

from tyler_tui.agent.schema import argument_descriptions, schema_of, summary_of, type_schema

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NULL = {"type": "null"}


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(enum.StrEnum):
    YES = "yes"


class Place(TypedDict):
    city: str
    country: NotRequired[str]


@dataclass
class Range:
    shared: ClassVar[int] = 3
    start: int
    end: int | None = None
    tags: list[str] = field(default_factory=list)
    width: int = field(init=False, default=0)


class Address(BaseModel):
    street: str


class Person(BaseModel):
    name: str = Field(description="In full")
    home: Address


UserId = NewType("UserId", int)


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (str, STRING),
        (int, INTEGER),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (None.__class__, NULL),
        (Any, {}),
        (UserId, INTEGER),
        (list, {"type": "array"}),
        (list[str], {"type": "array", "items": STRING}),
        (list[Any], {"type": "array"}),
        (list[list[int]], {"type": "array", "items": {"type": "array", "items": INTEGER}}),
        (set[str], {"type": "array", "items": STRING}),
        (frozenset[str], {"type": "array", "items": STRING}),
        (AbstractSet[str], {"type": "array", "items": STRING}),
        (Sequence[int], {"type": "array", "items": INTEGER}),
        (tuple[int, ...], {"type": "array", "items": INTEGER}),
        (tuple[int, int], {"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 2}),
        (
            tuple[int, str],
            {
                "type": "array",
                "items": {"anyOf": [INTEGER, STRING]},
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (dict, {"type": "object"}),
        (dict[str, Any], {"type": "object"}),
        (dict[str, int], {"type": "object", "additionalProperties": INTEGER}),
        (Mapping[str, int], {"type": "object", "additionalProperties": INTEGER}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal[1, 2], {"type": "integer", "enum": [1, 2]}),
        (Literal["a", 1, None], {"enum": ["a", 1, None]}),
        (Colour, {"type": "string", "enum": ["red", "blue"]}),
        (Level, {"type": "integer", "enum": [1, 2]}),
        (Word, {"type": "string", "enum": ["yes"]}),
        (int | str, {"anyOf": [INTEGER, STRING]}),
        (str | None, {"anyOf": [STRING, NULL]}),
        (Optional[str], {"anyOf": [STRING, NULL]}),  # noqa: UP045 - the older spelling counts too
        (Annotated[str, "The name"], {"type": "string", "description": "The name"}),
        (Annotated[str, {"not": "hashable"}], STRING),
        (list[Annotated[str, {"not": "hashable"}]], {"type": "array", "items": STRING}),
        (Annotated[int, Field(description="Of pydantic")],
         {"type": "integer", "description": "Of pydantic"}),
    ],
    ids=str,
)  # fmt: skip
def test_a_type_has_its_schema(hint: Any, schema: dict[str, Any]) -> None:
    assert type_schema(hint) == schema


def test_a_typed_dict_lists_its_keys_and_which_are_required() -> None:
    assert type_schema(Place) == {
        "type": "object",
        "properties": {"city": STRING, "country": STRING},
        "required": ["city"],
        "additionalProperties": False,
    }


def test_a_dataclass_lists_what_its_constructor_takes() -> None:
    assert type_schema(Range) == {
        "type": "object",
        "properties": {
            "start": INTEGER,
            "end": {"anyOf": [INTEGER, NULL]},
            "tags": {"type": "array", "items": STRING},
        },
        "required": ["start"],
        "additionalProperties": False,
    }


def test_the_definitions_of_a_pydantic_model_move_to_where_references_seek_them() -> None:
    def greet(people: list[Person], also: Person | None = None) -> None: ...

    schema = schema_of(greet)
    assert schema["$defs"]["Address"]["properties"]["street"]["type"] == "string"
    person = schema["properties"]["people"]["items"]
    assert person["properties"]["home"] == {"$ref": "#/$defs/Address"}
    assert person["properties"]["name"]["description"] == "In full"
    assert "$defs" not in str(schema["properties"]).replace("#/$defs/", "")


@dataclass
class Node:
    children: "list[Node]"


@pytest.mark.parametrize("hint", [Path, bytes, complex, object, Node, list[bytes], type], ids=str)
def test_a_type_that_json_has_no_form_for_is_refused_by_name(hint: Any) -> None:
    with pytest.raises(TypeError, match=r"JSON"):
        type_schema(hint)


def test_parameters_with_defaults_are_not_required_and_show_them() -> None:
    def find(
        text: str,
        limit: int = 10,
        ratio: float = 0.5,
        exact: bool = False,
        colour: Colour = Colour.RED,
        where: str | None = None,
        *more: int,
        also: str = "x",
        **rest: int,
    ) -> None: ...

    schema = schema_of(find)
    assert schema["required"] == ["text"]
    defaults = {name: form.get("default") for name, form in schema["properties"].items()}
    assert defaults == {
        "text": None, "limit": 10, "ratio": 0.5, "exact": False, "colour": "red", "where": None,
        "also": "x",
    }  # fmt: skip
    assert schema["additionalProperties"] is False


def test_a_function_without_parameters_has_a_schema_all_the_same() -> None:
    def now() -> str:
        return ""

    assert schema_of(now) == {"type": "object", "properties": {}, "additionalProperties": False}


def test_a_parameter_without_a_hint_takes_anything() -> None:
    assert schema_of(lambda anything: anything)["properties"] == {"anything": {}}


def test_a_parameter_can_be_left_out() -> None:
    def find(text: str, secret: Path) -> None: ...

    assert list(schema_of(find, without=["secret"])["properties"]) == ["text"]


def positional(text: str, /) -> None: ...


class Holder:
    def method(self, text: str) -> str:
        return text

    def __call__(self, text: Annotated[str, "What"]) -> str:
        return text


@pytest.mark.parametrize("function", [positional, Holder.method], ids=["positional", "unbound"])
def test_a_parameter_that_cannot_be_named_is_refused(function: Any) -> None:
    with pytest.raises(TypeError, match="cannot be given by its name"):
        schema_of(function)


def test_bound_methods_partials_and_callable_objects_are_functions_too() -> None:
    def find(text: str, limit: int) -> None: ...

    assert list(schema_of(Holder().method)["properties"]) == ["text"]
    assert schema_of(Holder())["properties"] == {"text": {"type": "string", "description": "What"}}
    partial = schema_of(functools.partial(find, limit=3))
    assert partial["properties"]["limit"] == {"type": "integer", "default": 3}
    assert partial["required"] == ["text"]


def test_a_hint_that_cannot_be_resolved_is_refused_by_name() -> None:
    def find(text: str) -> None: ...

    find.__annotations__["text"] = "Nowhere"
    with pytest.raises(TypeError, match="Nowhere"):
        schema_of(find)


DOCSTRING = """Look something up.

It has a second paragraph: with a colon.

Args:
    text (str, optional): What to look for,
        in one or more words.
            However deep.
    *limit: How many.

    **rest: Ignored: all of it.

Returns:
    nothing: at all
"""


def test_descriptions_come_from_the_docstring() -> None:
    assert argument_descriptions(DOCSTRING) == {
        "text": "What to look for, in one or more words. However deep.",
        "limit": "How many.",
        "rest": "Ignored: all of it.",
    }


def test_a_description_of_the_docstring_goes_before_that_of_the_hint() -> None:
    def find(text: Annotated[str, "of the hint"], more: Annotated[str, "stays"]) -> None:
        """Find.

        Args:
            text: of the docstring
        """

    forms = schema_of(find)["properties"]
    assert forms["text"]["description"] == "of the docstring"
    assert forms["more"]["description"] == "stays"


def test_the_description_of_a_parameter_does_not_leak_into_others_of_its_type() -> None:
    def find(first: str, second: str) -> None:
        """Find.

        Args:
            first: The first.
        """

    assert schema_of(find)["properties"]["second"] == STRING
    assert type_schema(str) == STRING


@pytest.mark.parametrize(
    ("docstring", "summary"),
    [
        (DOCSTRING, "Look something up.\n\nIt has a second paragraph: with a colon."),
        ("One line.", "One line."),
        ("", ""),
        ("Raises eyebrows: yes.\n\nRaises:\n    ValueError: no", "Raises eyebrows: yes."),
    ],
)
def test_the_summary_is_the_docstring_before_its_sections(docstring: str, summary: str) -> None:
    assert summary_of(docstring) == summary
