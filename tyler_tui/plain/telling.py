"""Saying which session this is, and what was said in it last."""

from typing import TYPE_CHECKING

from tyler_tui.agents_md import told_of
from tyler_tui.conversation import Conversation
from tyler_tui.messages import Message, MessageStatus
from tyler_tui.plain.spoken import SpokenMarkdown
from tyler_tui.plain.voice import Line, Tone
from tyler_tui.plain.wording import counted
from tyler_tui.profiles import DEFAULT
from tyler_tui.sanitize import one_line, sanitize

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat

MOST_LINES = 12
"""So many of the last answer are said when a session is opened."""
WINDOW = 60


async def tell_session(chat: "Chat") -> None:
    """Say what is open. Raises StoreError."""
    conversation = chat.conversation
    thread, agent = conversation.thread, conversation.agent
    unnamed = "new" if conversation.is_new else thread.id[:8]
    name = one_line(thread.name or thread.title, 60) or unnamed
    profile = str(thread.attributes.get("agent") or DEFAULT)
    parts = [f"Session: {name}", f"model: {one_line(agent.model_name, 60)}"]
    if profile != DEFAULT:
        parts.append(f"agent: {one_line(profile, 40)}")
    await chat.voice.say(", ".join(parts) + ".")
    await tell_notice(chat)
    if agent.project_files:
        await chat.voice.say(f"The model is also told {told_of(agent.project_files)}.")
    if not conversation.is_new:
        await _tell_last(chat, await conversation.history(limit=WINDOW))


async def tell_notice(chat: "Chat") -> None:
    """Say once what whoever is in a session must know."""
    notice, chat.conversation.notice = chat.conversation.notice, ""
    if notice:
        await chat.voice.say(Line(f"Take note: {notice}", Tone.ERROR))


async def last_answer(conversation: Conversation) -> Message | None:
    """The last message of the assistant that has text. Raises StoreError."""
    return _last(await conversation.history(limit=WINDOW), "assistant")


async def last_prompt(conversation: Conversation) -> Message | None:
    """The last message of the user. Raises StoreError."""
    return _last(await conversation.history(limit=WINDOW), "user")


def _last(messages: list[Message], role: str) -> Message | None:
    fitting = (m for m in reversed(messages) if m.role == role and m.content.strip())
    return next(fitting, None)


async def _tell_last(chat: "Chat", messages: list[Message]) -> None:
    prompt, answer = _last(messages, "user"), _last(messages, "assistant")
    if prompt is not None:
        await chat.voice.say(f"Your last prompt: {one_line(prompt.content, 300)}")
    if answer is None:
        return
    spoken = SpokenMarkdown()
    lines = [*spoken.feed(sanitize(answer.content)), *spoken.finish()]
    ending = "" if answer.status is MessageStatus.COMPLETE else f", {answer.status.value}"
    await chat.voice.say(f"The last answer{ending}:")
    await chat.voice.say(*lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        rest = counted(len(lines) - MOST_LINES, "more line")
        await chat.voice.say(f"And {rest}; /copy prints all of it.")
