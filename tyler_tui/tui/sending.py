"""From what was typed to the conversation: prompts, slash commands, and the queue's way back."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from tyler_tui.commands import by_slash, nearest_slash, read_slash
from tyler_tui.errors import TylerError, UsageError
from tyler_tui.mentions import Mention, mentions
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.open_session import OpenSession
from tyler_tui.tui.switching import Said, is_for_all

if TYPE_CHECKING:
    from tyler_tui.messages import Attachment
    from tyler_tui.tools.mcp import McpServers
    from tyler_tui.tui.screens.chat import ChatScreen


class Sending:
    """Sends what is submitted, to the conversation that is shown."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat

    def submit(self, said: Said) -> None:
        """Run a slash command or send a prompt, in the session that is being opened when there is
        one."""
        switching, slash = self._chat.desk.switching, read_slash(said.text)
        command = by_slash(slash[0]) if slash is not None else None
        if switching.is_under_way and not (command is not None and is_for_all(command)):
            switching.hold(said)
        else:
            self.deliver(said)

    def deliver(self, said: Said) -> None:
        """Run a slash command or send a prompt, in the session that is shown."""
        text, typed = said.text, said.typed
        slash = None if said.is_prompt else read_slash(text)
        if said.is_prompt:
            self.send(text, mentions(typed))
        elif slash is not None:
            self._run_slash(*slash, text)
        elif text.startswith("/") and self._ask_server(text):
            return
        elif self._chat.branching.is_editing:
            self._chat.branching.resend(text, typed)
        else:
            self.send(text, mentions(typed))

    def _ask_server(self, text: str) -> bool:
        """Send the prompt of an MCP server that `text` asks for; returns whether it asks for one.
        It goes where it was typed, though the server may take until another session is shown."""
        session, mcp = self._chat.desk.shown, self._chat.backend.mcp
        if session is None or mcp is None:
            return False
        from tyler_tui.tools.mcp.typed import is_of_a_server  # noqa: PLC0415 - came with the servers

        if not is_of_a_server(text, mcp):
            return False
        self.begins(session, text)
        files = self._chat.writing.attached.take_files()  # those of now, not of when it comes
        work = partial(self._send_from_server, session, text, files, mcp)
        run_beside(self._chat, work, "send")
        return True

    async def _send_from_server(
        self, session: OpenSession, text: str, files: "Sequence[Attachment]", mcp: "McpServers"
    ) -> None:
        from tyler_tui.tools.mcp.typed import expanded  # noqa: PLC0415 - came with the servers

        try:
            found = await expanded(text, mcp)
            if found is not None:  # what a server wrote names no files of the user
                self._send(session, found[0], (), [*files, *found[1]], is_typed=False)
        except TylerError as error:
            self._give_back(session, text, files)
            self._chat.report(error)
        finally:
            self.is_over(session, text)

    def _run_slash(self, word: str, argument: str, text: str) -> None:
        command = by_slash(word)
        if command is None:
            self._chat.composer.prepend_draft(text)
            near = nearest_slash(word)
            hint = f"did you mean /{near}?" if near else "F1 lists them"
            self._chat.status.say(f"there is no command /{word} · {hint}")
        else:
            self._chat.run_command(command, argument)

    def send(self, text: str, named: Sequence[Mention] = ()) -> None:
        """Send `text` as a prompt with the files that it names and those that are pinned, to the
        session that is shown; while an answer is under way it is queued."""
        if (session := self._chat.desk.shown) is not None:
            self._send(session, text, named, self._chat.writing.attached.take_files())

    def _send(
        self,
        session: OpenSession,
        text: str,
        named: Sequence[Mention],
        files: "Sequence[Attachment]",
        *,
        is_typed: bool = True,
    ) -> None:
        """`is_typed` is as in `Conversation.send`."""
        if session.conversation.is_busy and not named and not session.line.locked():
            self._send_to(session, text, files, is_typed)
        else:
            self.begins(session, text)
            work = partial(self._send_in_line, session, text, named, files, is_typed)
            run_beside(self._chat, work, "send")

    async def _send_in_line(
        self,
        session: OpenSession,
        text: str,
        named: Sequence[Mention],
        files: "Sequence[Attachment]",
        is_typed: bool,
    ) -> None:
        try:
            async with session.line:
                await self.send_next(session, text, named, files, is_typed=is_typed)
        except TylerError as error:
            self._give_back(session, text, files)
            self._chat.report(error)
        finally:
            self.is_over(session, text)

    def begins(self, session: OpenSession, text: str) -> None:
        """A prompt is on its way to the conversation of that session."""
        session.sending.append(text)
        self._chat.desk.keep_waiting(session)

    def is_over(self, session: OpenSession, text: str) -> None:
        """It is on its way no longer: the conversation has it, or it was given back."""
        if text in session.sending:
            session.sending.remove(text)
        self._chat.desk.keep_waiting(session)

    def give_up(self, session: OpenSession) -> None:
        """Give back all that was sent in a session and is not in it yet."""
        self._chat.workers.cancel_group(self._chat, "send")
        on_its_way, session.sending = session.sending, []
        for text in filter(None, reversed(on_its_way)):
            self._give_back(session, text, ())
        self.return_queue(session)

    async def send_next(
        self,
        session: OpenSession,
        text: str,
        named: Sequence[Mention] = (),
        files: "Sequence[Attachment]" = (),
        *,
        is_typed: bool = True,
    ) -> None:
        """Send a prompt whose turn has come in the session's `line`, behind what another program
        may have added to the session. Raises TylerError."""
        desk = self._chat.desk
        read = await self._chat.writing.attached.read(named)
        if await session.conversation.catch_up():
            await desk.reshow(session.conversation)
            if session is desk.shown:
                self._chat.notify("This session went on in another tyler-chat.", markup=False)
        self._send_to(session, text, [*files, *read], is_typed)

    def _give_back(self, session: OpenSession, text: str, files: "Sequence[Attachment]") -> None:
        """Put a prompt that was not sent before the draft of its session."""
        self._chat.writing.attached.give_back(files, text)
        desk = self._chat.desk
        if session is desk.shown and not desk.switching.is_under_way:
            self._chat.composer.prepend_draft(text)
        else:
            desk.drafts.prepend(session.id, text)

    def _send_to(
        self, session: OpenSession, text: str, files: "Sequence[Attachment]", is_typed: bool
    ) -> None:
        conversation = session.conversation
        if files:
            from tyler_tui.attaching import check_seen  # noqa: PLC0415 - not for the first paint

            try:
                check_seen(files, conversation.agent.model_info)
            except UsageError as error:
                self._give_back(session, text, files)
                self._chat.report(error)
                return
        if not conversation.is_busy:
            session.progress.begin()
        conversation.send(text, files, is_typed=is_typed)
        self._chat.desk.keep_waiting(session)
        if session is self._chat.desk.shown:
            self._chat.work_on(self._chat.view.go_to_end, group="end")
            self._chat.show_state()

    def return_queue(self, session: OpenSession) -> None:
        """Give back what was queued in a session: it stands before the draft."""
        for message in reversed(session.conversation.queue.take()):
            self._give_back(session, message.text, message.attachments)

    # What waits

    def edit_queued(self, id: str) -> None:
        """Put a prompt that waits back into the composer, before the draft."""
        queued = self._chat.conversation.queue.drop(id) if self._chat.conversation else None
        if queued is not None:
            self._chat.writing.attached.give_back(queued.attachments, queued.text)
            self._chat.composer.prepend_draft(queued.text)
            self._chat.composer.focus()
        self._show_waiting()

    def edit_last_queued(self) -> bool:
        """Put the prompt that was queued last back; returns whether there was one."""
        queue = self._chat.conversation.queue if self._chat.conversation else ()
        if queue:
            self.edit_queued(queue[-1].id)
        return bool(queue)

    def drop_queued(self, id: str) -> None:
        """Send a prompt that waits no more; Up finds it in the history."""
        if self._chat.conversation is not None:
            self._chat.conversation.queue.drop(id)
        self._show_waiting()

    def move_queued(self, id: str, by: int) -> None:
        """Send a prompt that waits sooner or later."""
        if self._chat.conversation is not None:
            self._chat.conversation.queue.move(id, by)
        self._show_waiting()

    def _show_waiting(self) -> None:
        """Show and keep what waits by now in the session that is shown."""
        if (session := self._chat.desk.shown) is not None:
            self._chat.desk.keep_waiting(session)
        self._chat.show_state()
