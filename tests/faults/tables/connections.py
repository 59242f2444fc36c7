"""Connections that are refused, lost, silent, or without an end."""

from collections.abc import Mapping
from typing import Any

from tests.faults.fault import DIRECT, OWN_CLIENT, SHORT, Fault
from tests.faults.tables.wire import USAGE, WORDS, chunk, head, whole
from tests.provider_server import Disconnect, Endless, Hang, Raw, Reply, Step, Text
from tyler_tui.providers.openai_format import MOST_REDIRECTS


def breaks(
    name: str,
    *steps: Step,
    kind: str,
    text: str = "",
    otherwise: Mapping[str, Any] | None = None,
    **options: Any,
) -> Fault:
    reply = Reply(steps, done=False, **options)
    return Fault(name, [reply], error=kind, text=text, otherwise=otherwise or {})


def stalls(name: str, *steps: Step, text: str = "", says: str = "", **options: Any) -> Fault:
    reply = Reply(steps, done=False, **options)
    return Fault(name, [reply], error="timeout", text=text, says=says, timeouts=SHORT)


HERE, NOWHERE = "/v1/chat/completions", "http://127.0.0.1:1/v1/chat/completions"
SO_FAR = chunk(content="so far").data


def sent_on(to: str) -> Reply:
    """A redirect that keeps the request."""
    return Reply(status=307, headers={"Location": to}, body=b"")


BEFORE, BETWEEN = f"{SHORT.first_token:g} s", f"{SHORT.idle:g} s"

FAULTS = [
    # Lost
    breaks("closed before the headers", Disconnect(), kind="network", head=b""),
    breaks("reset before the headers", Disconnect(reset=True), kind="network", head=b""),
    breaks(
        "closed within the headers", Disconnect(), kind="network", head=b"HTTP/1.1 200 OK\r\nCont"
    ),
    breaks("no HTTP at all", Disconnect(), kind="network", head=b"SSH-2.0-OpenSSH_9.2\r\n"),
    breaks("closed before a word", Disconnect(), kind="truncated"),
    breaks("closed in the middle", Text("so far"), Disconnect(), kind="truncated", text="so far"),
    breaks(
        "reset in the middle",
        Text("so far"),
        Disconnect(reset=True),
        kind="truncated",
        text="so far",
        chunked=True,
    ),
    breaks(
        "closed within an HTTP chunk",
        Text("so far"),
        Disconnect(),
        kind="truncated",
        text="so far",
        chunked=True,
    ),
    breaks(
        "closed within an event",
        Text("so far"),
        Raw(b'data: {"choices": [{"del'),
        Disconnect(),
        kind="truncated",
        text="so far",
        otherwise={OWN_CLIENT: {"error": "protocol"}},
    ),
    breaks(
        "shorter than it said",
        Text("so far"),
        kind="truncated",
        text="so far",
        headers={"Content-Length": "90000"},
    ),
    breaks(
        "an HTTP chunk of no size",
        Raw(b"%x\r\n%s\r\n" % (len(SO_FAR), SO_FAR)),
        Raw(b"zz\r\nwhat?\r\n"),
        kind="truncated",
        text="so far",
        rate=5,  # of what arrives together with what it cannot take, a parser may give nothing
        head=head("200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked"),
    ),
    # Sent on
    Fault("sent on within the server", [sent_on(HERE), whole()], text=WORDS, usage=USAGE),
    Fault(
        "sent round in circles",
        [sent_on(HERE)] * 21,
        error="protocol",
        says="in a circle",
        otherwise={DIRECT: {"replies": [sent_on(HERE)] * (MOST_REDIRECTS + 1)}},
    ),
    Fault(
        "sent on to nowhere",
        [sent_on(NOWHERE)],
        error="network",
        # It asks once more wherever it could not connect, and says nothing of that.
        otherwise={OWN_CLIENT: {"replies": [sent_on(NOWHERE)] * 2}},
    ),
    Fault("sent on without an address", [Reply(status=307, body=b"")], error="bad_request"),
    # Silent
    stalls("silent before the headers", silent=True, says=BEFORE),
    stalls("silent before a word", Hang(), says=BEFORE),
    stalls("silent in the middle", Text("so far"), Hang(), text="so far", says=BETWEEN),
    stalls(
        "silent within an event",
        Text("so far"),
        Raw(b'data: {"cho'),
        Hang(),
        text="so far",
        says=BETWEEN,
    ),
    stalls(
        "comments and nothing else",
        Text("so far"),
        Endless(b": ping\n\n", 50),
        text="so far",
        says=BETWEEN,
    ),
    stalls("empty chunks and nothing else", Endless(chunk(content="").data, 50), says=BEFORE),
    stalls("an event that drips and never ends", Endless(b"data: {", 50), says=BEFORE),
    stalls(
        "headers that drip and never end",
        Endless(b"X-Wait: 1\r\n", 50),
        says=BEFORE,
        head=b"HTTP/1.1 200 OK\r\n",
    ),
]
