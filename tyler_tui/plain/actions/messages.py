"""What was said: copying, finding, and saying it in another way."""

from typing import TYPE_CHECKING

from tyler_tui.errors import UsageError
from tyler_tui.messages import Message
from tyler_tui.plain.actions.registry import does
from tyler_tui.plain.numbered import MOST
from tyler_tui.plain.telling import last_answer, last_prompt
from tyler_tui.plain.voice import Line, Tone
from tyler_tui.plain.wording import counted
from tyler_tui.sanitize import one_line
from tyler_tui.store.search import snippet_of

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat


@does("reply.copy")
async def print_source(chat: "Chat", _: str) -> None:
    answer = await last_answer(chat.conversation)
    if answer is None:
        raise UsageError("There is no answer yet.")
    source = answer.content.strip("\n")
    await chat.voice.say(f"Source, {counted(source.count(chr(10)) + 1, 'line')}:")
    await chat.voice.say(Line(source, Tone.VERBATIM))
    await chat.voice.say("End of source.")


@does("view.find")
async def find(chat: "Chat", text: str) -> None:
    if not text:
        raise UsageError("What to find is missing.", hint="/find TEXT")
    conversation = chat.conversation
    found = await conversation.find(text)
    if not found:
        await chat.voice.say(f"Nothing here has {one_line(text, 60)!r} in it.")
        return
    await chat.voice.say(f"Found in {counted(len(found), 'message')}.")
    if len(found) > MOST:
        await chat.voice.say(f"The last {MOST}:")
    for message_id in found[-MOST:]:
        for message in await conversation.history_from(message_id, 1):
            who = "You" if message.role == "user" else one_line(conversation.agent.name, 40)
            await chat.voice.say(f"{who}: {one_line(snippet_of(message.content, text)[0])}")


@does("message.edit")
async def edit(chat: "Chat", text: str) -> None:
    prompt = await _prompt(chat)
    if not text:
        if not chat.prompts.offer(f"/edit {prompt.content}"):
            raise UsageError("The new words are missing.", hint="/edit TEXT")
        return
    await _go_back_before(chat, prompt)
    await chat.send(text)


@does("message.retry")
async def retry(chat: "Chat", _: str) -> None:
    prompt = await _prompt(chat)
    await _go_back_before(chat, prompt)
    await chat.follow(lambda: chat.conversation.answer_again(prompt.id))


@does("thinking.toggle")
async def toggle_thinking(chat: "Chat", _: str) -> None:
    told = chat.toggle_thoughts()
    what = "From here on you hear what the model thinks." if told else "Thoughts are kept quiet."
    await chat.voice.say(what)


async def _prompt(chat: "Chat") -> Message:
    prompt = await last_prompt(chat.conversation)
    if prompt is None:
        raise UsageError("There is no prompt yet.")
    return prompt


async def _go_back_before(chat: "Chat", prompt: Message) -> None:
    """What comes next begins a branch; the answer that is there stays."""
    before = await chat.conversation.history(before=prompt.id, limit=1)
    await chat.conversation.rewind(before[-1].id if before else None)
