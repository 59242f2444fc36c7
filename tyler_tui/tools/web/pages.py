"""What a page says, as text for a model.

Parsers written in C read pages that anyone may have made, and some pages keep them busy for
minutes. So that is done apart, where it can be stopped.
"""

import json
import re
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tools.apart import run_worker
from tyler_tui.tools.files.documents import text_read_out
from tyler_tui.tools.files.kinds import document_kind
from tyler_tui.tools.text import encoding_of
from tyler_tui.tools.web.decoding import text_of
from tyler_tui.tools.web.visiting import Answer, amount
from tyler_tui.web_settings import WebSettings

EXTRACTING_S = 10.0
"""How long the text of a page may be looked for, each of the two ways."""

SHORT = 4000
"""Characters up to which a page is given whole, menus and all: nothing of it can be missed."""

MAX_TEXT_BYTES = 50_000_000
"""More JSON than any page of the largest size becomes."""

MAX_DOCUMENT_BYTES = 32_000_000

_DOCUMENTS = ("application/pdf", "application/vnd.")
_HTML = ("text/html", "application/xhtml+xml")
_TEXT = re.compile(
    r"text/.*|.*[/+](json|xml|yaml|javascript|ecmascript|toml|markdown|x-ndjson|sql|csv)|"
    r"application/(x-sh|x-yaml|x-javascript|json5|jsonlines|x-tex|graphql)"
)
_LINK = re.compile(r"\]\(")
_FIRST_TAG = re.compile(rb"<(!doctype html|html|head|body)\b", re.IGNORECASE)
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Page:
    """`text` is Markdown where the page was HTML. `note` says what is not as one might think."""

    text: str
    title: str = ""
    note: str = ""


def check_type(answer: Answer) -> None:
    """Raises ToolError for what is known to be no text before any of it has come."""
    kind = answer.content_type
    if kind.startswith(("image/", "audio/", "video/", "font/")) and "+xml" not in kind:
        raise _binary(answer, kind)


def limit_for(answer: Answer, settings: WebSettings) -> int:
    """How many bytes to read. Half a document cannot be read, so one may be longer than a page."""
    limit, kind = int(settings.max_page_mb * 1_000_000), answer.content_type
    is_document = kind.startswith(_DOCUMENTS) and not _TEXT.fullmatch(kind)
    return max(limit, MAX_DOCUMENT_BYTES) if is_document else limit


async def read_page(answer: Answer, body: bytes, *, whole: bool) -> Page:
    """The text of a body that has been read. Raises ToolError when there is none in it."""
    kind = answer.content_type
    header = answer.response.headers.get("content-type", "")
    is_html = kind in _HTML or (not _TEXT.fullmatch(kind) and _looks_like_html(body))
    if not body.strip():
        return Page("", note="the answer is empty")
    if document := document_kind(body, answer.address.url.path):
        return Page(await _document(answer, body, document))
    if encoding_of(body) is None and "charset=utf-16" not in header.lower():
        raise _binary(answer, kind)
    text = text_of(body, header, is_html=is_html)
    return await _extracted(text, str(answer.address), whole) if is_html else Page(text)


async def _document(answer: Answer, body: bytes, kind: str) -> str:
    with TemporaryFile() as file:
        file.write(body)
        file.seek(0)
        try:
            return sanitize(await text_read_out(file, kind, str(answer.address)))
        except ToolError as error:
            raise ToolError(
                f"{error.message} (It is a {kind} document{_size(answer)} from {answer.address}; "
                "web-download can save it into the workspace.)"
            ) from error


def _looks_like_html(body: bytes) -> bool:
    head = body[:_HEAD].lstrip()
    while head.startswith(b"<!--"):
        head = head.partition(b"-->")[2].lstrip()
    return _FIRST_TAG.match(head) is not None


def _binary(answer: Answer, kind: str) -> ToolError:
    return ToolError(
        f"{answer.address} is no text but {one_line(kind, 60) or 'binary data'}"
        f"{_size(answer)}. web-download can save it into the workspace."
    )


def _size(answer: Answer) -> str:
    return "" if answer.size is None else f" of {amount(answer.size)}"


async def _extracted(html: str, url: str, whole: bool) -> Page:
    with TemporaryFile() as file:
        file.write(html.encode("utf-8", "replace"))
        page = await _text_of(file, url, whole=True)
        if page is None:
            return Page("", note="no text was found: the page is too intricate")
        if not page.text:
            reason = "it may be made by scripts, which are not run"
            return Page("", page.title, f"no text was found: {reason}")
        if whole or len(page.text) <= SHORT:
            return page
        article = await _text_of(file, url, whole=False)
    if article is None or not _is_good(article.text, page.text):
        return page
    is_less = len(article.text) < 0.9 * len(page.text)
    note = "the main text alone; whole=true gives all" if is_less else ""
    return Page(article.text, page.title, note)


async def _text_of(file: BinaryIO, url: str, *, whole: bool) -> Page | None:
    """The text of the HTML in `file`; None when it cannot be found in its time."""
    file.seek(0)
    try:
        said, _ = await run_worker(
            "page",
            {"url": url, "whole": whole},
            timeout_s=EXTRACTING_S,
            limit=MAX_TEXT_BYTES,
            stdin=file.fileno(),
        )
        found = json.loads(said)
    except (ToolError, ValueError):  # it failed, or was stopped
        return None
    # Once more: `&#27;` has become a character by now.
    return Page(sanitize(found["text"]).strip(), one_line(found["title"], 200))


def _is_good(article: str, page: str) -> bool:
    """Whether the text that was found can stand for the page. Of a page of links, one would be
    found without them."""
    links, all_links = len(_LINK.findall(article)), len(_LINK.findall(page))
    return len(article) > SHORT // 8 and (links > 0 or all_links < 10)
