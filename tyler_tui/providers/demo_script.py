"""What the demo says: its topics, its tool calls, and its words."""

import json
from collections.abc import Sequence

from tyler_tui.messages import Message
from tyler_tui.sanitize import sanitize

NOTES_FILE = "tyler-notes.md"

_TOPICS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("fail", ("fail", "error")),
    ("write", ("write", "save", "note")),
    ("files", ("file", "folder", "workspace", "directory", "project", "readme")),
    ("table", ("table",)),
    ("code", ("code", "python", "program", "function", "rust")),
    ("list", ("list", "outline")),
    ("unicode", ("cjk", "emoji", "unicode", "chinese", "japanese", "korean")),
    ("long", ("long", "essay", "story")),
    ("models", ("model", "key", "provider", "ollama", "openai", "anthropic")),
)


def topic_of(prompt: str) -> str:
    """The topic that a prompt is about; "tour" when it names none."""
    low = prompt.casefold()
    for topic, words in _TOPICS:
        if any(word in low for word in words):
            return topic
    return "tour"


def thinking(topic: str, prompt: str) -> str:
    words = " ".join(prompt.split()[:8])
    return (
        f"The user wrote “{words}”. I am the demo, so I need no network: I look for a topic that "
        f"I know. This one is “{topic}”. I shall answer from my script and show what a real "
        "model's answer would look like here."
    )


def calls(topic: str, results: Sequence[Message]) -> list[tuple[str, str]]:
    """(tool, arguments as JSON) of a topic's tool calls."""
    if topic in ("tour", "files"):
        listing = [("files-list", json.dumps({"path": "."}))]
        name = _readable(results)
        if results:
            return [("files-read", json.dumps({"path": name, "end_line": 12}))] if name else []
        return listing
    if topic == "write":
        return [("files-write", json.dumps({"path": NOTES_FILE, "content": _NOTES}))]
    return []


def _readable(results: Sequence[Message]) -> str | None:
    """A file of the listing that is worth a look: a README, else some other text."""
    for result in results:
        if result.name == "files-list":
            names = [line.rsplit("  ", 1)[0] for line in result.content.splitlines()]
            files = [name for name in names if not name.endswith("/")]
            texts = [
                name
                for name in files
                if name.lower().endswith((".md", ".txt", ".toml", ".py", ".rst", ".json"))
            ]
            readme = [name for name in texts if name.lower().startswith("readme")]
            return (readme or texts or [None])[0]
    return None


def before_tools(topic: str) -> str:
    if topic == "write":
        return "I write a few notes into your workspace. You are asked first, with the diff."
    return ""


def answer(topic: str, prompt: str, results: Sequence[Message]) -> str:
    """The answer of a topic, told from the real results of its tool calls."""
    match topic:
        case "write":
            return _after_writing(results)
        case "files":
            return f"{_about_files(results)}\n{_DEMO_NOTE}"
        case "table":
            return f"{_TABLE}\n{_DEMO_NOTE}"
        case "code":
            return f"{_CODE}\n{_DEMO_NOTE}"
        case "list":
            return f"{_LIST}\n{_DEMO_NOTE}"
        case "unicode":
            return f"{_UNICODE}\n{_DEMO_NOTE}"
        case "long":
            return _long()
        case "models":
            return _MODELS
        case _:
            return f"{_TOUR_HEAD}\n{_about_files(results)}\n{_TOUR}\n{_MODELS}"


def _about_files(results: Sequence[Message]) -> str:
    listing = next((result for result in results if result.name == "files-list"), None)
    if listing is None:
        return "No file tools were given to me, so I leave your files alone.\n"
    names = [sanitize(line).rsplit("  ", 1)[0] for line in listing.content.splitlines()]
    folders = [name for name in names if name.endswith("/")]
    files = [name for name in names if not name.endswith("/")]
    parts = [
        "## Your workspace\n",
        f"I looked with a real tool: it holds **{len(folders)} folders** and "
        f"**{len(files)} files**.\n",
    ]
    shown = [f"- `{name}`" for name in names[:6]]
    if len(names) > 6:
        shown.append(f"- and {len(names) - 6} more")
    parts.append("\n".join(shown))
    read = next((result for result in results if result.name == "files-read"), None)
    if read is not None and not read.metrics.get("failed"):
        first = next((line for line in sanitize(read.content).splitlines() if line.strip()), "")
        parts.append(f"\nI also read the head of one. It begins:\n\n> {first[:200]}\n")
    return "\n".join(parts)


