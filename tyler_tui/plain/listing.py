"""The sessions that are kept, as a numbered list."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tyler_tui.plain.numbered import MOST, Entry
from tyler_tui.plain.wording import counted
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat
    from tyler_tui.store import SearchHit, ThreadSummary

MOST_READ = 1_000
KIND = "sessions"


async def tell_sessions(chat: "Chat", text: str = "") -> None:
    """Say the latest sessions, or those that `text` is in: their name, or what was said."""
    entries, more = await found_sessions(chat, text)
    lines = chat.numbered.tell(KIND, entries)
    if not lines:
        what = f"No session has {one_line(text, 60)!r} in it." if text else "No sessions yet."
        await chat.voice.say(what)
        return
    await chat.voice.say(*lines)
    if more:
        await chat.voice.say(f"And {more} more: /sessions TEXT looks for one.")
    await chat.voice.say("/switch and a number goes there.")


async def found_sessions(chat: "Chat", text: str = "") -> tuple[list[Entry], int]:
    """The first sessions of such a list, and how many more there are. Their numbers count from
    here on."""
    stored = await chat.backend.stored()
    sessions = await stored.list_threads(MOST_READ)
    here = chat.conversation.thread.id if chat.is_open else ""
    words = text.casefold().split()
    named = [session for session in sessions if _fits(session, words)]
    entries = [Entry(session.id, _told(session, here)) for session in named]
    if words:
        entries += [Entry(hit.thread_id, _told_hit(hit)) for hit in await stored.search(text, MOST)]
    chat.numbered.tell(KIND, entries[:MOST])
    return entries[:MOST], len(entries[MOST:])


def _fits(session: "ThreadSummary", words: Sequence[str]) -> bool:
    name = f"{session.name or ''} {session.title}".casefold()
    return all(word in name for word in words)


def _told(session: "ThreadSummary", here: str) -> str:
    label = one_line(session.name or session.title, 60) or session.id[:8]
    parts = [label, when(session.updated_at), counted(session.message_count, "message")]
    if session.pinned:
        parts.append("pinned")
    if session.id == here:
        parts.append("this one")
    return ", ".join(parts)


def _told_hit(hit: "SearchHit") -> str:
    label = one_line(hit.thread_name or hit.title, 40) or hit.thread_id[:8]
    return f"{label}, {when(hit.timestamp)}, {hit.role}: {one_line(hit.snippet)}"


def when(time: datetime) -> str:
    """A time in words: 14:05, 3 March 14:05, 3 March 2024."""
    local, now = time.astimezone(), datetime.now().astimezone()
    if local.date() == now.date():
        return f"{local:%H:%M}"
    day = f"{local.day} {local:%B}"
    return f"{day} {local:%H:%M}" if local.year == now.year else f"{day} {local.year}"
