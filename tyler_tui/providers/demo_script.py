"""What the demo says: its topics, its tool calls, and its words. Long texts lie in demo_texts."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PurePosixPath

from tyler_tui.messages import Message, is_summary_request
from tyler_tui.providers.demo_acts import ACTS, Done, Wish, after
from tyler_tui.sanitize import one_line

ENTRIES_SHOWN = 6
EXCERPT_LINES = 6

# The first that fits is taken. Whole words only: a suitable profile is neither a table nor a file.
_TOPICS: tuple[tuple[str, str], ...] = (
    ("fail", r"^(please )?(fail|error)\b|\b(a|an) (failure|error)\b"),
    ("edit", r"\b(edit|change|correct)\b.*\b(notes?|files?)\b"),
    ("write", r"\b(write|save|create|make)\b.*\b(notes?|files?)\b|^(please )?(write|save)\b\W*$"),
    ("command", r"^(please )?run\b|\b(a|any|some) (shell )?commands?\b"),
    ("long", r"\b(essay|story)\b|^(something )?long\b|\blong (answer|text)\b"),
    ("files", r"\b(files?|folders?|director(y|ies)|workspace|project|readme|repo(sitory)?)\b"
              r"|\b(read|open)\b.*\w\.\w"),
    ("code", r"\b(code|python|rust|typescript|javascript|sql|bash|functions?|script)\b"),
    ("table", r"\b(tables?|planets?)\b"),
    ("list", r"\b(lists?|outline|plan)\b"),
    ("models", r"\b(models?|api keys?|providers?|ollama|openai|anthropic|claude|gpt|gemini)\b"),
    ("unicode", r"\b(cjk|emojis?|unicode|chinese|japanese|korean)\b|[\u2e80-\ud7ff]"),
    ("tour", r"\b(tour|demo|everything|features?|help|markdown)\b|what can you do"),
    ("hello", r"^(hello|hi|hey|hallo|hola|bonjour|ciao|good (morning|day|evening))\b"),
)  # fmt: skip

_NAMED_FILE = re.compile(r"[\w./-]*\w\.[A-Za-z]\w{0,5}\b")

_THOUGHTS = {
    "hello": "A greeting. A good answer is short, and it should say something true of this folder "
    "rather than something nice about nothing. So I look first.",
    "tour": "They want to see everything. I start with the folder, for a tour of a place should "
    "begin with the place. Then headings, lists, a table, code and a quotation.",
    "files": "A question about files. I must not guess what is in them: there are tools for that.",
    "write": "They want something written. I can propose it, but the file is theirs: the program "
    "asks before it lets me, and shows the difference. I write and wait.",
    "edit": "A small change to a file that is there. I give the exact words that are to be "
    "replaced, so that nothing else can change.",
    "command": "A command shows what its output looks like while it comes. A harmless one, and "
    "slow enough to watch. They are asked first.",
    "code": "One small problem, solved in several languages, shows more than one long program.",
    "table": "Numbers and names side by side: that is a table. I keep the columns few.",
    "list": "An outline: steps in order, with what belongs to each below it.",
    "unicode": "This is about scripts whose characters are wider than a Latin letter, or are made "
    "of several. A few lines of each, and a table whose edge shows whether the widths agree.",
    "long": "They want length. An essay, then, about something that is at hand: the terminal.",
    "models": "They would like a real model. I tell what to set, and say it in commands.",
    "other": "I know no answer to this: I am a script, and my topics are few. Better to say so at "
    "once than to pretend, and to show what I can do.",
}

BEFORE_FAILURE = (
    "## An answer that breaks off\n\nYou asked to see a failure, so the connection breaks in the "
    "middle of this sentence, and what you see now is what you would have"
)

_DEMO_NOTE = "*I am the demo: a script, not a model. `models` tells how to set up a real one.*\n"

_WHO_I_AM = (
    "I am the **demo**: a script, with no network and no key. Everything around me is real: the "
    "tools, the session, the Ctrl+C. Try some of it:\n"
)

_OTHER = (
    "That is a question for a real model. I am the **demo**: a script with a few answers, the "
    "same each time. Everything around me is real, though:\n"
)

_LANGUAGES = {
    ".md": "markdown", ".txt": "text", ".rst": "rst", ".toml": "toml", ".json": "json",
    ".yaml": "yaml", ".yml": "yaml", ".py": "python", ".rs": "rust", ".go": "go", ".c": "c",
    ".js": "javascript", ".ts": "typescript", ".html": "html", ".css": "css", ".sh": "bash",
}  # fmt: skip


def topic_of(prompt: str) -> str:
    """The topic that a prompt is about; "other" when I know none."""
    line = " ".join(prompt.casefold().split())
    return next((topic for topic, form in _TOPICS if re.search(form, line)), "other")


def thinking(topic: str, done: Sequence[Done]) -> str:
    """What goes before a step of the answer."""
    if not done:
        return _THOUGHTS[topic]
    if topic == "hello":
        return "Now I know what is here. One look into a file, and I can greet them."
    return "These look worth reading. They do not depend on each other, so I ask for both at once."


def before_tools(topic: str, done: Sequence[Done]) -> str:
    """What is said before the calls of a step."""
    if topic in ACTS:
        return ACTS[topic].announced
    return "Let me look." if topic == "files" and not done else ""


def calls(topic: str, prompt: str, done: Sequence[Done]) -> list[Wish]:
    """The calls of the next step; none when it is time to answer."""
    if topic in ACTS:
        return [] if done else [ACTS[topic].wish(prompt)]
    if topic not in ("hello", "tour", "files") or _of("files-read", done):
        return []
    names = _NAMED_FILE.findall(prompt) if topic == "files" else []
    if not names and not done:
        return [("files-list", {"path": "."})]
    chosen = list(dict.fromkeys(names or _worth_reading(done)))[: 1 if topic == "hello" else 2]
    return [("files-read", {"path": name, "end_line": 12}) for name in chosen]


def answer(topic: str, done: Sequence[Done]) -> str:
    """The answer, told from the real results of the calls."""
    if topic in ACTS:
        return after(ACTS[topic], done)
    match topic:
        case "hello":
            return f"# Hello! 👋\n\n{_greeting(done)}\n{_text('menu')}"
        case "tour":
            return f"{_about_files(done)}\n{_text('tour')}\n## Your turn\n\n{_text('menu')}"
        case "files":
            return f"{_about_files(done)}\n{_DEMO_NOTE}"
        case "other":
            return f"{_OTHER}\n{_text('menu')}"
        case "models" | "long":
            return _text(topic)
        case _:
            return f"{_text(topic)}\n{_DEMO_NOTE}"


def summary(messages: Sequence[Message]) -> str:
    """What was asked so far, for when the conversation is to be shortened."""
    asked = [
        f"- {one_line(message.content, 80)}"
        for message in messages
        if message.role == "user" and not is_summary_request(message.content)
    ]
    return "\n".join(["You asked the demo:", "", *asked])


@cache
def _text(name: str) -> str:
    return (Path(__file__).parent / "demo_texts" / f"{name}.md").read_text(encoding="utf-8")


def _of(tool: str, done: Sequence[Done]) -> list[Done]:
    return [one for one in done if one.call.name == tool]


def _entries(done: Sequence[Done]) -> list[str] | None:
    """The names that a listing of this turn holds, folders with a slash; None without one."""
    for listing in _of("files-list", done):
        if listing.worked:
            lines = listing.result.content.splitlines()
            return [line.rsplit("  ", 1)[0] for line in lines if not line.startswith(("…", "("))]
    return None


def _worth_reading(done: Sequence[Done]) -> list[str]:
    """The listed files that hold text, a README first."""
    texts = [
        name for name in _entries(done) or () if PurePosixPath(name).suffix.lower() in _LANGUAGES
    ]
    return sorted(texts, key=lambda name: not name.lower().startswith("readme"))


def _greeting(done: Sequence[Done]) -> str:
    parts = [_look_around(done)]
    for read in _of("files-read", done):
        if read.worked and (line := _first_line(read.result.content)):
            parts.append(f"`{read.path}` begins:\n\n> {line}\n")
    return "\n".join([*parts, _WHO_I_AM])


def _look_around(done: Sequence[Done]) -> str:
    entries = _entries(done)
    if entries is None:
        return "No file tools were given to me here, so I know nothing of your folder.\n"
    if not entries:
        return "I looked around with a real tool: this folder is empty. A good place to begin.\n"
    folders = sum(name.endswith("/") for name in entries)
    counts = ((folders, "folder"), (len(entries) - folders, "file"))
    held = [f"**{number} {noun}{'s' * (number > 1)}**" for number, noun in counts if number]
    return f"I looked around with real tools. Here I see {' and '.join(held)}.\n"


def _about_files(done: Sequence[Done]) -> str:
    listed, reads = _of("files-list", done), _of("files-read", done)
    parts = []
    if listed or not reads:
        parts += ["# Your workspace\n", _look_around(done)]
    if entries := _entries(done):
        shown = [f"- `{one_line(name, 80)}`" for name in entries[:ENTRIES_SHOWN]]
        more = len(entries) - len(shown)
        parts.append("\n".join([*shown, f"- and {more} more"] if more else shown) + "\n")
    if len(reads) > 1:
        parts.append(f"{'Then ' if listed else ''}I read two files at once. They begin:\n")
    return "\n".join([*parts, *map(_excerpt, reads)])


def _excerpt(read: Done) -> str:
    if not read.worked:
        return f"**`{read.path}`** cannot be read: {one_line(read.result.content, 200)}\n"
    lines = [line[:120] for line in read.result.content.splitlines()[:EXCERPT_LINES]]
    text = "\n".join(lines).rstrip()
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    language = _LANGUAGES.get(PurePosixPath(read.path).suffix.lower(), "text")
    return f"**`{read.path}`**\n\n{fence}{language}\n{text}\n{fence}\n"


def _first_line(text: str) -> str:
    """The first line that is a sentence or a title, not a badge or a tag."""
    lines = (line.lstrip("#*>-/;\"' ") for line in text.splitlines())
    return next((one_line(line, 100) for line in lines if line[:1].isalpha()), "")
