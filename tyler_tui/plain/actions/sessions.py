"""Opening, switching and naming sessions."""

from typing import TYPE_CHECKING

from tyler_tui.errors import UsageError
from tyler_tui.plain.actions.registry import does
from tyler_tui.plain.listing import found_sessions, tell_sessions
from tyler_tui.plain.telling import tell_session
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat


@does("session.new")
async def new(chat: "Chat", _: str) -> None:
    if chat.conversation.is_new and not chat.conversation.thread.name:
        await chat.voice.say("This session is new: nothing was said in it yet.")
        return
    await chat.show(await chat.backend.new_session())
    await tell_session(chat)


@does("session.open")
async def list_sessions(chat: "Chat", text: str) -> None:
    await tell_sessions(chat, text)


@does("session.switch")
async def switch(chat: "Chat", wanted: str) -> None:
    if not wanted:
        await tell_sessions(chat)
        return
    if wanted.isdecimal() and not chat.numbered.has("sessions"):
        await found_sessions(chat)
    session_id = chat.numbered.pick("sessions", wanted)
    if session_id is None:
        session_id = (await (await chat.backend.stored()).find(wanted)).id
    if session_id == chat.conversation.thread.id:
        await chat.voice.say("That is the session you are in.")
        return
    await chat.show(await chat.backend.open_session(session_id))
    await tell_session(chat)


@does("session.rename")
async def rename(chat: "Chat", name: str) -> None:
    if not name:
        raise UsageError("The new name is missing.", hint="/rename NAME")
    thread = chat.conversation.thread
    await chat.backend.rename(thread.id, name)
    thread.name = " ".join(name.split())
    await chat.voice.say(f"This session is called {one_line(thread.name, 60)} now.")


@does("session.save")
async def save(chat: "Chat", file: str) -> None:
    await chat.keeping.save(file)


@does("session.export")
async def export(chat: "Chat", text: str) -> None:
    from tyler_tui.export.saving import Wish, save  # noqa: PLC0415 - seldom needed

    if chat.conversation.is_new:
        raise UsageError("Nothing was said yet that could be exported.")
    thread = await chat.conversation.whole_thread()
    path = save(thread, Wish.read(text), chat.conversation.agent.workspace)
    await chat.voice.say(f"This session is in {one_line(str(path), 300)} now.")


@does("session.fork")
async def fork(chat: "Chat", _: str) -> None:
    if chat.conversation.is_new:
        raise UsageError("Nothing was said yet that could be copied.")
    made = await (await chat.backend.stored()).fork_thread(chat.conversation.thread.id)
    await chat.show(await chat.backend.open_session(made.id))
    await chat.voice.say("You are in a copy now; the other session stays as it was.")
    await tell_session(chat)
