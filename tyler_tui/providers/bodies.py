"""What stands in the body of an error, in the many forms that servers give it."""

import json
import re
from typing import Any

_TRACEBACK = "Traceback (most recent call last)"
_CLASS_NAMES = re.compile(r"^(?:[\w.]*(?:Error|Exception)\b[\s:\-]*)+")
DEEPEST = 4
_MESSAGE_FIELDS = ("message", "detail", "msg", "error")
_EVENT_FIELDS = ("data:", "event:", "id:", "retry:", ":")


def said(body: Any) -> tuple[str, str, bool]:
    """(the message, the words that say of which type it is, whether it is an error at all) of a
    body: its text, or the value that its JSON stood for."""
    value = _parsed(body) if isinstance(body, str) else body
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str):
        is_cut_off = value.lstrip().startswith(("{", "["))
        return "" if is_cut_off else _clean(value), "", False
    if not isinstance(value, dict):
        return "", "", False
    inner = value.get("error") or value
    if not isinstance(inner, dict):
        return _clean(str(inner)), "", True
    words = (inner.get(name) for name in ("type", "code", "status"))
    type_ = " ".join(str(word)[:100] for word in words if isinstance(word, str | int))
    return _clean(_message(inner)), type_, "error" in value


def _message(value: Any, depth: int = 0) -> str:
    """The message in what an error holds: a text, or objects and lists of objects around it, which
    may be written as text once more."""
    if isinstance(value, str):
        inner = _parsed(value) if value.startswith(("{", "[")) else None
        return _message(inner, depth) if isinstance(inner, dict | list) else value
    if depth == DEEPEST:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, (_message(item, depth + 1) for item in value)))
    if isinstance(value, dict):
        found = next((value[name] for name in _MESSAGE_FIELDS if value.get(name)), "")
        return _message(found, depth + 1)
    return ""


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
    """The words of a message; nothing of a web page or a stack trace."""
    if is_web_page(text):
        return ""
    return _CLASS_NAMES.sub("", text.partition(_TRACEBACK)[0].strip())
