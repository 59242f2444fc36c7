"""What single columns hold: times, names, attributes."""

import json
import unicodedata
from datetime import UTC, datetime
from typing import Any

from tyler_tui.sanitize import storable

_LONG_AGO = datetime.fromtimestamp(0, UTC)


def now_text() -> str:
    return time_text(datetime.now(UTC))


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: sorts as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def name_key(name: str) -> str:
    """What makes two names the same: without regard to case, to how letters are composed, and to
    how much white space there is."""
    composed = unicodedata.normalize("NFC", clean_name(name))
    return unicodedata.normalize("NFC", composed.casefold())


def clean_name(name: str) -> str:
    return storable(" ".join(name.split()))


def moment(text: str) -> datetime:
    """The time that `time_text` wrote. What is none, from whoever, is long ago: it must not hide
    the other sessions."""
    try:
        found = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return _LONG_AGO
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def attributes_of(text: str) -> dict[str, Any]:
    """The attributes of a thread, as far as they can be read."""
    try:
        found = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
