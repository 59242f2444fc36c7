"""Asking about a tool call: all of what will happen, and numbered answers."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from tyler_tui.agent.approval import Decision, Verdict
from tyler_tui.errors import ToolError
from tyler_tui.events import ExecutionEvent
from tyler_tui.plain.diffs import spoken_preview
from tyler_tui.plain.prompts import BLOCK
from tyler_tui.plain.voice import Line, Tone, Voice
from tyler_tui.plain.wording import counted
from tyler_tui.sanitize import one_line
from tyler_tui.stdio.terminal import read_line, take_typed
from tyler_tui.tools.visible import visible

ONCE, SESSION, ALWAYS, DENY, DENY_WITH_A_WORD, EDIT = "123456"
_VERDICTS = {
    ONCE: Verdict.ALLOW_ONCE,
    SESSION: Verdict.ALLOW_SESSION,
    ALWAYS: Verdict.ALLOW_ALWAYS,
    DENY: Verdict.DENY,
}

Reconsider = Callable[[dict[str, Any]], Awaitable[ExecutionEvent]]
"""The question anew, for other arguments; see `Conversation.reconsider`."""


class Asker:
    """Asks whoever sits at the terminal, and reads lines as answers."""

    def __init__(self, voice: Voice, hold: Callable[[str], None]) -> None:
        """`hold` gets what was typed before it was asked for: that answers nothing."""
        self._voice = voice
        self._hold = hold

    async def line(self, question: str) -> str | None:
        """What is typed behind `question`; None when the input ends. Cancelling the wait begins a
        new line."""
        if typed := take_typed(sys.stdin.fileno()):
            self._hold(typed)
        await self._voice.ask(question)
        return await self._next_line()

    async def _next_line(self) -> str | None:
        try:
            return await read_line(sys.stdin.fileno())
        except BaseException:
            self._voice.say_now("")
            raise

    async def number(self, question: str, most: int) -> int | None:
        """A number from 1 to `most`; None for an empty line, or the end of the input."""
        while (typed := await self.line(question)) is not None and typed.strip():
            if typed.strip().isdecimal() and 1 <= int(typed) <= most:
                return int(typed)
            await self._voice.say(f"Type a number from 1 to {most}, or nothing.")
        return None

    async def decide(self, asked: ExecutionEvent, reconsider: Reconsider) -> Decision:
        """The answer to an APPROVAL_REQUESTED."""
        arguments: dict[str, Any] | None = None
        await self._voice.say(*question(asked.data))
        self._voice.ring()
        while True:
            answer = await self.line("Number: ")
            if answer is None:
                return Decision(Verdict.DENY)
            match answer.strip():
                case number if number in _offered(asked.data):
                    return Decision(_VERDICTS[number], arguments=arguments)
                case n if n == DENY_WITH_A_WORD and n in _numbers(asked.data):
                    word = await self.line("Your word to the model: ")
                    return Decision(Verdict.DENY, message=(word or "").strip())
                case n if n == EDIT:
                    edited = await self._edited(arguments or asked.data["arguments"])
                    if "asks_for" in asked.data:
                        return Decision(Verdict.ALLOW_ONCE, arguments=edited)
                    try:
                        asked, arguments = await reconsider(edited), edited
                    except ToolError as error:
                        await self._voice.say(Line(f"That cannot run: {error.message}", Tone.ERROR))
                    await self._voice.say(*question(asked.data))
                case _:
                    *numbers, last = _numbers(asked.data)
                    await self._voice.say(
                        f"Type one of the numbers {', '.join(numbers)} or {last}."
                    )

    async def _edited(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments, gone through one by one. The end of the input leaves the rest."""
        await self._voice.say(
            f"Type a new value for each, or nothing to leave it; {BLOCK} begins and ends several "
            'lines, "" is an empty text.'
        )
        edited = dict(arguments)
        for name, value in arguments.items():
            is_text = isinstance(value, str)
            await self._voice.say(*_shown(name, value))
            while typed := await self._value(f"New {one_line(name, 40)}: "):
                try:
                    edited[name] = (
                        ("" if typed == '""' else typed) if is_text else json.loads(typed)
                    )
                    break
                except ValueError:
                    await self._voice.say("That is no JSON value, which this one has to be.")
        return edited

    async def _value(self, question: str) -> str:
        typed = await self.line(question)
        if typed is None or typed.strip() != BLOCK:
            return typed or ""
        lines: list[str] = []
        while (line := await self._next_line()) is not None and line.strip() != BLOCK:
            lines.append(line)
        return "\n".join(lines)


def question(data: dict[str, Any]) -> list[Line]:
    """What is asked, for the data of APPROVAL_REQUESTED. The numbers are always the same."""
    name, summary = one_line(data["tool_name"], 60), one_line(data["summary"], 300)
    which = f"Question {data['number']} of {data['count']}. " if data["count"] > 1 else ""
    preview = (Line(line, Tone.VERBATIM) for line in spoken_preview(data["preview"]))
    if "asks_for" in data:
        return [
            Line("", Tone.ANSWER),
            Line(f"{which}{name} asks you: {summary}", Tone.LABEL),
            *preview,
            Line(f"{DENY}. Do not answer.", Tone.ANSWER),
            Line(f"{EDIT}. Answer.", Tone.ANSWER),
        ]
    session, always = one_line(data["session"], 300), one_line(data["always"], 400)
    lines = [f"{ONCE}. Allow it once."]
    if session:
        lines.append(f"{SESSION}. Allow for this session: {session}.")
    if always:
        lines.append(f"{ALWAYS}. Allow always: {always}.")
    lines += [
        f"{DENY}. Deny it.",
        f"{DENY_WITH_A_WORD}. Deny it, with a word to the model.",
        f"{EDIT}. Change it first.",
    ]
    return [
        Line("", Tone.ANSWER),
        Line(f"{which}May {name} run? {summary}", Tone.LABEL),
        *preview,
        *(Line(line, Tone.ANSWER) for line in lines),
    ]


def _numbers(data: dict[str, Any]) -> list[str]:
    """All numbers that can be typed."""
    more = [] if "asks_for" in data else [DENY_WITH_A_WORD]
    return [*_offered(data), *more, EDIT]


def _offered(data: dict[str, Any]) -> list[str]:
    """The numbers that decide as they stand."""
    numbers = [] if "asks_for" in data else [ONCE]
    numbers += [SESSION] if data["session"] else []
    numbers += [ALWAYS] if data["always"] else []
    return [*numbers, DENY]


def _text(typed: str) -> str:
    return "" if typed == '""' else typed


def _shown(name: str, value: Any) -> list[Line]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    name, lines = one_line(name, 60), visible(text).split("\n")
    if len(lines) == 1:
        return [Line(f"{name} is: {lines[0]}", Tone.VERBATIM)]
    told = [f"{name} is {counted(len(lines), 'line')}:", *(f"  {line}" for line in lines)]
    return [Line(line, Tone.VERBATIM) for line in told]
