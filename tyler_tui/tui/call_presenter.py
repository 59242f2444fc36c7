"""From messages and events to the lines and rows of tool calls."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, ToolCall
from tyler_tui.packing import Aging
from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.items.tool_lines import ToolLines, last_group
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun
from tyler_tui.tui.widgets.tool_panel import ToolPanel
from tyler_tui.tui.widgets.transcript import Transcript

PLAIN_CALLS = 6
"""So many of the calls that were over last stay as they are; of others little is shown until they
are opened."""


class CallPresenter:
    """Shows the calls of one conversation: each has a line in `transcript`, which it may share with
    others, and a row in `panel`."""

    def __init__(self, transcript: Transcript, panel: ToolPanel, palette: Palette) -> None:
        self._transcript = transcript
        self._panel = panel
        self._palette = palette
        self._runs: dict[str, ToolRun] = {}
        self._lines: dict[str, ToolLines] = {}
        """The item that a call has its line in. What the user calls has none."""
        self._aging: Aging[ToolRun] = Aging(kept=PLAIN_CALLS)
        self._new: list[ToolRun] = []
        """Stored calls that are not in the panel yet."""

    def set_palette(self, palette: Palette) -> None:
        self._palette = palette

    def let_go(self, gone: Collection[int]) -> None:
        """Forget the lines whose `id()` is among `gone`; the calls stay in the panel."""
        self._lines = {call: line for call, line in self._lines.items() if id(line) not in gone}

    # Stored messages

    def stored_call(self, call: ToolCall, items: list[BaseItem]) -> None:
        """Add the line of a call behind `items`."""
        run = self._runs.get(call.id) or ToolRun(call.id, call.name, call.arguments)
        self._runs[run.id] = run
        if not self._panel.has_run(run):
            self._new.append(run)
        if not self._joins(run, items):
            items.append(self._lines[run.id])

    def stored_result(self, message: Message) -> BaseItem | None:
        """Take up what a call came to; returns the item with its line, None when there is none."""
        run = self._runs.get(message.tool_call_id or "")
        if run is None:
            return None
        metrics = message.metrics
        state = RunState.DONE
        if metrics.get("denied"):
            state = RunState.DENIED
        elif metrics.get("failed"):
            state = RunState.FAILED
        run.change(
            state,
            result=message.content,
            duration_ms=metrics.get("duration_ms"),
            decision=metrics.get("decision") or {},
            message_id=message.id,
        )
        self._is_over(run)
        return self._lines[run.id]

    def end_stored(self, *, older: bool) -> None:
        """Put the stored calls into the panel, above those that are there when they are `older`.
        What has no result was interrupted."""
        for run in self._new:
            if not run.state.is_over:
                run.change(RunState.INTERRUPTED)
                self._is_over(run)
        self._panel.add_runs(self._new, self._palette, older=older)
        self._new = []

    # Live events

    def show(self, event: ExecutionEvent) -> None:
        """Show one event of a call."""
        data = event.data
        match event.type:
            case EventType.TOOL_SELECTED:
                self._select(data, by_hand=event.is_by_hand)
            case EventType.APPROVAL_REQUESTED:
                self._change(data, RunState.ASKING, preview=data["preview"])
            case EventType.TOOL_EXECUTING:
                changes = _decided(data)
                self._change(data, RunState.RUNNING, started=event.timestamp, **changes)
            case EventType.TOOL_PROGRESS:
                self._change(data, progress=_progress_text(data))
            case EventType.TOOL_RESULT:
                self._change(
                    data, RunState.DONE, result=data["result"], duration_ms=data["duration_ms"]
                )
            case EventType.TOOL_ERROR:
                state = RunState.DENIED if data.get("denied") else RunState.FAILED
                took = data.get("duration_ms")
                self._change(data, state, result=data["error"], duration_ms=took, **_decided(data))
            case _:
                pass

    def _select(self, data: Mapping[str, Any], *, by_hand: bool) -> None:
        run = ToolRun(data["tool_call_id"], data["tool_name"], data["arguments"], by_hand=by_hand)
        self._runs[run.id] = run
        if not by_hand and not self._joins(run, self._transcript.viewport.items):
            self._transcript.append(self._lines[run.id])
        self._transcript.refresh_items()
        self._panel.add_runs([run], self._palette)

    def interrupt_all(self) -> None:
        """What is not over never will be."""
        for run in self._runs.values():
            if not run.state.is_over:
                run.change(RunState.INTERRUPTED)
                self._changed(run)

    def tick(self) -> bool:
        """Draw anew how long calls have been running; returns whether any still does."""
        running = [run for run in self._runs.values() if run.state is RunState.RUNNING]
        for run in running:
            self._changed(run)
        return bool(running)

    def _joins(self, run: ToolRun, items: Sequence[object]) -> bool:
        """Give a call its line, in the item at the end of `items` where that is one of the same
        tool. Returns whether it is."""
        group = last_group(items, run.name)
        self._lines[run.id] = group or ToolLines(self._palette, run)
        if group is not None:
            group.add(run)
        return group is not None

    def _change(
        self, data: Mapping[str, Any], state: RunState | None = None, **fields: object
    ) -> None:
        run = self._runs.get(data["tool_call_id"])
        if run is not None:
            run.change(state, **fields)
            self._changed(run)

    def _changed(self, run: ToolRun) -> None:
        if run.state.is_over:
            self._is_over(run)
        if (lines := self._lines.get(run.id)) is not None:
            lines.changed()
            self._transcript.refresh_items()
        self._panel.run_changed(run)

    def _is_over(self, run: ToolRun) -> None:
        """Nothing more comes of `run`; those before it take less memory."""
        self._aging.add(run)
        for old in self._aging.old():
            old.pack()


def _decided(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an event tells of why a call ran. What it would have done before it was edited is of no
    use then."""
    decision = data.get("decision")
    if decision is None:
        return {}
    return (
        {"decision": decision, "preview": ""} if decision.get("edited") else {"decision": decision}
    )


def _progress_text(data: Mapping[str, object]) -> str:
    message = str(data.get("message") or "")
    progress, total = data.get("progress"), data.get("total")
    if isinstance(progress, int | float) and isinstance(total, int | float) and total:
        return f"{progress / total:.0%} {message}".rstrip()
    return message
