"""What is odd about the bytes of a stream, though it says the same: it must be read all the same;
and bytes that are no stream."""

import gzip

from tests.faults.fault import OWN_CLIENT, Fault
from tests.faults.tables.wire import DONE, USAGE, WORDS, event_bytes, head, stream, whole, written
from tests.provider_server import Finish, Hang, Raw, Reply, Text, UsageChunk

STREAM_TYPE = "Content-Type: text/event-stream"
STREAM = stream()


def sent(body: bytes, *headers: str, split: int = 0) -> Reply:
    """Exactly these bytes behind the headers."""
    return Reply([Raw(body)], done=False, split=split, head=head("200 OK", *headers))


def read(name: str, reply: Reply, **own_client: object) -> Fault:
    """`own_client` is what is different with LiteLLM's own client."""
    return Fault(name, [reply], text=WORDS, usage=USAGE, otherwise={OWN_CLIENT: own_client})


def unreadable(name: str, body: bytes, **expected: object) -> Fault:
    """Behind some words comes an event that cannot be read."""
    reply = Reply([Text("so far"), Raw(body), Text("lost"), Finish()])
    usual: dict[str, object] = {"error": "protocol", "text": "so far"}
    return Fault(name, [reply], **(usual | expected))  # type: ignore[arg-type]


FAULTS = [
    read("lines end in CR LF", whole(newline="\r\n")),
    read("lines end in CR", whole(newline="\r")),
    read("comments between the events", whole(comments=True)),
    read("one byte at a time", whole(split=1)),
    read("two bytes at a time, in HTTP chunks", whole(split=2, chunked=True)),
    read(
        "three bytes at a time, CR LF and comments", whole(split=3, newline="\r\n", comments=True)
    ),
    read("no [DONE]", whole(done=False)),
    read("no space behind data:", sent(STREAM.replace(b"data: ", b"data:"), STREAM_TYPE)),
    read(
        "data in several lines",
        sent(STREAM.replace(b', "object"', b',\ndata: "object"'), STREAM_TYPE),
        text="",
        error="protocol",
    ),
    read("a byte order mark", sent(b"\xef\xbb\xbf" + STREAM, STREAM_TYPE)),
    read("more blank lines than it takes", sent(STREAM.replace(b"\n\n", b"\n\n\n\n"), STREAM_TYPE)),
    read(
        "fields that say nothing",
        sent(STREAM.replace(b"data: {", b"id: 7\nretry: 3\nx: y\ndata: {"), STREAM_TYPE),
        usage=None,
    ),
    read(
        "events have a name",
        sent(STREAM.replace(b"data: {", b"event: message\ndata: {"), STREAM_TYPE),
    ),
    read("text behind [DONE]", sent(STREAM + event_bytes({"choices": "nonsense"}), STREAM_TYPE)),
    read(
        "the connection stays open behind [DONE]",
        Reply([Text(WORDS), Finish(), UsageChunk(11, 7), DONE, Hang()]),
    ),
    read(
        "the connection stays open behind the last word",
        Reply([Text(WORDS), Finish(), UsageChunk(11, 7), Hang()]),
    ),
    read("no content type", sent(STREAM)),
    read("a content type for JSON", sent(STREAM, "Content-Type: application/json")),
    read("a content type for a web page", sent(STREAM, "Content-Type: text/html")),
    read("HTTP 1.0", Reply([Raw(STREAM)], done=False, head=b"HTTP/1.0 200 OK\r\n\r\n")),
    read(
        "compressed though nobody asked for it",
        sent(gzip.compress(STREAM), STREAM_TYPE, "Content-Encoding: gzip"),
    ),
    read(
        "a status of 201", Reply([Raw(STREAM)], done=False, head=head("201 Created", STREAM_TYPE))
    ),
    read("an event that is null", written(Raw(b"data: null\n\n"))),
    read("the first event has no words", written(Raw(b"data: {}\n\n"))),
    # What cannot be read
    unreadable("JSON that is none", b"data: {oops\n\n"),
    unreadable("JSON that is no object", b"data: [1, 2]\n\n"),
    unreadable("a number", b"data: 17\n\n"),
    unreadable("bytes that are no UTF-8", b'data: {"choices": "\xff\xfe"}\n\n'),
    unreadable(
        "half of a letter",
        event_bytes({"x": "é"}).replace(b"\xc3\xa9", b"\xc3"),
        otherwise={OWN_CLIENT: {"error": "", "text": "so farlost"}},
    ),
    unreadable("a NUL", b'data: {"choices":\x00[]}\n\n'),
    unreadable("deeper than anyone can read", b"data: " + b"[" * 20_000 + b"\n\n"),
    Fault("a NUL in the words", [whole("a\0b")], text="a\0b", usage=USAGE),
    Fault(
        "words that are escape codes",
        [whole("\x1b]52;c;aGk=\x07\x1b[2J")],
        text="\x1b]52;c;aGk=\x07\x1b[2J",
        usage=USAGE,
    ),
]
