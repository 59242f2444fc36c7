"""From messages and events to items: what a conversation looks like.

The same items are made from stored messages (a resumed session) and from live events, so a
session looks the same after a restart as it did before. The presenter knows items and the two
views, not the conversation.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import assert_never

from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, MessageStatus, compaction_of
from tyler_tui.remarks import (
    STATUS_NOTICES,
    compacting_text,
    limit_text,
    loading_text,
    retry_text,
)
from tyler_tui.sanitize import one_line
from tyler_tui.tui.call_presenter import CallPresenter
from tyler_tui.tui.items.attached_files import ToolImages, images_among
from tyler_tui.tui.items.base import BaseItem, Gap
from tyler_tui.tui.items.cards import Notice
from tyler_tui.tui.items.error_card import ErrorCard
from tyler_tui.tui.items.reply import Reply, Thinking, TurnHead
from tyler_tui.tui.items.summary import SummaryCard
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.widgets.tool_panel import ToolPanel
from tyler_tui.tui.widgets.transcript import Transcript


class Presenter:
    """Shows one conversation in `transcript` and `panel`."""

    def __init__(
        self, transcript: Transcript, panel: ToolPanel, palette: Palette, assistant: str
    ) -> None:
        self._transcript = transcript
        self._palette = palette
        self.calls = CallPresenter(transcript, panel, palette)
        self._assistant = one_line(assistant, 40)
        self._prompt: UserPrompt | None = None
        """What is being answered."""
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
        self.calls.set_palette(palette)

    def anchor(self, message_id: str) -> BaseItem | None:
        """The item at which that message begins, if it was ever shown."""
        return self._anchors.get(message_id)

    def let_go(self, items: Sequence[object]) -> None:
        """Forget items that are no longer in the transcript."""
        gone = set(map(id, items))
        self._anchors = {key: item for key, item in self._anchors.items() if id(item) not in gone}
        self.calls.let_go(gone)

    # Stored messages

    def items_of(self, messages: Sequence[Message], *, older: bool = False) -> list[BaseItem]:
        """The items of stored messages, oldest first and in whole turns. Their tool calls join
        the panel: before those that are there when they are `older`."""
        items: list[BaseItem] = []
        head = TurnHead(self._palette, self._assistant)
        after_tools = False
        previous = "user"
        for message in messages:
            if message.role == "user":
                prompt = UserPrompt.of(self._palette, message)
                items += [Gap(self._palette), prompt, *self._thumbnails(message)]
                self._anchors[message.id] = prompt
            elif message.role == "assistant":
                if previous == "user":
                    head = TurnHead(self._palette, self._assistant)
                    items += [Gap(self._palette), head]
                head.count(message)
                said = self._stored_answer(message, items, gap=after_tools)
                if said is not None:
                    head.replies.append(said)
                self._anchors[message.id] = said or head
                after_tools = bool(message.tool_calls)
            elif message.role == "tool":
                self._anchors[message.id] = self.calls.stored_result(message) or head
                if images_among(message.attachments):
                    items.append(ToolImages(self._palette, message.attachments))
                    items += self._thumbnails(message)
                continue
            elif compaction_of(message) is not None:
                items += [Gap(self._palette), SummaryCard(self._palette, message)]
                continue
            previous = message.role
        self.calls.end_stored(older=older)
        return items

    def _stored_answer(self, message: Message, items: list[BaseItem], *, gap: bool) -> Reply | None:
        """Add what a message shows to `items`; returns the item of its text."""
        said: Reply | None = None
        if message.reasoning_content:
            items.append(Thinking(self._palette, message.reasoning_content))
        if message.content.strip():
            if gap or message.reasoning_content:
                items.append(Gap(self._palette))
            said = Reply(self._palette, message.content)
            items.append(said)
        calls = message.tool_calls or []
        if calls and message.content.strip():
            items.append(Gap(self._palette))
        for call in calls:
            self.calls.stored_call(call, items)
        if message.status in STATUS_NOTICES:
            items.append(Notice(self._palette, STATUS_NOTICES[message.status]))
        return said

    # Live events

    def show(self, event: ExecutionEvent) -> None:
        """Show one event."""
        if event.is_by_hand:
            self._show_by_hand(event)
            return
        data, self._now = event.data, event.timestamp
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                self._drop_notice()
                self._live_reply().append(data["content_chunk"])
                self._transcript.refresh_items()
            case EventType.LLM_THINKING_CHUNK:
                self._drop_notice()
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
                self._drop_notice()
                if isinstance(self._transcript.last_item, Reply):
                    self._transcript.append(Gap(self._palette))
                self.calls.show(event)
            case (
                EventType.APPROVAL_REQUESTED
                | EventType.TOOL_EXECUTING
                | EventType.TOOL_PROGRESS
                | EventType.TOOL_RESULT
                | EventType.TOOL_ERROR
            ):
                self.calls.show(event)
            case EventType.RETRY:
                self._say(retry_text(data))
                if "model" in data:
                    self._notice = None  # who answers is worth knowing later too
            case EventType.STALLED:
                self._say(f"… nothing has arrived for {data['silent_s']:.0f} s · Ctrl+C stops")
            case EventType.LOADING:
                self._say(f"{loading_text(data)} · Ctrl+C stops")
            case EventType.COMPACTING:
                self._say(f"{compacting_text(data)} · Ctrl+C stops")
            case EventType.COMPACTED:
                self._drop_notice()
            case EventType.ITERATION_LIMIT:
                self._say(limit_text(data))
                self._notice = None
            case EventType.EXECUTION_COMPLETE:
                self._end_turn()
            case EventType.EXECUTION_CANCELLED:
                self._end_turn()
                self.calls.interrupt_all()
                self._transcript.append(
                    Notice(self._palette, STATUS_NOTICES[MessageStatus.CANCELLED])
                )
                self._transcript.refresh_now()  # who stopped it waits for that
            case EventType.EXECUTION_ERROR:
                self._end_turn()
                self.calls.interrupt_all()
                self._show_error(event)
            case _:
                assert_never(event.type)

    def _show_by_hand(self, event: ExecutionEvent) -> None:
        """Show an event of a call that the user made: in the panel alone, unless it is an error
        that no row tells of."""
        self.calls.show(event)
        if event.type.is_terminal:
            self.calls.interrupt_all()
        if event.type is EventType.EXECUTION_ERROR:
            self._show_error(event)

    def _message_created(self, message: Message) -> None:
        if message.role == "user":
            self._transcript.append(Gap(self._palette))
            prompt = UserPrompt.of(self._palette, message)
            self._anchors[message.id] = prompt
            self._transcript.append(prompt)
            self._append_thumbnails(message)
            self._head, self._prompt = None, prompt
            self._transcript.scroll_to_end()
        elif message.role == "assistant" and self._head is not None:
            self._head.count(message)
            self._anchors[message.id] = self._said or self._head
            self._transcript.refresh_items()
        elif message.role == "tool" and images_among(message.attachments):
            self._transcript.append(ToolImages(self._palette, message.attachments))
            self._append_thumbnails(message)
        elif compaction_of(message) is not None:
            self._drop_notice()
            self._transcript.append(Gap(self._palette))
            self._transcript.append(SummaryCard(self._palette, message))

    def _thumbnails(self, message: Message) -> Sequence[BaseItem]:
        """What shows the images of a message small."""
        if not (images := images_among(message.attachments)):
            return ()
        from tyler_tui.tui.thumbnails import thumbnails  # noqa: PLC0415 - most have no images

        of_prompt = message.role == "user"
        return thumbnails(self._transcript, self._palette, images, of_prompt=of_prompt)

    def _append_thumbnails(self, message: Message) -> None:
        for item in self._thumbnails(message):
            self._transcript.append(item)

    def _iteration_started(self) -> None:
        self._transcript.set_streaming(True)
        if self._head is None:
            self._head = TurnHead(self._palette, self._assistant)
            self._transcript.append(Gap(self._palette))
            self._transcript.append(self._head)
            if self._prompt is not None:
                self._transcript.viewport.stop_at(self._prompt, self._head)

    def _live_reply(self) -> Reply:
        if self._reply is None:
            self._end_pieces()
            if not isinstance(self._transcript.last_item, TurnHead):
                self._transcript.append(Gap(self._palette))
            self._reply = Reply(self._palette)
            self._transcript.append(self._reply)
            if self._head is not None:
                self._head.replies.append(self._reply)
        return self._reply

    def _live_thinking(self) -> Thinking:
        if self._thinking is None:
            self._end_pieces()
            self._thinking = Thinking(self._palette, began=self._now)
            self._transcript.append(self._thinking)
        return self._thinking

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
