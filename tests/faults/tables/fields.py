"""Chunks whose fields are missing, null, of another type, or where nobody expects them."""

from typing import Any

from tests.faults.fault import OPENAI_CLIENT, OWN_CLIENT, Fault
from tests.faults.tables.wire import OUTLINE, USAGE, chunk, event, written
from tests.provider_server import Finish, Raw, Reply, Step, Text, UsageChunk
from tyler_tui.messages import Usage


def read(name: str, *steps: Step, text: str = "All of it.", **expected: Any) -> Fault:
    """`steps` come before the words and add nothing to them."""
    return Fault(name, [written(*steps, text="All of it.")], text=text, usage=USAGE, **expected)


def ends(name: str, *steps: Step, **expected: Any) -> Fault:
    return Fault(name, [Reply(steps)], **expected)


def choices(value: Any) -> Raw:
    return event(OUTLINE | {"choices": value})


def usage(value: Any, **fields: Any) -> Raw:
    return event(OUTLINE | {"choices": [], "usage": value} | fields)


def first(delta: Any, **fields: Any) -> Raw:
    return choices([{"index": 0, "delta": delta, "finish_reason": None} | fields])


UNREAD = {name: {"error": "protocol", "text": ""} for name in (OPENAI_CLIENT, OWN_CLIENT)}

FAULTS = [
    # Choices and deltas
    read("no choices", choices([])),
    read("choices are null", choices(None)),
    read("a chunk that is empty", event({})),
    read("a second choice in the same chunk", choices([
        {"index": 1, "delta": {"content": "another"}, "finish_reason": None},
    ])),
    read("a second choice that finishes first", chunk("length", index=1, content="another")),
    read("a delta that is null", first(None),
         otherwise={OWN_CLIENT: {"error": "protocol", "text": ""}}),
    read("a delta that is empty", first({})),
    read("a choice without a delta", choices([{"index": 0}])),
    read("only the role", chunk(role="assistant")),
    read("the role in every chunk", chunk(role="assistant"), chunk(role="assistant", content="")),
    read("an odd role", chunk(role="developer", content="")),
    read("content that is null", chunk(role="assistant", content=None)),
    read("fields that nobody knows", event(OUTLINE | {"x": 1, "choices": [
        {"index": 0, "delta": {"content": "", "y": {"z": []}}, "logprobs": None, "w": 2},
    ]})),
    read("an error that is null", event(OUTLINE | {"error": None, "choices": []})),
    read("no index", choices([{"delta": {"content": "", "role": "assistant"}}])),
    read("another id and model in the middle", event(OUTLINE | {
        "id": "other", "model": "other", "choices": [],
    })),
    ends("choices that are no list", choices(7), Text("All."), Finish(), text="All.",
         otherwise=UNREAD),
    ends("calls that are no list", first({"tool_calls": 7}), Text("All."), Finish(), text="All.",
         otherwise=UNREAD),
    # Words
    ends("a refusal", chunk(refusal="I will not."), Finish(), text="I will not."),
    ends("words in parts", chunk(role="assistant", content=[
        {"type": "text", "text": "One, "}, {"type": "text", "text": "two."}, "x", None,
    ]), Finish(), text="One, two."),
    ends("lone surrogates", chunk(role="assistant", content="a\ud800b"), Finish(), text="a\ufffdb"),
    ends("thinking", chunk(reasoning_content="Hm."), Text("Yes."), Finish(),
         text="Yes.", thinking="Hm."),
    ends("thinking by another name", chunk(reasoning="Hm."), Text("Yes."), Finish(),
         text="Yes.", thinking="Hm."),
    ends("thinking under two names", chunk(reasoning_content="Hm.", reasoning="Hm."),
         Text("Yes."), Finish(), text="Yes.", thinking="Hm."),
    ends("thinking in tags", Text("<think>Hm.</think>Yes."), Finish(),
         text="<think>Hm.</think>Yes."),
    ends("nothing but thinking", chunk(reasoning_content="Hm."), Finish(), error="empty",
         thinking="Hm."),
    ends("not a word", Finish(), error="empty"),
    ends("blanks", Text("  \n\n "), Finish(), error="empty", text="  \n\n "),
    ends("content that is a number", chunk(role="assistant", content=7), Finish(), error="empty"),
    # How it ends
    ends("no finish reason", Text("so far"), error="truncated", text="so far"),
    ends("an empty finish reason", Text("so far"), chunk(""), error="truncated", text="so far"),
    ends("an odd finish reason", Text("all"), Finish("weird_reason"), text="all"),
    ends("the finish reason twice", Text("all"), Finish(), Finish(), text="all"),
    ends("the finish reason with the last words", chunk("stop", role="assistant", content="all"),
         text="all"),
    ends("words behind the finish reason", Text("one "), Finish(), Text("two"), text="one two"),
    ends("the limit of length", Text("so far"), Finish("length"), text="so far", cut=True),
    ends("the limit of length before a word", Finish("length"), error="truncated"),
    ends("the filter", Text("so far"), Finish("content_filter"), error="content_filter",
         text="so far"),
    ends("calls are announced and none comes", Text("all"), Finish("tool_calls"), text="all"),
    # Usage
    ends("no usage", Text("all"), Finish(), text="all"),
    ends("usage that is null", Text("all"), Finish(), usage(None), text="all"),
    ends("usage before the words", UsageChunk(11, 7), Text("all"), Finish(), text="all",
         usage=USAGE),
    ends("usage in every chunk", *(
        event(OUTLINE | {
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}],
            "usage": {"prompt_tokens": 11, "completion_tokens": count, "total_tokens": 11 + count},
        })
        for count, text, reason in ((1, "a", None), (7, "b", "stop"))
    ), text="ab", usage=USAGE),
    ends("usage below zero", Text("all"), Finish(), usage({
        "prompt_tokens": -3, "completion_tokens": 4, "total_tokens": -1,
    }), text="all", usage=Usage(0, 4, 4)),
    ends("usage without a total", Text("all"), Finish(), usage({
        "prompt_tokens": 11, "completion_tokens": 7,
    }), text="all", usage=USAGE),
    # Errors in what looks like an answer
    ends("an error in the stream", Text("so far"), event({"error": {
        "message": "too busy", "type": "overloaded_error", "code": 529,
    }}), error="overloaded", says="too busy", text="so far"),
    ends("an error before a word", event({"error": {"message": "too busy", "code": 503}}),
         error="overloaded", says="too busy"),
    ends("an error that is a string", Text("so far"), event({"error": "it broke"}),
         error="server", says="it broke", text="so far"),
    ends("an event that is called error", Text("so far"),
         Raw(b'event: error\ndata: {"error": {"message": "it broke"}}\n\n'),
         error="server", says="it broke", text="so far"),
]  # fmt: skip
