"""The charts of one session, one below the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from tyler_tui.charts.course import Answer, Call, Turn, answers_in, turns_in
from tyler_tui.charts.drawing import Bar, Inks, bars, columns
from tyler_tui.figures import cost_text, duration_text, tokens_text
from tyler_tui.messages import Message
from tyler_tui.sanitize import one_line

HEIGHT = 5


@dataclass(frozen=True, slots=True)
class SessionCharts:
    """The charts of a branch, as wide as there is room. See `session_charts`."""

    messages: Sequence[Message]
    inks: Inks
    most_turns: int | None = None

    @property
    def is_empty(self) -> bool:
        return not answers_in(self.messages)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        blocks = self.inks.blocks and not options.ascii_only
        inks = replace(self.inks, blocks=blocks)
        yield from session_charts(self.messages, options.max_width, inks, self.most_turns)


def session_charts(
    messages: Sequence[Message], width: int, inks: Inks, most_turns: int | None = None
) -> list[Text]:
    """Lines of at most `width` cells: tokens, money and time of each answer, and the tools of the
    last `most_turns` turns that used any. Nothing when there were no answers. `messages` is a
    branch, oldest first."""
    answers = answers_in(messages)
    if not answers:
        return []
    lines: list[Text] = []
    for chart in (_tokens, _money, _time):
        lines += [*chart(answers, width, inks), Text()]
    lines[-1:] = [Text(_span(answers), inks.muted)]
    turns = turns_in(messages)
    left_out = max(0, len(turns) - most_turns) if most_turns is not None else 0
    if turns:
        lines += [Text(), Text("Tools at work", inks.strong)]
    if left_out:
        lines.append(Text(f"{left_out} earlier turns are left out", inks.muted))
    for turn in turns[left_out:]:
        lines += _turn(turn, width, inks)
    return lines


def _tokens(answers: Sequence[Answer], width: int, inks: Inks) -> list[Text]:
    total = sum(answer.tokens for answer in answers)
    count = f"{len(answers)} answer{'s' if len(answers) > 1 else ''}"
    title = f"Tokens · {tokens_text(total)} in {count}, with what they were given"
    return _chart(
        title, [float(a.tokens) for a in answers], width, lambda n: tokens_text(int(n)), inks
    )


def _money(answers: Sequence[Answer], width: int, inks: Inks) -> list[Text]:
    known = [answer.cost_usd for answer in answers if answer.cost_usd is not None]
    if not known:
        return [Text("Money · no price is known", inks.strong)]
    if not any(known):
        return [Text("Money · nothing was paid", inks.strong)]
    unknown = len(answers) - len(known)
    title = f"Money · {cost_text(sum(known))}"
    title += f", and {unknown} of unknown price" if unknown else ""
    return _chart(title, [answer.cost_usd or 0.0 for answer in answers], width, cost_text, inks)


def _time(answers: Sequence[Answer], width: int, inks: Inks) -> list[Text]:
    times = [answer.ms for answer in answers]
    title = f"Time · half of the answers within {duration_text(median(times))}"
    return _chart(title, times, width, duration_text, inks)


def _chart(
    title: str, values: Sequence[float], width: int, in_words: Callable[[float], str], inks: Inks
) -> list[Text]:
    head = Text(title, inks.strong)
    head.truncate(width, overflow="ellipsis")
    return [head, *columns(values, width, HEIGHT, in_words, inks)]


def _span(answers: Sequence[Answer]) -> str:
    first, last = (answer.at.astimezone() for answer in (answers[0], answers[-1]))
    if len(answers) == 1:
        return _moment(first)
    return f"{_moment(first)} to {_moment(last, only_time=first.date() == last.date())}"


def _moment(at: datetime, *, only_time: bool = False) -> str:
    return at.strftime("%H:%M" if only_time else "%Y-%m-%d %H:%M")


def _turn(turn: Turn, width: int, inks: Inks) -> list[Text]:
    seconds = max(turn.seconds, 0.001)
    head = Text(f"{one_line(turn.prompt, 60)} · {duration_text(turn.seconds * 1000)}", inks.muted)
    head.truncate(width, overflow="ellipsis")
    rows = [
        Bar(
            one_line(call.name, 40),
            min(1.0, call.began_s / seconds),
            min(1.0, (call.began_s + call.ms / 1000) / seconds),
            _caption(call),
            failed=call.outcome != "worked",
        )
        for call in turn.calls
    ]
    return [head, *bars(rows, width, inks)]


def _caption(call: Call) -> str:
    if call.outcome == "denied":
        return call.outcome
    took = duration_text(call.ms)
    return took if call.outcome == "worked" else f"{call.outcome} {took}"
