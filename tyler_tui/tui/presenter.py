"""From messages and events to items: what a conversation looks like.

The same items are made from stored messages (a resumed session) and from live events, so a
session looks the same after a restart as it did before. The presenter knows items and the two
views, not the conversation.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, assert_never

from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, MessageStatus, compaction_of
from tyler_tui.remarks import compacting_text, retry_text
from tyler_tui.sanitize import one_line
from tyler_tui.tui.items.base import BaseItem, Gap
from tyler_tui.tui.items.cards import Notice
from tyler_tui.tui.items.error_card import ErrorCard
from tyler_tui.tui.items.reply import Reply, Thinking, TurnHead
from tyler_tui.tui.items.summary import SummaryCard
from tyler_tui.tui.items.tool_call import ToolLine
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun
from tyler_tui.tui.widgets.tool_panel import ToolPanel
from tyler_tui.tui.widgets.transcript import Transcript

STATUS_NOTICES = {
    MessageStatus.CANCELLED: "■ stopped · the partial answer is kept",
    MessageStatus.INTERRUPTED: "■ interrupted · the program ended before the answer did",
    MessageStatus.TRUNCATED: "! cut off · the answer ended early",
    MessageStatus.ERROR: "✗ ended by an error · the partial answer is kept",
}


class Presenter:
    """Shows one conversation in `transcript` and `panel`."""

    def __init__(
        self, transcript: Transcript, panel: ToolPanel, palette: Palette, assistant: str
    ) -> None:
        self._transcript = transcript
        self._panel = panel
        self._palette = palette
        self._assistant = one_line(assistant, 40)
        self._runs: dict[str, ToolRun] = {}
        self._lines: dict[str, ToolLine] = {}
        self._head: TurnHead | None = None
        self._reply: Reply | None = None
        self._thinking: Thinking | None = None
        self._notice: Notice | None = None
        self._said: Reply | None = None
        """The text of the message that is coming, or came last."""
        self._anchors: dict[str, BaseItem] = {}
        self._now = datetime.now(UTC)
        """When the event happened that is being shown: it may be shown late."""

    def set_palette(self, palette: Palette) -> None:
        self._palette = palette

    def anchor(self, message_id: str) -> BaseItem | None:
        """The item at which that message begins, if it was ever shown."""
        return self._anchors.get(message_id)

    # Stored messages

    def items_of(self, messages: Sequence[Message], *, older: bool = False) -> list[BaseItem]:
        """The items of stored messages, oldest first and in whole turns. Their tool calls join
        the panel: before those that are there when they are `older`."""
        known = set(self._runs)
        items: list[BaseItem] = []
        head = TurnHead(self._palette, self._assistant)
        after_tools = False
        previous = "user"
        for message in messages:
            if message.role == "user":
                prompt = UserPrompt.of(self._palette, message)
                items += [Gap(self._palette), prompt]
                self._anchors[message.id] = prompt
            elif message.role == "assistant":
                if previous == "user":
                    head = TurnHead(self._palette, self._assistant)
                    items += [Gap(self._palette), head]
                head.count(message)
                answer = self._stored_answer(message, gap=after_tools)
                texts = (item for item in answer if isinstance(item, Reply))
                self._anchors[message.id] = next(texts, head)
                items += answer
                after_tools = bool(message.tool_calls)
            elif message.role == "tool":
                self._stored_result(message)
                self._anchors[message.id] = self._lines.get(message.tool_call_id or "", head)
                continue
            elif compaction_of(message) is not None:
                items += [Gap(self._palette), SummaryCard(self._palette, message)]
                continue
            previous = message.role
        runs = [run for run in self._runs.values() if run.id not in known]
        for run in runs:
            if not run.state.is_over:
                run.change(RunState.INTERRUPTED)
        self._panel.add_runs(runs, self._palette, older=older)
        return items

    def _stored_answer(self, message: Message, *, gap: bool) -> list[BaseItem]:
        items: list[BaseItem] = []
        if message.reasoning_content:
            items.append(Thinking(self._palette, message.reasoning_content))
        if message.content.strip():
            if gap or message.reasoning_content:
                items.append(Gap(self._palette))
            items.append(Reply(self._palette, message.content))
        calls = message.tool_calls or []
        if calls and message.content.strip():
            items.append(Gap(self._palette))
        for call in calls:
            items.append(self._line_of(ToolRun(call.id, call.name, call.arguments)))
        if message.status in STATUS_NOTICES:
            items.append(Notice(self._palette, STATUS_NOTICES[message.status]))
        return items

    def _stored_result(self, message: Message) -> None:
        run = self._runs.get(message.tool_call_id or "")
        if run is None:
            return
        metrics = message.metrics
        state = RunState.DONE
        if metrics.get("denied"):
            state = RunState.DENIED
        elif metrics.get("failed"):
            state = RunState.FAILED
        run.change(state, result=message.content, duration_ms=metrics.get("duration_ms"))

    # Live events

    def show(self, event: ExecutionEvent) -> None:
        """Show one event."""
        data, self._now = event.data, event.timestamp
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                self._live_reply().append(data["content_chunk"])
                self._transcript.refresh_items()
            case EventType.LLM_THINKING_CHUNK:
                self._live_thinking().append(data["thinking_chunk"])
                self._transcript.refresh_items()
            case EventType.MESSAGE_CREATED:
                self._message_created(data["message"])
            case EventType.ITERATION_START:
                self._iteration_started()
            case EventType.LLM_REQUEST:
                self._said = None
            case EventType.LLM_RESPONSE:
                self._end_pieces()
            case EventType.TOOL_SELECTED:
                self._tool_selected(data)
            case EventType.APPROVAL_REQUESTED:
                self._change_by_id(data, RunState.ASKING)
            case EventType.TOOL_EXECUTING:
                self._change_by_id(data, RunState.RUNNING, started=self._now)
            case EventType.TOOL_PROGRESS:
                self._change_by_id(data, progress=_progress_text(data))
            case EventType.TOOL_RESULT:
                self._change_by_id(
                    data, RunState.DONE, result=data["result"], duration_ms=data["duration_ms"]
                )
            case EventType.TOOL_ERROR:
                state = RunState.DENIED if data.get("denied") else RunState.FAILED
                self._change_by_id(
                    data, state, result=data["error"], duration_ms=data.get("duration_ms")
                )
            case EventType.RETRY:
                self._say(retry_text(data))
                if "model" in data:
                    self._notice = None  # who answers is worth knowing later too
            case EventType.STALLED:
                self._say(f"… nothing has arrived for {data['silent_s']:.0f} s · Ctrl+C stops")
            case EventType.COMPACTING:
                self._say(f"{compacting_text(data)} · Ctrl+C stops")
            case EventType.COMPACTED:
                self._drop_notice()
            case EventType.ITERATION_LIMIT:
                self._say(f"! the limit of {data['iterations_used']} rounds of tools was reached")
                self._notice = None
            case EventType.EXECUTION_COMPLETE:
                self._end_turn()
            case EventType.EXECUTION_CANCELLED:
                self._end_turn()
                self._close_open_runs()
                self._transcript.append(
                    Notice(self._palette, STATUS_NOTICES[MessageStatus.CANCELLED])
                )
            case EventType.EXECUTION_ERROR:
                self._end_turn()
                self._close_open_runs()
                self._show_error(event)
            case _:
                assert_never(event.type)

    def _message_created(self, message: Message) -> None:
        if message.role == "user":
            self._transcript.append(Gap(self._palette))
            prompt = UserPrompt.of(self._palette, message)
            self._anchors[message.id] = prompt
            self._transcript.append(prompt)
            self._head = None
            self._transcript.scroll_to_end()
        elif message.role == "assistant" and self._head is not None:
            self._head.count(message)
            self._anchors[message.id] = self._said or self._head
            self._transcript.refresh_items()
        elif compaction_of(message) is not None:
            self._drop_notice()
            self._transcript.append(Gap(self._palette))
            self._transcript.append(SummaryCard(self._palette, message))

    def _iteration_started(self) -> None:
        self._transcript.set_streaming(True)
        if self._head is None:
            self._head = TurnHead(self._palette, self._assistant)
            self._transcript.append(Gap(self._palette))
            self._transcript.append(self._head)

    def _live_reply(self) -> Reply:
        if self._reply is None:
            self._drop_notice()
            self._end_pieces()
            if not isinstance(self._transcript.last_item, TurnHead):
                self._transcript.append(Gap(self._palette))
            self._reply = Reply(self._palette)
            self._transcript.append(self._reply)
        return self._reply

    def _live_thinking(self) -> Thinking:
        if self._thinking is None:
            self._drop_notice()
            self._end_pieces()
            self._thinking = Thinking(self._palette, began=self._now)
            self._transcript.append(self._thinking)
        return self._thinking

    def _tool_selected(self, data: dict[str, Any]) -> None:
        self._drop_notice()
        if isinstance(self._transcript.last_item, Reply):
            self._transcript.append(Gap(self._palette))
        run = ToolRun(data["tool_call_id"], data["tool_name"], data["arguments"])
        self._transcript.append(self._line_of(run))
        self._panel.add_runs([run], self._palette)

    def _end_pieces(self) -> None:
        if self._thinking is not None:
            self._thinking.finish(self._now)
            self._thinking = None
        if self._reply is not None:
            self._reply.finish()
            self._said, self._reply = self._reply, None
        self._transcript.refresh_items()

    def _end_turn(self) -> None:
        self._drop_notice()
        self._end_pieces()
        self._head = None
        self._transcript.set_streaming(False)

    def _show_error(self, event: ExecutionEvent) -> None:
        self._transcript.append(Gap(self._palette))
        self._transcript.append(ErrorCard.of_event(self._palette, event))

    def _say(self, text: str) -> None:
        """Show a notice of the moment: the next one, or the answer, takes its place."""
        if self._notice is None:
            self._notice = Notice(self._palette, text)
            self._transcript.append(self._notice)
        else:
            self._notice.set_text(text)
            self._transcript.refresh_items()

    def _drop_notice(self) -> None:
        if self._notice is not None:
            self._transcript.remove_item(self._notice)
            self._notice = None

    # Tool runs

    def _line_of(self, run: ToolRun) -> ToolLine:
        self._runs[run.id] = run
        self._lines[run.id] = ToolLine(self._palette, run)
        return self._lines[run.id]

    def _close_open_runs(self) -> None:
        for run in self._runs.values():
            if not run.state.is_over:
                self._change(run, RunState.INTERRUPTED)

    def _change_by_id(
        self, data: dict[str, Any], state: RunState | None = None, **fields: object
    ) -> None:
        run = self._runs.get(data["tool_call_id"])
        if run is not None:
            self._change(run, state, **fields)

    def _change(self, run: ToolRun, state: RunState | None = None, **fields: object) -> None:
        run.change(state, **fields)
        self._lines[run.id].changed()
        self._transcript.refresh_items()
        self._panel.run_changed(run)


def _progress_text(data: dict[str, object]) -> str:
    message = str(data.get("message") or "")
    progress, total = data.get("progress"), data.get("total")
    if isinstance(progress, int | float) and isinstance(total, int | float) and total:
        return f"{progress / total:.0%} {message}".rstrip()
    return message
