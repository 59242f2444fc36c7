"""What tools did, and what they may do unasked."""

import json
from typing import TYPE_CHECKING

from tyler_tui.agent.approval import ApprovalMode
from tyler_tui.errors import UsageError
from tyler_tui.figures import duration_text
from tyler_tui.messages import Message, ToolCall
from tyler_tui.plain.actions.registry import does
from tyler_tui.plain.numbered import MOST, Entry
from tyler_tui.plain.voice import Line, Tone
from tyler_tui.plain.wording import counted
from tyler_tui.remarks import APPROVAL_WORDS
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import nearest

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat

WINDOW = 200
"""So many of the last messages are looked through for calls."""


@does("tools.panel")
async def tell_calls(chat: "Chat", wanted: str) -> None:
    if wanted and not chat.numbered.has("calls"):
        chat.numbered.tell("calls", await _entries(chat))
    call = chat.numbered.pick("calls", wanted)
    if call is not None:
        await _tell_call(chat, *call)
        return
    lines = chat.numbered.tell("calls", await _entries(chat))
    await chat.voice.say(*(lines or ["No tool was called yet."]))
    if lines:
        await chat.voice.say("/tools and a number tells all of a call.")


async def _entries(chat: "Chat") -> list[Entry]:
    messages = await chat.conversation.history(limit=WINDOW)
    results = {message.tool_call_id: message for message in messages if message.role == "tool"}
    calls = [(c, results.get(c.id)) for message in messages for c in message.tool_calls or ()]
    return [Entry(pair, _told(chat, *pair)) for pair in calls[-MOST:]]


def _told(chat: "Chat", call: ToolCall, result: Message | None) -> str:
    tool = chat.conversation.agent.toolbox.get(call.name)
    summary = tool.summary(call.arguments) if tool is not None else ""
    what = f": {one_line(summary)}" if summary else ""
    return f"{one_line(call.name, 60)}{what}, {_ending(result)}"


def _ending(result: Message | None) -> str:
    if result is None:
        return "no result"
    if result.metrics.get("denied"):
        return "denied"
    took = result.metrics.get("duration_ms")
    word = "failed" if result.metrics.get("failed") else "done"
    return f"{word} in {duration_text(took)}" if took is not None else word


async def _tell_call(chat: "Chat", call: ToolCall, result: Message | None) -> None:
    arguments = json.dumps(call.arguments, ensure_ascii=False, indent=2)
    await chat.voice.say(f"{one_line(call.name, 60)}, {_ending(result)}. Arguments:")
    await chat.voice.say(Line(arguments, Tone.VERBATIM))
    if result is not None:
        text = result.content.rstrip("\n")
        await chat.voice.say(f"Result, {counted(text.count(chr(10)) + 1, 'line')}:")
        await chat.voice.say(Line(text, Tone.VERBATIM))


@does("approval.mode")
async def set_approval_mode(chat: "Chat", wanted: str) -> None:
    policy = chat.conversation.policy
    if not wanted:
        for mode, words in APPROVAL_WORDS.items():
            now = ", as now" * (mode == policy.mode)
            await chat.voice.say(f"/approvals {mode}{now}: {words}.")
        return
    if wanted.casefold() not in list(ApprovalMode):
        raise UsageError(
            f"There is no mode {one_line(wanted, 40)!r}.", hint=nearest(wanted, ApprovalMode)
        )
    mode = policy.set_mode(ApprovalMode(wanted.casefold()))
    await chat.voice.say(f"From here on: {APPROVAL_WORDS[mode]}.")
