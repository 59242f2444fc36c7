"""What a client and the server say to each other: JSON objects, told apart by `type`.

A client sends a `message` and hears `content` piece by piece until one of `complete`, `cancelled`
and `error` (with `ends_answer`) ends the answer. Messages that it sends meanwhile wait in the
queue. When an answer is cancelled or fails, what waited comes back in `returned`.

Unknown fields are ignored and fields may be added at any time; `VERSION` grows when one changes
its meaning or goes. Text is as the model and the tools wrote it: a page must show it as text,
never as HTML.
"""

import json
import re
from typing import Any, TypeAlias

import msgspec

from tyler_tui.agent.approval import Verdict
from tyler_tui.sanitize import one_line, storable

_ACTING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What JSON leaves as it is: controls of eight bits, and what turns or breaks a line."""
VERSION = 1
MAX_MESSAGE_BYTES = 1 << 20
"""The longest message that is taken from a client."""
HISTORY_LIMIT = 200
HISTORY_CHARACTERS = 512 * 1024
"""A window of the history holds no more, but for a single message that does. The client library of
Python takes messages of up to a MiB as it comes."""


# From the client


class ChatMessage(msgspec.Struct, tag="message"):
    """Send a prompt; while an answer runs it waits. An object without `type` is one of these.
    `session` and `model` count in the first message only."""

    content: str
    session: str | None = None
    """A name or id; a session of that name is started when there is none."""
    model: str | None = None


class Cancel(msgspec.Struct, tag="cancel"):
    """Stop the answer; what has arrived is kept."""


class Decide(msgspec.Struct, tag="decide"):
    """Answer an `approval`. `message` tells the model why not; `arguments` replace its own."""

    id: str
    verdict: Verdict
    message: str = ""
    arguments: dict[str, Any] | None = None


class GetHistory(msgspec.Struct, tag="history"):
    """Ask for earlier messages: the last `limit`, or those before the message with that id. There
    may come fewer when they are long."""

    before: str | None = None
    limit: int = 50


ClientMessage: TypeAlias = ChatMessage | Cancel | Decide | GetHistory


# From the server


class Waiting(msgspec.Struct):
    """A message in the queue. With the state come its first 200 characters, in `returned` it is
    whole."""

    id: str
    content: str


class Session(msgspec.Struct, tag="session"):
    """Which session this is; sent first, and again when its title is known."""

    id: str
    name: str | None
    title: str
    model: str
    protocol: int = VERSION


class State(msgspec.Struct, tag="state"):
    """What the conversation does (idle, answering, asking, cancelling) and what waits; sent when
    either changes."""

    state: str
    queue: list[Waiting]


class Content(msgspec.Struct, tag="content"):
    """A piece of the answer. `data` holds it once more, as Tyler's streaming guide sends it."""

    content: str
    data: dict[str, str]


class Thinking(msgspec.Struct, tag="thinking"):
    """A piece of the model's reasoning."""

    content: str


class ToolSelected(msgspec.Struct, tag="tool"):
    """The model calls a tool. `content` shows the arguments in short."""

    id: str
    name: str
    content: str
    arguments: Any


class Approval(msgspec.Struct, tag="approval"):
    """The call with this id must be decided about, or is denied after `timeout_s` seconds.
    `preview` shows exactly what will happen: a diff, a command. `session` and `always` say in words
    what `allow_session` and `allow_always` would cover; "" where that is this call alone. `scope`
    is the host or the folder that an answer for the session covers, where that is not the tool.
    With `asks_for`, a JSON schema, the call runs, and asks the user for something: `allow_once`
    with `arguments` answers, anything else does not."""

    id: str
    name: str
    arguments: Any
    summary: str
    preview: str
    scope: str
    session: str
    always: str
    timeout_s: float
    asks_for: Any = None


class ToolStarted(msgspec.Struct, tag="tool_started"):
    """The call is allowed, and runs."""

    id: str
    name: str


class ToolProgress(msgspec.Struct, tag="tool_progress"):
    """A running tool reports."""

    id: str
    name: str
    content: str
    progress: float | None
    total: float | None


class ToolResult(msgspec.Struct, tag="tool_result"):
    """What the tool returned, or why it did not."""

    id: str
    name: str
    content: str
    duration_ms: float
    failed: bool = False
    denied: bool = False


class Notice(msgspec.Struct, tag="notice"):
    """Something to know that ends nothing, such as `retry`, `stalled` or `iteration_limit`. `kind`
    is the event's name and `data` its data, as `tyler_tui.events.EventType` lists them; or `kind`
    is `session`, and `message` in `data` says what must be known of the one that was opened."""

    kind: str
    data: dict[str, Any]


class Complete(msgspec.Struct, tag="complete"):
    """The answer is whole."""

    duration_ms: float
    total_tokens: int
    usage: dict[str, Any]
    cost_usd: float | None
    tools_used: list[str]


class Cancelled(msgspec.Struct, tag="cancelled"):
    """The answer was stopped; what had arrived is kept."""

    duration_ms: float
    returned: list[Waiting] = []


class Error(msgspec.Struct, tag="error"):
    """What went wrong, and in `hint` what to do. `code` is a word for programs: one of a provider
    error's kinds, or bad_message, busy, not_found, usage, store, too_large, unavailable, internal,
    failed."""

    code: str
    content: str
    hint: str = ""
    retryable: bool = False
    retry_after_s: float | None = None
    ends_answer: bool = False
    returned: list[Waiting] = []


class History(msgspec.Struct, tag="history"):
    """Stored messages, oldest first, each with id, role, content, status, tool_calls and so on."""

    messages: list[dict[str, Any]]


ServerMessage: TypeAlias = (
    Session
    | State
    | Content
    | Thinking
    | ToolSelected
    | Approval
    | ToolStarted
    | ToolProgress
    | ToolResult
    | Notice
    | Complete
    | Cancelled
    | Error
    | History
)


class BadMessageError(ValueError):
    """A client sent what is no message of this protocol."""


def decode(text: str | bytes) -> ClientMessage:
    """Read what a client sent. Raises BadMessageError."""
    try:
        form = msgspec.json.decode(text)
        if isinstance(form, dict):
            form.setdefault("type", "message")
        message = msgspec.convert(form, ClientMessage)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessageError(one_line(str(error)) or "It is nested too deeply.") from error
    return message  # type: ignore[no-any-return]  # the type of a union is no class


def encode(message: ServerMessage) -> str:
    """A message as JSON on one line, in which nothing acts on a terminal: `curl` shows it there."""
    try:
        text = msgspec.json.encode(message).decode()
    except UnicodeEncodeError:  # half of a character, which no UTF-8 can carry
        text = storable(json.dumps(msgspec.to_builtins(message), ensure_ascii=False))
        text = msgspec.json.encode(json.loads(text)).decode()
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def type_of(message: ServerMessage | ClientMessage) -> str:
    """The `type` of a message."""
    return str(message.__struct_config__.tag)


def schema() -> dict[str, Any]:
    """The JSON schema of both directions, as `GET /protocol.json` gives it."""
    (client, server), components = msgspec.json.schema_components(
        (ClientMessage, ServerMessage), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tyler-chat over a WebSocket",
        "version": VERSION,
        "$defs": components | {"ClientMessage": client, "ServerMessage": server},
    }
