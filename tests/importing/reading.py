"""What is found in a file."""

from pathlib import Path

from tyler_tui import Thread
from tyler_tui.importing import opened
from tyler_tui.importing.found import Damaged, Found


def all_in(path: Path, kind: str | None = None) -> tuple[str, list[Found | Damaged]]:
    """The kind of the file, and all conversations in it."""
    kind, reading = opened(path, kind)
    found = list(reading.conversations)
    assert 0 <= reading.fraction() <= 1
    return kind, found


def threads_in(path: Path, kind: str) -> list[Thread]:
    """The threads in a file of that kind, none of which is damaged."""
    found_kind, found = all_in(path)
    assert found_kind == kind
    damaged = [one for one in found if isinstance(one, Damaged)]
    assert not damaged
    return [one.thread for one in found if isinstance(one, Found)]


def remarks_in(path: Path) -> list[str]:
    return [remark for one in all_in(path)[1] if isinstance(one, Found) for remark in one.remarks]


def spoken(thread: Thread) -> list[tuple[str, str]]:
    """Role and text of the current branch."""
    return [(message.role, message.content) for message in thread.messages]
