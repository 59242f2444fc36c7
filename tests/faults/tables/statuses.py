"""Answers that are no stream, with every status, and when to try again."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.faults.fault import SHORT, Fault
from tests.faults.judging import KEY
from tests.faults.tables.wire import USAGE, WORDS, head, whole
from tests.provider_server import Hang, Raw, Received, Reply, error

PAGE = b"<!DOCTYPE html>\n<html><head><title>Bad</title></head><body>" + b"<p>x</p>" * 900

STATUSES = {
    400: "bad_request", 401: "authentication", 402: "quota", 403: "permission", 404: "not_found",
    408: "timeout", 409: "bad_request", 413: "context_length", 418: "bad_request",
    422: "bad_request", 429: "rate_limit", 451: "content_filter", 500: "server", 501: "server",
    502: "server", 503: "overloaded", 504: "timeout", 520: "server", 529: "overloaded",
}  # fmt: skip


def page(status: int = 200, body: bytes = PAGE) -> Reply:
    return Reply(status=status, body=body, headers={"Content-Type": "text/html"})


def refused(name: str, reply: Reply, kind: str, **expected: Any) -> Fault:
    return Fault(name, [reply], error=kind, **expected)


def retry_after(value: str, seconds: float | None) -> Fault:
    reply = error(429, "slow down", Retry_After=value)
    return refused(f"429, Retry-After: {value!r}", reply, "rate_limit", retry_after_s=seconds)


def tried_again(name: str, *replies: Reply) -> Fault:
    return Fault(name, [*replies, whole()], text=WORDS, usage=USAGE, settings={"retries": 2})


def until(seconds: int) -> Fault:
    """Retry-After is a date so many seconds from now."""

    def reply(_: Received) -> Reply:
        moment = datetime.now(UTC) + timedelta(seconds=seconds)
        return error(503, "later", Retry_After=format_datetime(moment, usegmt=True))

    asked = float(seconds) if seconds > 0 else None
    return Fault(
        f"503 until {seconds} s from now", [reply], error="overloaded", retry_after_s=asked
    )


FAULTS = [
    *(
        refused(f"{status}", error(status, "the server's words"), kind, says="the server's words")
        for status, kind in STATUSES.items()
    ),
    *(retry_after(value, 12.0) for value in ("12", " 12.0 ")),
    *(
        retry_after(value, None)
        for value in ("-1", "soon", "inf", "1e15", "", "Mon, 99 Foo 2026 99:99:99 GMT")
    ),
    until(90),
    until(-90),
    Fault(
        "no second try when the wait is an hour",
        [error(503, "later", Retry_After="3600")],
        error="overloaded",
        retry_after_s=3600.0,
        settings={"retries": 2},
    ),
    Fault(
        "no second try for what stays wrong",
        [error(401, "no")],
        error="authentication",
        settings={"retries": 2},
    ),
    tried_again("503 once", error(503, "busy", Retry_After="0")),
    tried_again("429 twice", *[error(429, "busy", Retry_After="0")] * 2),
    tried_again("500 once, then no Retry-After", error(500, "busy", Retry_After="0")),
    Fault(
        "503 for ever",
        [error(503, "busy", Retry_After="0")] * 3,
        error="overloaded",
        retry_after_s=0.0,
        settings={"retries": 2},
    ),
    # Bodies
    refused("a web page with 502", page(502), "server"),
    refused("a web page with 200", page(), "protocol", says="a web page"),
    refused("a web page with 404", page(404), "not_found"),
    refused("nothing with 500", Reply(status=500, body=b""), "server"),
    refused("nothing with 200", Reply(body=b""), "truncated"),
    refused("nothing with 204", Reply(status=204, body=b""), "truncated"),
    refused(
        "JSON with 200",
        Reply(body=b'{"choices": [{"message": {"content": "x"}}]}'),
        "protocol",
        says="no stream",
    ),
    refused(
        "an error with 200",
        Reply(body=b'{"error": {"message": "Your credit balance is too low"}}'),
        "quota",
        says="credit balance",
    ),
    refused("a string with 502", Reply(status=502, body=b'"words"'), "server", says="words"),
    refused(
        "half of JSON with 502", Reply(status=502, body=b'{"error": {"message": "cut'), "server"
    ),
    refused("no UTF-8 with 502", Reply(status=502, body=b"\xff\xfe\x00broken"), "server"),
    refused(
        "a body of 5 MB",
        Reply(status=502, body=b'{"error": {"message": "' + b"x" * 5_000_000 + b'"}}'),
        "server",
    ),
    refused("a web page of 5 MB", page(502, b"<html>" + b"<p>x</p>" * 600_000), "server"),
    refused("brackets without end", Reply(status=502, body=b"[" * 20_000), "server"),
    refused(
        "markup and escape codes",
        error(400, "[/foo] [@click=app.quit]x[/] \x1b]52;c;aGk=\x07\u202e"),
        "bad_request",
        says="[/foo]",
    ),
    refused(
        "the key in the words",
        error(401, f"bad key {KEY} of yours"),
        "authentication",
        says="bad key *** of yours",
    ),
    refused("the key in a web page", page(401, b"<html>" + KEY.encode()), "authentication"),
    refused(
        "a body that never ends",
        Reply(
            [Raw(b'{"error": {"message": "half'), Hang()],
            head=head("500 Whatever", "Content-Type: application/json", "Content-Length: 900"),
            done=False,
        ),
        "server",
        timeouts=SHORT,
    ),
    # What servers of several makes say
    refused(
        "the context is too short",
        error(400, "This model's maximum context length is 8192 tokens."),
        "context_length",
    ),
    refused(
        "no credit", error(429, "You exceeded your current quota.", "insufficient_quota"), "quota"
    ),
    refused(
        "a list of details",
        Reply(
            status=422,
            body=json.dumps(
                {
                    "detail": [
                        {"loc": ["body", "messages"], "msg": "field required"},
                        {"msg": "and more"},
                    ]
                }
            ).encode(),
        ),
        "bad_request",
        says="field required; and more",
    ),
    refused(
        "an error within an error",
        error(400, json.dumps({"error": {"message": "the cause"}})),
        "bad_request",
        says="It said: the cause",
    ),
]
