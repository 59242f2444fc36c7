"""Calls of tools that are wrong in every way that a stream allows. The real file tools answer."""

import json
from typing import Any

from tests.faults.fault import OPENAI_CLIENT, OWN_CLIENT, Fault
from tests.faults.tables.wire import USAGE, WORDS, calling, chunk, whole
from tests.provider_server import Call, Disconnect, Finish, Raw, Reply, Step, Text, error
from tyler_tui.agent.assembly import MAX_CALLS

LIST = '{"path": "."}'
READ = '{"path": "README.md"}'
LISTED = "README.md"
IS_READ = "It has a readme."
NO_JSON = "not valid JSON"
NO_TOOL = "There is no tool"


def calls(name: str, *fragments: Call | Raw, results: tuple[str, ...], **expected: Any) -> Fault:
    """One round of calls, and an answer."""
    return Fault(
        name, [calling(*fragments), whole()], text=WORDS, usage=USAGE, results=results, **expected
    )


def named(name: str, called: Any, result: str = NO_TOOL) -> Fault:
    return calls(name, form(function=function(name=called)), results=(result,))


def given(name: str, arguments: str, result: str = NO_JSON) -> Fault:
    return calls(name, Call(0, "c1", "files-list", arguments), results=(result,))


def form(**fields: Any) -> Raw:
    """A fragment with any JSON."""
    usual: dict[str, Any] = {"index": 0, "id": "c1", "type": "function"}
    return chunk(tool_calls=[usual | fields])


def function(arguments: Any = LIST, name: Any = "files-list") -> dict[str, Any]:
    return {"name": name, "arguments": arguments}


def ends(name: str, *steps: Step, **expected: Any) -> Fault:
    return Fault(name, [Reply(steps)], **expected)


def round_of(number: int) -> Reply:
    """Each round asks for something else: the same call three times would be asked about."""
    return calling(Call(0, "same id", "files-list", json.dumps({"path": ".", "depth": number})))


def after_tools(name: str, reply: Reply, kind: str, text: str = "") -> Fault:
    """The tools have run, and what they gave is kept, when the next request fails."""
    replies = [calling(Call(0, "c1", "files-list", LIST)), reply]
    return Fault(
        name, replies, error=kind, text=text, results=(LISTED,), usage=None if text else USAGE
    )


UNREAD = {"error": "protocol", "text": "", "usage": None, "results": (), "requests": 1}
"""LiteLLM cannot read it."""

