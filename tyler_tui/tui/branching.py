"""Editing, answering again, and changing between branches: nothing is ever overwritten."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from tyler_tui.errors import TylerError
from tyler_tui.mentions import Mention, bare_name, mentions, names_in
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.draft import Draft
from tyler_tui.tui.items.message_head import MessageHead
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.message_cursor import MessageCursor
from tyler_tui.tui.open_session import OpenSession

if TYPE_CHECKING:
    from tyler_tui.conversation import Conversation
    from tyler_tui.messages import Attachment
    from tyler_tui.tui.screens.chat import ChatScreen

EDITING = "editing an earlier prompt · Enter sends it as a branch · Esc leaves it"


class Branching:
    """Works on the marked message of the chat, or on the last one."""

    def __init__(self, chat: "ChatScreen", cursor: MessageCursor) -> None:
        self._chat = chat
        self._cursor = cursor
        self._edited: UserPrompt | None = None
        self._draft = Draft()

    @property
    def is_editing(self) -> bool:
        """Whether what is in the composer is an earlier prompt."""
        return self._edited is not None

    def edit(self) -> None:
        """Put a prompt into the composer, in place of the draft, which comes back afterwards."""
        chat, prompt = self._chat, self._cursor.prompt()
        if prompt is None or prompt.message_id is None:
            chat.status.say("there is no prompt to edit yet")
            return
        if self._edited is None:
            self._draft = chat.composer.draft
        self._edited = prompt
        self._cursor.mark(prompt)
        chat.composer.set_draft(prompt.text)
        chat.composer.focus()
        chat.status.say(EDITING, seconds=None)

    def give_up(self) -> None:
        """Leave a prompt that is being edited as it was."""
        if self._edited is None:
            return
        self._edited = None
        self._cursor.mark(None)
        self._chat.composer.restore(self._draft)
        self._chat.status.say("")

    def draft_and_edit(self) -> Draft:
        """All that is being written: the draft, and before it a prompt that is edited."""
        composer = self._chat.composer
        return self._draft.after(composer.full_text) if self.is_editing else composer.draft

    def resend(self, text: str, typed: str) -> None:
        """Send `text` as a branch beside the prompt that was edited, with the files that are named
        in what was `typed` of it. The draft is back at once: what is written from now on is not for
        this prompt."""
        chat, prompt, session = self._chat, self._edited, self._chat.desk.shown
        if prompt is None or session is None:
            return
        self._edited = None
        chat.composer.restore(self._draft)
        chat.sending.begins(session, text)
        given = chat.writing.attached.take_files()
        run_beside(chat, partial(self._resend, session, prompt, text, typed, given), "send")

    async def _resend(
        self,
        session: OpenSession,
        prompt: UserPrompt,
        text: str,
        typed: str,
        given: "Sequence[Attachment]",
    ) -> None:
        chat, conversation = self._chat, session.conversation
        assert prompt.message_id is not None  # else it could not be edited
        try:
            async with session.line:
                files = await self._files(conversation, prompt.message_id, mentions(typed))
                await conversation.rewind(await self._parent_of(conversation, prompt.message_id))
                await chat.desk.reshow(conversation)
                await chat.sending.send_next(session, text, files=[*given, *files])
        except TylerError as error:
            chat.writing.attached.give_back(given, text)
            self._edit_again(session, prompt, text)
            chat.report(error)
        finally:
            chat.sending.is_over(session, text)

    def _edit_again(self, session: OpenSession, prompt: UserPrompt, text: str) -> None:
        """Put back what was not sent: nothing of it is lost."""
        chat = self._chat
        if session is not chat.desk.shown or chat.desk.switching.is_under_way or self.is_editing:
            chat.desk.drafts.prepend(session.id, text)
            return
        self._edited, self._draft = prompt, chat.composer.draft
        chat.composer.set_draft(text)

    async def _files(
        self, conversation: "Conversation", message_id: str, named: Sequence[Mention]
    ) -> "list[Attachment]":
        """What goes with a prompt that was edited: the files that it names now, as they are now,
        and of those that went with it before what it still names though it is gone, or never named.
        Raises UsageError."""
        files = await self._chat.writing.attached.read(named)
        (before,) = await conversation.history_from(message_id, 1) or (None,)
        if before is None:
            return files
        read = {file.filename for file in files}
        still, once = names_in(named), names_in(mentions(before.content))
        kept = [
            file
            for file in before.attachments
            if file.filename not in read
            and (bare_name(file.filename) in still or bare_name(file.filename) not in once)
        ]
        return [*kept, *files]

    async def retry(self) -> None:
        """Answer a prompt once more."""
        chat, prompt, session = self._chat, self._cursor.prompt(), self._chat.desk.shown
        if prompt is None or prompt.message_id is None or session is None:
            chat.status.say("there is no prompt to answer yet")
            return
        conversation = session.conversation
        chat.sending.begins(session, "")
        try:
            await conversation.rewind(await self._parent_of(conversation, prompt.message_id))
            chat.composer.focus()
            await chat.desk.reshow(conversation)
            conversation.answer_again(prompt.message_id)
            chat.show_state()
        finally:
            chat.sending.is_over(session, "")

    async def step(self, by: int) -> None:
        """Show the branch before (-1) or after (1) in place of the one that is shown."""
        chat, head, conversation = self._chat, self._cursor.with_branches(), self._chat.conversation
        if head is None or head.message_id is None or conversation is None:
            chat.status.say("this conversation has no other branch")
            return
        siblings = (await conversation.siblings([head.message_id])).get(head.message_id, ())
        to = siblings.index(head.message_id) + by if head.message_id in siblings else -1
        if not 0 <= to < len(siblings):
            chat.status.say("there is no other branch here" if len(siblings) < 2 else "that is all")
            return
        await conversation.switch_branch(siblings[to])
        await chat.desk.reshow(conversation)
        chat.show_totals()
        items = chat.view.transcript.viewport.items
        for item in items:
            if isinstance(item, MessageHead) and item.message_id == siblings[to]:
                self._cursor.mark(item)

    async def _parent_of(self, conversation: "Conversation", message_id: str) -> str | None:
        before = await conversation.history(before=message_id, limit=1)
        return before[-1].id if before else None
