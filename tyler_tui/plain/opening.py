"""The start of line mode: from what the command line asked for to the first session."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from tyler_tui import __version__, plugins
from tyler_tui.conversation import Conversation
from tyler_tui.errors import NoModelError, StoreError, is_of_the_store
from tyler_tui.plain.listing import found_sessions
from tyler_tui.plain.numbered import Entry
from tyler_tui.plain.telling import tell_session
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat

CONNECT_S = 5.0
"""So long a slow MCP server may keep the first line waiting."""


async def open_first(chat: "Chat") -> None:
    """Show the session that the command line asked for, and say how to go on. Raises TylerError;
    NoModelError when a model was needed and none was chosen."""
    await chat.voice.say(f"tyler-chat {__version__}, line mode. {chat.launch.reason}".rstrip())
    try:
        conversation = await _chosen(chat, picks=chat.launch.pick_session)
    except StoreError as error:
        if not (is_of_the_store(error) and chat.someone_is_there):
            raise
        if not await chat.keeping.may_go_on(error):
            raise
        await chat.backend.keep_in_memory(error)
        conversation = await _chosen(chat, picks=False)
    await chat.show(conversation)
    await tell_session(chat)
    await chat.keeping.tell()
    await chat.voice.say(*(trouble.text for trouble in plugins.troubles()))
    await chat.voice.say("/help lists the commands. Ctrl+C stops an answer, Ctrl+D leaves.")
    if chat.launch.attachments:
        names = ", ".join(one_line(file.filename, 60) for file in chat.launch.attachments)
        await chat.voice.say(f"With your first prompt goes {names}.")


async def connect_servers(chat: "Chat") -> None:
    """Connect to the MCP servers, for a moment: while a line is typed nothing else goes on."""
    mcp = chat.backend.mcp
    if mcp is None:
        return
    mcp.start()
    with suppress(TimeoutError):
        async with asyncio.timeout(CONNECT_S):
            await mcp.settled()
    for status in mcp.statuses:
        await chat.voice.say(f"MCP server {one_line(status.name, 40)}: {status.line}.")


async def _chosen(chat: "Chat", *, picks: bool) -> Conversation:
    session_id = await _picked_session(chat) if picks else None
    try:
        return await _opened(chat, session_id)
    except NoModelError:
        if not chat.someone_is_there:
            raise
        if not await _pick_model(chat):
            raise
        return await _opened(chat, session_id)


async def _opened(chat: "Chat", session_id: str | None) -> Conversation:
    if session_id is not None:
        return await chat.backend.open_session(session_id)
    return await chat.backend.open_first()


async def _picked_session(chat: "Chat") -> str | None:
    entries, more = await found_sessions(chat)
    if not entries:
        await chat.voice.say("No sessions yet: this is a new one.")
        return None
    await chat.voice.say(*chat.numbered.tell("sessions", entries))
    if more:
        await chat.voice.say(f"And {more} more: /sessions TEXT looks for one.")
    number = await chat.asker.number(
        "Number of the session, or Enter for a new one: ", len(entries)
    )
    return None if number is None else str(entries[number - 1].value)


async def _pick_model(chat: "Chat") -> bool:
    """Let the user choose a model where none is set up; returns whether one was chosen."""
    await chat.voice.say("No model is set up. Looking for models on this machine…")
    found = await chat.backend.find_models()
    entries = [Entry(("demo", None), "demo, built in: no key, no network")]
    for model in found:
        told = f"{one_line(model.model, 60)}, {one_line(model.label, 60)}"
        entries.append(Entry((model.model, model.api_base), told))
    await chat.voice.say(*chat.numbered.tell("first models", entries))
    await chat.voice.say(
        "Or leave, and set a key such as ANTHROPIC_API_KEY, or name a model with -m."
    )
    number = await chat.asker.number("Number of the model, or Enter to leave: ", len(entries))
    if number is None:
        return False
    chat.backend.use_model(*entries[number - 1].value)
    return True