FAULTS = [
    # Names
    named("a tool that does not exist", "files-destroy"),
    named("a name that is empty", ""),
    named("a name that is null", None),
    named("a name of 300 letters", "x" * 300),
    named("a name that is markup", "[/foo][@click=app.quit]x[/]"),
    named("a name with escape codes", "\x1b]52;c;aGk=\x07\x1b[2J"),
    named("a name with a NUL and a lone surrogate", "a\0\ud800"),
    named("a name that is a path", "../../etc/passwd"),
    named("a name with blanks around it", " files-list "),
    calls(
        "a name in two pieces",
        Call(0, "c1", "files"),
        Call(0, None, "-list", LIST),
        results=(LISTED,),
    ),
    calls(
        "the name in every piece",
        Call(0, "c1", "files-list", '{"path":'),
        Call(0, "c1", "files-list", '"."}'),
        results=(LISTED,),
    ),
    # Arguments
    given("arguments that are cut off", '{"path": "."'),
    given("arguments with something behind them", LIST + " and more"),
    given("arguments in single quotes", "{'path': '.'}"),
    given("arguments that hold NaN", '{"path": NaN}'),
    given("arguments deeper than anyone can read", '{"path": ' + "[" * 20_000),
    given("a list of arguments", "[1]", "must be a JSON object"),
    given("a number for arguments", "17", "must be a JSON object"),
    given("null for arguments", "null", "must be a JSON object"),
    given("an argument of another type", '{"path": {"a": 1}}', "`path` must be"),
    given("an argument that nobody knows", '{"path": ".", "x": 1}', "`x` is not a parameter"),
    given("an argument with a NUL", '{"path": "a\\u0000b"}', ""),
    given("an argument with a lone surrogate", '{"path": "a\\ud800b"}', ""),
    given("an argument that leads out of the workspace", '{"path": "../../.."}', "outside"),
    given("an argument of a megabyte", json.dumps({"path": "x" * 1_000_000}), ""),
    given("the same argument twice", '{"path": "nowhere", "path": "."}', LISTED),
    calls("an argument that is missing", Call(0, "c1", "files-read", "{}"), results=("`path` is",)),
    calls("no arguments at all", Call(0, "c1", "files-list"), results=(LISTED,)),
    calls(
        "arguments that are an object", form(function=function({"path": "."})), results=(LISTED,)
    ),
    calls(
        "arguments letter by letter",
        Call(0, "c1", "files-list", ""),
        *(Call(0, None, None, letter) for letter in LIST),
        results=(LISTED,),
    ),
    # Ids and indexes
    calls("no id", Call(0, None, "files-list", LIST), results=(LISTED,)),
    calls("an id that is empty", Call(0, "", "files-list", LIST), results=(LISTED,)),
    calls(
        "one id twice",
        Call(0, "c1", "files-list", LIST),
        Call(1, "c1", "files-read", READ),
        results=(LISTED, IS_READ),
    ),
    calls(
        "index 0 for all",
        Call(0, "c1", "files-list", LIST),
        Call(0, "c2", "files-read", READ),
        results=(LISTED, IS_READ),
    ),
    calls(
        "index 0 for all and no ids",
        Call(0, None, "files-list", LIST),
        Call(0, None, "files-read", READ),
        results=(LISTED, IS_READ),
    ),
    calls(
        "no index",
        Call(None, "c1", "files-list", LIST),
        Call(None, "c2", "files-read", READ),
        results=(LISTED, IS_READ),
    ),
    calls(
        "indexes with gaps",
        Call(7, "c1", "files-list", LIST),
        Call(3, "c2", "files-read", READ),
        results=(LISTED, IS_READ),
    ),
    calls(
        "mixed fragments",
        Call(0, "c1", "files-list", '{"path"'),
        Call(1, "c2", "files-read", "{"),
        Call(0, None, None, ': "."}'),
        Call(1, None, None, READ[1:]),
        results=(LISTED, IS_READ),
    ),
    calls(
        "arguments glued together",
        Call(0, "c1", "files-read", READ + READ),
        results=(IS_READ, IS_READ),
    ),
    calls(
        "an id that is a number",
        form(id=7, function=function()),
        results=(LISTED,),
        otherwise={OPENAI_CLIENT: UNREAD | {"error": "empty"}, OWN_CLIENT: UNREAD},
    ),
    calls(
        "a call without a function first",
        form(function=None),
        Call(0, "c1", "files-list", LIST),
        results=(LISTED,),
        otherwise={OWN_CLIENT: UNREAD},
    ),
    # How it ends
    Fault(
        "calls behind a finish reason of stop",
        [calling(Call(0, "c1", "files-list", LIST), finish="stop"), whole()],
        text=WORDS,
        usage=USAGE,
        results=(LISTED,),
    ),
    ends(
        "half a call at the limit of length",
        Text("so far"),
        Call(0, "c1", "files-list", '{"pa'),
        Finish("length"),
        text="so far",
        cut=True,
    ),
    ends(
        "a call and no finish reason",
        Text("so far"),
        Call(0, "c1", "files-list", LIST),
        text="so far",
        error="truncated",
    ),
    ends(
        "half a call and the connection closes",
        Call(0, "c1", "files-list", '{"pa'),
        Disconnect(),
        error="truncated",
    ),
    ends(
        "a call and the filter",
        Call(0, "c1", "files-list", LIST),
        Finish("content_filter"),
        error="content_filter",
    ),
    ends(
        "a call of the kind before tools",
        chunk(function_call=function()),
        Finish("function_call"),
        error="empty",
    ),
    ends(
        "a call that is written as text",
        Text('<tool_call>{"name": "files-list"}</tool_call>'),
        Finish(),
        text='<tool_call>{"name": "files-list"}</tool_call>',
    ),
    # Many
    calls(
        "hundreds at once",
        *(Call(n, f"c{n}", "files-list", json.dumps({"depth": n + 1})) for n in range(300)),
        results=(LISTED,) * 300,
    ),
    ends(
        "more than anyone needs at once",
        *(Call(n, f"c{n}", "files-list", LIST) for n in range(MAX_CALLS + 1)),
        Finish("tool_calls"),
        error="protocol",
    ),
    ends(
        "more than anyone needs, glued together",
        Call(0, "c1", "files-list", LIST * (MAX_CALLS + 1)),
        Finish("tool_calls"),
        error="protocol",
    ),
    Fault(
        "a loop that ends when tools are taken away",
        [*(round_of(n) for n in range(1, 4)), whole()],
        text=WORDS,
        usage=USAGE,
        results=(LISTED,) * 3,
        settings={"max_turns": 3},
    ),
    Fault(
        "a loop that goes on though tools are taken away",
        [round_of(n) for n in range(1, 5)],
        error="empty",
        results=(LISTED,) * 3,
        usage=USAGE,
        settings={"max_turns": 3},
    ),
    Fault(
        "the very same call again and again",
        [calling(Call(0, "c1", "files-list", LIST)) for _ in range(4)] + [whole()],
        text=WORDS,
        usage=USAGE,
        results=(LISTED, LISTED, "denied", "denied"),
        settings={"max_turns": 9},
    ),
    # Failures behind a tool
    after_tools("an error behind the tools", error(500, "it broke"), "server"),
    after_tools(
        "a lost connection behind the tools",
        Reply([Text("so far"), Disconnect(True)], chunked=True),
        "truncated",
        "so far",
    ),
    after_tools("nothing behind the tools", Reply([Finish()]), "empty"),
]
