"""What stands in the body of an error, in the many forms that servers give it."""

import json
import re
from typing import Any

_TRACEBACK = "Traceback (most recent call last)"
_CLASS_NAMES = re.compile(r"^(?:[\w.]*(?:Error|Exception)\b[\s:\-]*)+")
_EVENT_FIELDS = ("data:", "event:", "id:", "retry:", ":")


def said(body: Any) -> tuple[str, str, bool]:
    """(the message, the words that say of which type it is, whether it is an error at all) of a
    body: its text, or the value that its JSON stood for."""
    value = _parsed(body) if isinstance(body, str) else body
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str):
        return _clean(value), "", False
    if not isinstance(value, dict):
        return "", "", False
    inner = value.get("error") or value
    if not isinstance(inner, dict):
        return _clean(str(inner)), "", True
    message = inner.get("message") or inner.get("detail") or ""
    if not isinstance(message, str):
        message = json.dumps(message, ensure_ascii=False)
    words = (inner.get(name) for name in ("type", "code", "status"))
    type_ = " ".join(str(word)[:100] for word in words if isinstance(word, str | int))
    return _clean(message), type_, "error" in value


def is_event_stream(text: str) -> bool:
    return text.startswith(_EVENT_FIELDS)


def is_web_page(text: str) -> bool:
    return (
        text[:500]
        .lstrip("\ufeff \r\n\t")
        .lower()
        .startswith(("<!doctype", "<html", "<?xml", "<head"))
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _clean(text: str) -> str:
    """The words of a message; nothing of a web page, a stack trace, or JSON that was cut off."""
    if is_web_page(text) or text.lstrip().startswith(("{", "[")):
        return ""
    return _CLASS_NAMES.sub("", text.partition(_TRACEBACK)[0].strip())
