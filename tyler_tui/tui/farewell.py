"""What leaving puts on the ordinary screen: the turns of this run, once, rendered."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from tyler_tui.messages import Message
from tyler_tui.remarks import STATUS_NOTICES
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.stdio.markdown import AnswerMarkdown, theme_for
from tyler_tui.tui.run_record import Farewell, SessionRun
from tyler_tui.tui.tool_runs import RunState, ToolRun

MOST_ROWS = 200
"""Of more than so many rows only the last turns are shown."""
MOST_PROMPT_ROWS = 12
MOST_COLUMNS = 110


def write(farewell: Farewell, form: str, stream: TextIO, *, is_dark: bool, columns: int) -> None:
    """Write the farewell to a terminal: all turns of this run ("transcript"), the last answer
    ("answer"), or nothing ("hint"). Long ones are cut at the top. May raise OSError."""
    if form == "hint" or not farewell.runs:
        return
    console = Console(
        file=stream,
        width=min(columns, MOST_COLUMNS),
        highlight=False,
        markup=False,
        emoji=False,
        theme=theme_for(os.environ),
    )
    if form == "answer":
        blocks = [_last_answer(farewell.runs[-1], is_dark)]
    else:
        blocks = list(_transcript(farewell.runs, is_dark))
    rows: list[str] = []
    for shown, block in enumerate(reversed(blocks)):
        drawn = _drawn(console, block)
        if len(rows) + len(drawn) > MOST_ROWS:
            rest = len(blocks) - shown
            missing = "" if shown else drawn[-MOST_ROWS:]
            rows = [*_drawn(console, _cut(rest)), *missing, *rows]
            break
        rows = [*drawn, *rows]
    stream.write("\n".join(rows) + "\n\n")


def _drawn(console: Console, block: Sequence[RenderableType]) -> list[str]:
    with console.capture() as capture:
        for part in block:
            console.print(part)
    return capture.get().rstrip("\n").split("\n")


def _cut(count: int) -> list[RenderableType]:
    turns = "1 turn" if count == 1 else f"{count} turns"
    return [Text(f"… more of this run stands above: {turns} in the session", style="dim"), Text()]


def _transcript(runs: Sequence[SessionRun], is_dark: bool) -> Iterator[list[RenderableType]]:
    """A block for each turn."""
    for run in runs:
        head: list[RenderableType] = [Text()]
        if len(runs) > 1:
            head += [Rule(Text(one_line(run.label, 60)), align="left", style="dim"), Text()]
        results = {m.tool_call_id: m for m in run.messages if m.role == "tool"}
        for turn in _turns(run.messages):
            yield [*head, *_turn(turn, results, is_dark)]
            head = [Text()]


def _turns(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    starts = [n for n, message in enumerate(messages) if message.role == "user"] or [0]
    for start, end in zip(starts, [*starts[1:], len(messages)], strict=True):
        yield messages[start:end]


def _turn(
    turn: Sequence[Message], results: Mapping[str | None, Message], is_dark: bool
) -> Iterator[RenderableType]:
    for message in turn:
        match message.role:
            case "user":
                yield _prompt(message)
            case "assistant":
                if message.content.strip():
                    yield Text()
                    yield AnswerMarkdown(sanitize(message.content), is_dark=is_dark)
                for call in message.tool_calls or ():
                    run = ToolRun(call.id, call.name, call.arguments)
                    run.change(_state(results.get(call.id)))
                    line = f"{run.state.glyph} {one_line(run.name, 40)}  {run.brief}"
                    yield Text(line, style="dim", no_wrap=True, overflow="ellipsis")
                if message.status in STATUS_NOTICES:
                    yield Text(STATUS_NOTICES[message.status], style="yellow")
            case _:
                pass
    if not any(message.role == "assistant" for message in turn):
        yield Text("✗ no answer", style="yellow")


def _prompt(message: Message) -> RenderableType:
    lines = sanitize(message.content).strip("\n").split("\n")
    if len(lines) > MOST_PROMPT_ROWS:
        missing = len(lines) - MOST_PROMPT_ROWS
        lines = [*lines[:MOST_PROMPT_ROWS], f"… {missing} more lines"]
    lines += [f"[{one_line(file.filename, 60)}]" for file in message.attachments]
    return Text("\n".join(f"> {line}" for line in lines), style="bold")


def _state(result: Message | None) -> RunState:
    if result is None:
        return RunState.INTERRUPTED
    if result.metrics.get("denied"):
        return RunState.DENIED
    return RunState.FAILED if result.metrics.get("failed") else RunState.DONE


def _last_answer(run: SessionRun, is_dark: bool) -> list[RenderableType]:
    answers = (m.content for m in reversed(run.messages) if m.role == "assistant" and m.content)
    text = next(answers, "")
    return [Padding(AnswerMarkdown(sanitize(text), is_dark=is_dark), (1, 0, 0, 0))]