def _after_writing(results: Sequence[Message]) -> str:
    result = next((result for result in results if result.name == "files-write"), None)
    if result is None:
        return "I have no tool to write with here. Start me without `--no-tools` to see it.\n"
    if result.metrics.get("denied"):
        return (
            "You said **no**, so nothing was written. A denied call is told to the model, which "
            "then looks for another way.\n"
        )
    if result.metrics.get("failed"):
        return f"That did not work: {sanitize(result.content)}\n"
    return (
        f"Done: `{NOTES_FILE}` is in your workspace. The tool panel (Ctrl+T) shows the call with "
        "its arguments and result.\n\nDelete the file when you have seen enough of it.\n"
    )


def _long() -> str:
    parts = ["# A long answer\n\nScroll up while it grows: the view stays where you put it.\n"]
    for number in range(1, 25):
        parts.append(
            f"\n## Part {number}\n\n"
            "A transcript that is drawn by lines costs the same at the end of an answer as at its "
            "beginning: what is finished is never looked at again, and only the rows that changed "
            "are sent to the terminal.\n\n"
            f"1. This is item one of part {number}.\n2. This is *item two*.\n"
            "3. And this is the **third**.\n\n"
            f"```python\ndef part_{number}() -> int:\n    return {number} * 2\n```\n"
        )
    parts.append("\nThat was all.\n")
    return "".join(parts)


BEFORE_FAILURE = (
    "## An answer that breaks off\n\nYou asked for a failure, so this answer ends in the middle "
    "of a"
)

_DEMO_NOTE = "\n*This is the demo: a script, not a model. Ask about `models` to set up a real one.*"

_NOTES = """# Notes from tyler-chat

- The demo wrote this file, after it asked.
- Sessions are saved as they happen; `tyler-chat -c` opens the latest one.
- `tyler-chat -s NAME` opens or starts a session by name.
"""

_TOUR_HEAD = """# Hello! This is tyler-chat

I am the **demo**: a script, not a model. No network, no key, the same words each time.
Everything around me is real, though: the tools, the session, the Ctrl+C.
"""

_TOUR = """## Try this

| Type | and see |
|:-----|:--------|
| `write notes` | an approval card with a diff |
| `long` | a long answer; scroll up, then press Ctrl+C |
| `code`, `table`, `unicode` | how answers look |
| `fail 401`, `fail midway` | how failures look |

- **Ctrl+C** stops an answer; what has arrived stays.
- **Ctrl+T** opens the tool calls, **Ctrl+P** finds every command, **F1** lists the keys.
- Sessions save themselves. `tyler-chat -c` takes up the latest, `-s NAME` one by its name.
"""

_MODELS = """## A real model

Set a key and name a model, any that LiteLLM knows:

```bash
export ANTHROPIC_API_KEY=…
tyler-chat -m anthropic/claude-sonnet-4-5
```

A server of your own needs no key. With Ollama, LM Studio, llama.cpp or vLLM on this machine:

```bash
OPENAI_API_BASE=http://localhost:11434/v1 tyler-chat -m openai/llama3.2
```

`TYLER_CHAT_MODEL` or `model = "…"` in the config makes it the default.
"""

_TABLE = """## Planets, briefly

| Planet | Radius (km) | Day (h) | Moons | A word |
|:-------|------------:|--------:|:-----:|:-------|
| Mercury | 2 440 | 4 223 | 0 | fast |
| Venus | 6 052 | 2 802 | 0 | hot |
| Earth | 6 371 | 24 | 1 | 地球 |
| Mars | 3 390 | 25 | 2 | red |
| Jupiter | 69 911 | 10 | 95 | large, with a spot that is a storm older than this program |
"""

_CODE = '''## The same thing three times

A greatest common divisor, in Python:

```python
def gcd(a: int, b: int) -> int:
    """Euclid's algorithm."""
    while b:
        a, b = b, a % b  # the remainder shrinks at each step
    return a
```

in Rust:

```rust
fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
```

and asked of a shell:

```bash
$ factor 84 36
84: 2 2 3 7
36: 2 2 3 3
```

Click *copy* on a block to have its source on the clipboard.
'''

_LIST = """## An outline

1. Begin with what is known
   - facts, with their sources
   - doubts, with their owners
     - and whom to ask
2. Say what is wanted
   - [x] a sentence for each goal
   - [ ] a test for each sentence
3. Do the smallest thing that could be wrong

> Plans are worthless, but planning is everything.
"""

_UNICODE = """## Wide, joined and marked

- 中文：终端里的宽字符占两格。
- 日本語：全角文字の幅は二つ分です。
- 한국어: 한글도 두 칸을 차지합니다.
- Emoji: 🎉 🚀 👩‍💻 🇩🇪 👍🏽 ❤️
- Combining: é ñ å, and the same again as e\u0301 n\u0303 a\u030a

| Script | Sample | Cells |
|:-------|:------:|------:|
| Han | 终端 | 4 |
| Kana | カナ | 4 |
| Hangul | 한글 | 4 |
| Emoji | 👩‍💻 | 2 |
"""
