"""A conversation as Markdown, HTML and JSON."""

import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.hostile.terminal_bytes import unmeant
from tyler_tui import Attachment, Message, MessageStatus, Thread, ToolCall, Usage
from tyler_tui.export import FORMS, exported
from tyler_tui.messages import Compaction, summary_message

MOMENT = datetime(2026, 8, 12, 10, 20, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n"
HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> </details> ```` ``` </style> "
    "[x](javascript:alert(1)) ![t](https://tracker.example/p.png) "
    "\x1b]52;c;aGFja2Vk\x07 \x9b31m \u202e"
)


def thread_of(*messages: Message, **fields: Any) -> Thread:
    thread = Thread(created_at=MOMENT, **fields)
    thread.attributes["model"] = "demo"
    for message in messages:
        thread.add_message(message)
    return thread


def conversation() -> Thread:
    image = Attachment("star.png", PNG, "image/png")
    call = ToolCall("c1", "files-read", {"path": "sky.py", "end_line": 12})
    lost = ToolCall("c2", "web-fetch", {"url": "https://example.com"})
    usage = Usage(400, 120, 520)
    decision = {"verdict": "allow_once", "ground": "answer"}
    metrics = {"duration_ms": 1_240.0, "decision": decision}
    return thread_of(
        Message("user", "What is *in* here?\nBe brief.", attachments=[image]),
        Message(
            "assistant",
            "Let me look.",
            tool_calls=[call, lost],
            reasoning_content="They want a summary.",
            usage=usage,
            metrics={"model": "demo", "latency_ms": 2_400.0, "cost_usd": 0.0012},
        ),
        Message("tool", "```\ndef f(): ...\n```", name="files-read", tool_call_id="c1",
                metrics=metrics),
        Message("assistant", "## Found\n\n- **one** file\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
        summary_message("It was about stars.", Compaction(4)),
        Message("user", "And then?"),
        Message("assistant", "Then it", status=MessageStatus.CANCELLED),
        name="starmap",
    )  # fmt: skip


def test_markdown_holds_the_answers_as_they_are_and_the_calls_folded() -> None:
    text = exported(conversation(), "md")
    assert text.startswith("# starmap\n\n*20")
    assert "520 tokens" in text
    assert "## You\n" in text
    assert "What is *in* here?\nBe brief." in text
    assert "*with the file star.png*" in text
    assert "## Assistant\n\n*" in text
    assert "demo · 2.4 s" in text
    assert "## Found\n\n- **one** file" in text
    assert "<summary>✓ files-read <code>sky.py</code> · 1.2 s</summary>" in text
    assert "<summary>◌ web-fetch" in text
    assert "````\n```\ndef f(): ...\n```\n````" in text, "the fence is longer than those inside"
    assert '"end_line": 12' in text
    assert "allowed by you, this once" in text
    assert "<summary>Thinking</summary>" in text
    assert "4 messages above were summarised" in text
    assert "*■ stopped · what had arrived is kept*" in text
    assert text.count("<details>") == text.count("</details>") == 4


def test_json_holds_all_and_gives_the_thread_back() -> None:
    thread = conversation()
    asked = thread.messages[0]
    thread.rewind_to(None)
    thread.add_message(Message("user", "another branch"))
    form = json.loads(exported(thread, "json"))
    assert (form["format"], form["version"]) == ("tyler-chat session", 1)
    again = Thread.from_dict(form["thread"])
    assert again.to_dict() == thread.to_dict()
    assert again.get_message(asked.id) is not None
    assert again.get_message(asked.id).attachments[0].content == PNG  # type: ignore[union-attr]


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br", "hr", "img", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text += data


def test_the_page_shows_markdown_and_code_and_folds_calls() -> None:
    page = Page(exported(conversation(), "html"))
    assert page.open == []
    tags = [tag for tag, _ in page.tags]
    assert tags.count("details") == 4
    assert "table" in tags
    assert "<h2>Found" in exported(conversation(), "html")
    assert "Found" in page.text
    assert "**" not in page.text
    assert "What is *in* here?" in page.text, "a prompt stands as it was typed"
    image = next(attributes for tag, attributes in page.tags if tag == "img")
    assert (image["src"] or "").startswith("data:image/png;base64,")


def test_the_page_suits_dark_and_light_and_forbids_what_it_does_not_need() -> None:
    text = exported(conversation(), "html")
    assert "prefers-color-scheme: dark" in text
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src &#x27;none&#x27;")
    assert "script-src" not in policy[1]
    assert not re.search(r"(?:src|href)=\"(?!data:image|https://|#)", text)


def _harmless(page: Page) -> None:
    assert page.open == []
    allowed = {"href": ("http://", "https://", "mailto:", "#"), "src": ("data:image/",)}
    for tag, attributes in page.tags:
        assert tag not in ("script", "iframe", "object", "embed", "link", "base", "form", "svg")
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in allowed:
                assert (value or "").casefold().startswith(allowed[name]), (tag, name, value)
            assert name != "style" or re.fullmatch(r"text-align:\w+;?", value or ""), value


def test_nothing_in_the_page_runs_or_loads() -> None:
    call = ToolCall("c", f"x{HOSTILE}", {HOSTILE: HOSTILE})
    thread = thread_of(
        Message("user", HOSTILE, attachments=[Attachment(HOSTILE, b"<svg/>", "image/svg+xml")]),
        Message("assistant", f"{HOSTILE}\n\n```{HOSTILE}\n{HOSTILE}\n```\n", tool_calls=[call],
                reasoning_content=HOSTILE, metrics={"model": HOSTILE}),
        Message("tool", HOSTILE, name="x", tool_call_id="c"),
        summary_message(HOSTILE, Compaction(4)),
        title=HOSTILE,
    )  # fmt: skip
    text = exported(thread, "html")
    page = Page(text)
    _harmless(page)
    for form in (text, exported(thread, "md")):
        assert unmeant(form.encode("utf-8", "surrogatepass")) == []
    assert "tracker.example" in text, "a picture elsewhere is a link"
    assert "<script>alert(1)</script>" in page.text
    for form in ("html", "md"):
        for control in ("\x1b", "\x9b", "\x07", "\u202e"):
            assert control not in exported(thread, form)
    assert "\x1b" not in exported(thread, "json")


@settings(max_examples=60)
@given(st.text(alphabet=st.sampled_from(list("<>&\"'`[]()!*_~|:/\\ \nahrefjsx=#1-")), max_size=80))
def test_no_text_breaks_out_of_the_page(text: str) -> None:
    call = ToolCall("c", text, {"a": text})
    thread = thread_of(
        Message("user", text), Message("assistant", text, tool_calls=[call]),
        Message("tool", text, tool_call_id="c"), title=text,
    )  # fmt: skip
    _harmless(Page(exported(thread, "html")))


@settings(max_examples=60)
@given(st.text(alphabet=st.sampled_from(list("<>&`~# \n-ax")), max_size=60))
def test_no_result_breaks_out_of_its_fold_in_markdown(text: str) -> None:
    thread = thread_of(
        Message("user", "go"),
        Message("assistant", "", tool_calls=[ToolCall("c", "x", {"a": text})]),
        Message("tool", text, tool_call_id="c"),
    )
    tokens = MarkdownIt().parse(exported(thread, "md"))
    html = [token.content.strip() for token in tokens if token.type == "html_block"]
    assert [block.split("\n")[0] for block in html] == ["<details>", "</details>"]


@pytest.mark.parametrize("form", FORMS)
def test_redacted_it_holds_no_secret(form: str) -> None:
    secret = "sk-abcdefghijklmnopqrst"
    call = ToolCall("c1", "x", {"password": "hunter22", "note": f"in /home/ada {secret}"})
    thread = thread_of(
        Message(
            "user", f"my key {secret}", attachments=[Attachment("ada@example.com.txt", b"PIN")]
        ),
        Message("assistant", "write to ada@example.com", tool_calls=[call]),
        Message("tool", "password: hunter22", name="x", tool_call_id="c1"),
        title=f"about {secret}",
    )
    text = exported(thread, form, redact=True)
    unseen = ("UElO", "/home/ada") if form == "svg" else ("UElO",)
    for part in ("abcdefghij", "hunter22", "ada@", "/home/ada", "UElO"):
        assert part not in text
        assert part in exported(thread, form) or part in unseen
    if form == "json":
        again = Thread.from_dict(json.loads(text)["thread"])
        assert again.messages[1].tool_calls is not None
        assert again.messages[1].tool_calls[0].arguments["password"] == "***"
        assert [m.id for m in again.messages] == [m.id for m in thread.messages]
        assert again.messages[2].tool_call_id == "c1"


def test_a_conversation_without_anything_is_no_error() -> None:
    for form in FORMS:
        assert exported(Thread(), form)
