"""What the provider on loopback answers: the steps of a stream, and whole replies."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MARKDOWN = """# A tour

Some *emphasis*, **strong words**, `code`, and a [link](https://example.com/).

- one thing
- another thing
  1. nested first
  2. nested second

| name | value |
|------|------:|
| 日本 | 12 |
| emoji 🎉 | 7 |

```python
def greet(name: str) -> str:
    return f"hello {name}"
```

> A quotation that says little.

The end.
"""


@dataclass(frozen=True)
class Text:
    """Answer text, in pieces of `size` characters (all at once by default)."""

    text: str
    size: int = 0


@dataclass(frozen=True)
class Thinking:
    text: str


@dataclass(frozen=True)
class Call:
    """A fragment of a tool call; None leaves the field out."""

    index: int | None = 0
    id: str | None = None
    name: str | None = None
    arguments: str | None = None


@dataclass(frozen=True)
class UsageChunk:
    prompt_tokens: int = 10
    completion_tokens: int = 5
    cached_tokens: int = 0


@dataclass(frozen=True)
class Finish:
    reason: str = "stop"


@dataclass(frozen=True)
class Raw:
    """Bytes that go out as they are."""

    data: bytes


@dataclass(frozen=True)
class Pause:
    """Go on when the test sets the event."""

    until: threading.Event


@dataclass(frozen=True)
class Hang:
    """Send nothing more and keep the connection open until the client leaves."""


@dataclass(frozen=True)
class Disconnect:
    """Close the connection here, with a reset when asked."""

    reset: bool = False


@dataclass(frozen=True)
class Endless:
    """The same bytes again and again until the client leaves, so many times a second, or as fast
    as they go."""

    data: bytes
    rate: float = 0.0


Step = Text | Thinking | Call | UsageChunk | Finish | Raw | Pause | Hang | Disconnect | Endless


@dataclass
class Reply:
    """One answer. With a `body` it is not a stream. `split` cuts what is sent into pieces of so
    many bytes; `rate` is events a second, a Raw being one, 0 for as fast as it goes. A `silent`
    server takes the request and sends nothing, not even headers, until the client leaves."""

    steps: Sequence[Step] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    split: int = 0
    newline: str = "\n"
    comments: bool = False
    done: bool = True
    chunked: bool = False
    rate: float = 0.0
    silent: bool = False
    head: bytes | None = None


def answer(text: str, **options: Any) -> Reply:
    """A whole, well-formed answer with usage."""
    return Reply([Text(text), Finish(), UsageChunk()], **options)


def error(status: int, message: str, code: str = "", **headers: str) -> Reply:
    """An error in the format of the OpenAI API."""
    form = {"error": {"message": message, "type": "error", "code": code or None}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, body=json.dumps(form).encode())


def model_list(*names: str) -> Reply:
    """What a server says that it serves."""
    form = {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
    return Reply(body=json.dumps(form).encode())
