"""Tools from functions, from Tyler's dict form, and in a box."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import Tool, ToolContext, as_tool, tool
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.providers import ToolSpec


def weather(city: str, days: int = 1) -> str:
    """Tell the weather.

    Args:
        city: Where.
        days: How many days.
    """
    return f"{city}: {days}"


FORM: dict[str, Any] = {
    "definition": {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "Tell the weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    },
    "implementation": weather,
}


def test_a_plain_function_is_a_tool_by_its_name_docstring_and_hints() -> None:
    made = as_tool(weather)
    assert made.spec == ToolSpec(
        "weather",
        "Tell the weather.",
        {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Where."},
                "days": {"type": "integer", "default": 1, "description": "How many days."},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
    )
    assert (made.risk, made.timeout_s, made.ends_turn) == ("read", 60.0, False)


def test_the_decorator_works_bare_and_with_settings() -> None:
    assert tool(weather).name == "weather"

    @tool(name="web-weather", description="Else", risk="fetch", timeout_s=None, ends_turn=True)
    def other(city: str) -> str:
        """Not this."""
        return city

    assert other.name == "web-weather"
    assert other.description == "Else"
    assert (other.risk, other.timeout_s, other.ends_turn) == ("fetch", None, True)


def test_the_scope_of_a_call_is_what_its_tool_says() -> None:
    scoped = tool(scope=lambda arguments: f"in {arguments['city']}")(weather)
    assert scoped.scope_of({"city": "Oslo"}) == "in Oslo"
    assert scoped.scope_of({"town": "Oslo"}) == '{"town": "Oslo"}', "no wider than the call"
    assert tool(weather).scope_of({"city": "Oslo"}) == ""


def test_a_decorated_function_can_still_be_called() -> None:
    assert tool(weather)("Oslo", days=2) == "Oslo: 2"


def test_a_tool_is_taken_as_it_is() -> None:
    made = tool(weather)
    assert as_tool(made) is made


def test_the_dict_form_of_tyler_is_understood() -> None:
    made = as_tool(FORM)
    assert made.name == "weather"
    assert made.description == "Tell the weather"
    assert made.parameters == FORM["definition"]["function"]["parameters"]
    assert made.function is weather
    assert not made.ends_turn


def test_the_attributes_and_time_out_of_the_dict_form_count() -> None:
    made = as_tool({**FORM, "attributes": {"type": "interrupt", "risk": "write"}, "timeout": 2})
    assert made.ends_turn
    assert made.risk == "write"
    assert made.timeout_s == 2
    assert as_tool({**FORM, "attributes": None, "timeout": None}).timeout_s is None


def test_a_dict_form_without_parameters_has_none() -> None:
    definition = {"type": "function", "function": {"name": "now"}}
    made = as_tool({"definition": definition, "implementation": lambda: "noon"})
    assert made.parameters == {"type": "object", "properties": {}}
    assert made.description == ""


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"definition": FORM["definition"]},
        {"implementation": weather},
        {"definition": {"function": {}}, "implementation": weather},
        {"definition": None, "implementation": weather},
        {"definition": "weather", "implementation": weather},
    ],
)
def test_a_dict_that_is_no_tool_is_refused_with_the_form_it_should_have(form: Any) -> None:
    with pytest.raises(ValueError, match=r'"definition".*"implementation"'):
        as_tool(form)


@pytest.mark.parametrize("value", [3, None, "web", ["a"]])
def test_what_is_no_tool_at_all_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="is no tool"):
        as_tool(value)


@pytest.mark.parametrize("name", ["", "a b", "größe", "a.b", "x" * 65, "<lambda>", "a\n"])
def test_a_name_that_a_provider_would_refuse_is_refused_here(name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a tool"):
        tool(name=name)(weather)


def test_a_partial_and_a_lambda_need_a_name() -> None:
    with pytest.raises(ValueError, match="no name"):
        as_tool(functools.partial(weather, days=3))
    with pytest.raises(ValueError, match="no name"):
        as_tool(lambda city: city)
    made = tool(name="weather3")(functools.partial(weather, days=3))
    assert made.parameters["properties"]["days"]["default"] == 3


@pytest.mark.parametrize("seconds", [0, -1, -0.5])
def test_a_time_out_must_leave_some_time(seconds: float) -> None:
    with pytest.raises(ValueError, match="weather must be more than 0"):
        tool(timeout_s=seconds)(weather)
    with pytest.raises(ValueError, match="weather must be more than 0"):
        as_tool({**FORM, "timeout": seconds})


def test_a_risk_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="risk of weather"):
        as_tool({**FORM, "attributes": {"risk": "delete"}})


def hinted(city: str, context: ToolContext) -> None: ...
def optional(city: str, anything: ToolContext | None = None) -> None: ...
def first_ctx(ctx, city: str) -> None: ...  # type: ignore[no-untyped-def]
def first_context(context, city: str) -> None: ...  # type: ignore[no-untyped-def]
def second_ctx(city: str, ctx) -> None: ...  # type: ignore[no-untyped-def]
def text_context(context: str, city: str) -> None: ...
def none(city: str) -> None: ...


@pytest.mark.parametrize(
    ("function", "parameter", "left"),
    [
        (hinted, "context", ["city"]),
        (optional, "anything", ["city"]),
        (first_ctx, "ctx", ["city"]),
        (first_context, "context", ["city"]),
        (second_ctx, None, ["city", "ctx"]),
        (text_context, None, ["context", "city"]),
        (none, None, ["city"]),
    ],
)
def test_the_context_goes_to_its_parameter_which_the_model_does_not_see(
    function: Callable[..., Any], parameter: str | None, left: list[str]
) -> None:
    made = as_tool(function)
    assert made.context_parameter == parameter
    assert list(made.parameters["properties"]) == left


def test_in_the_dict_form_a_parameter_of_the_model_is_never_taken_for_the_context() -> None:
    form = {"name": "ask", "parameters": {"type": "object", "properties": {"context": {}}}}
    definition = {"type": "function", "function": form}
    made = as_tool({"definition": definition, "implementation": first_context})
    assert made.context_parameter is None
    assert as_tool({**FORM, "implementation": first_ctx}).context_parameter == "ctx"


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two tools are called weather"):
        Toolbox([weather, FORM])


def test_a_box_gives_its_tools_by_name_and_in_order() -> None:
    box = Toolbox([weather, none, {**FORM, "definition": {"function": {"name": "third"}}}])
    assert len(box) == 3
    assert [made.name for made in box] == ["weather", "none", "third"]
    assert [spec.name for spec in box.specs] == ["weather", "none", "third"]
    assert isinstance(box.get("none"), Tool)
    assert box.get("nowhere") is None


def test_a_call_of_an_unknown_tool_is_told_which_there_are() -> None:
    with pytest.raises(ToolError, match=r"no tool 'rain'.*There are: none, weather"):
        Toolbox([weather, none]).check(ToolCall("1", "rain"))
    with pytest.raises(ToolError, match=r"There are: none$"):
        Toolbox([]).check(ToolCall("1", "rain"))


def test_a_call_with_bad_arguments_is_told_what_is_wrong_and_to_try_again() -> None:
    box = Toolbox([weather])
    with pytest.raises(ToolArgumentsError, match=r"`city` is missing\. Send the call again"):
        box.check(ToolCall("1", "weather"))
    broken = ToolCall("1", "weather", {}, problem="The arguments are not valid JSON: x")
    with pytest.raises(ToolArgumentsError, match=r"not valid JSON: x\. Send the call again"):
        box.check(broken)


def test_a_summary_falls_back_to_the_arguments_when_it_fails() -> None:
    def fails(arguments: Any) -> str:
        return str(1 / 0)

    made = tool(summarize=fails)(weather)
    assert made.summary({"city": "Köln"}) == '{"city": "Köln"}'
    assert tool(weather).summary({"city": "a\x1b[2J\nb"}) == '{"city": "a\\u001b[2J\\nb"}'


def test_a_summary_is_one_line_of_some_length() -> None:
    made = tool(summarize=lambda arguments: arguments["city"])(weather)
    assert made.summary({"city": "a\nb\x1b[2J"}) == "a b␛[2J"
    assert len(made.summary({"city": "x" * 10_000})) <= 300
