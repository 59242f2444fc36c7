"""From what was typed to the conversation: prompts, slash commands, and the queue's way back."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tyler_tui.commands import by_slash, nearest_slash, read_slash
from tyler_tui.errors import TylerError, UsageError
from tyler_tui.mentions import Mention, mentions
from tyler_tui.messages import Attachment
from tyler_tui.tui.open_session import OpenSession

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


class Sending:
    """Sends what is submitted, to the conversation that is shown."""

    def __init__(self, chat: "ChatScreen", prompt: str) -> None:
        """`prompt` goes out once a session is open."""
        self._chat = chat
        self._waiting = prompt
        self._line = asyncio.Lock()
        """Prompts go out in their order, though the files of one may take longer to read."""

    def submit(self, text: str, typed: str | None = None) -> None:
        """Run `text` as a slash command, or send it with the files that are named in what was
        `typed` of it, which may be less than all."""
        typed = text if typed is None else typed
        slash = read_slash(text)
        if slash is not None:
            self._run_slash(*slash, text)
        elif text.startswith("/") and self._chat.backend.mcp is not None:
            self._chat.run_worker(self._send_from_server(text, typed), group="send")
        elif self._chat.branching.is_editing:
            self._chat.run_worker(self._chat.branching.resend(text, typed), group="send")
        elif self._chat.conversation is None:
            self._waiting = "\n".join(filter(None, [self._waiting, text]))
            self._chat.status.say("opening the session… your prompt goes out when it is there")
        else:
            self.send(text, mentions(typed))

    def send_waiting(self) -> None:
        """Send what was submitted before a session was open."""
        if self._waiting:
            prompt, self._waiting = self._waiting, ""
            self.send(prompt, mentions(prompt))

    async def _send_from_server(self, text: str, typed: str) -> None:
        """Send the prompt of an MCP server that `text` asks for; `text` where it asks for none."""
        from tyler_tui.tools.mcp.typed import expanded  # noqa: PLC0415 - seldom

        try:
            found = await expanded(text, self._chat.backend.mcp)
        except TylerError as error:
            self._chat.composer.prepend_draft(text)
            self._chat.report(error)
            return
        if found is None:
            self.send(text, mentions(typed))
        else:  # what a server wrote names no files of the user
            self.send(found[0], files=found[1])

    def _run_slash(self, word: str, argument: str, text: str) -> None:
        command = by_slash(word)
        if command is None:
            self._chat.composer.set_draft(text)
            near = nearest_slash(word)
            hint = f"did you mean /{near}?" if near else "F1 lists them"
            self._chat.status.say(f"there is no command /{word} · {hint}")
        else:
            self._chat.run_command(command, argument)

    def send(
        self, text: str, named: Sequence[Mention] = (), files: Sequence[Attachment] = ()
    ) -> None:
        """Send `text` as a prompt with the files that it names, and `files`; while an answer is
        under way it is queued."""
        session = self._chat.desk.shown
        if session is None:
            return
        if session.conversation.is_busy and not named and not self._line.locked():
            self._send_to(session, text, files)
        else:
            session.sending += 1
            self._chat.run_worker(self._send_in_line(session, text, named, files), group="send")

    async def _send_in_line(
        self,
        session: OpenSession,
        text: str,
        named: Sequence[Mention],
        files: Sequence[Attachment],
    ) -> None:
        """Send a prompt behind those that were submitted before it, and behind what another program
        may have added to the session."""
        desk = self._chat.desk
        try:
            async with self._line:
                read = await self._chat.writing.attached.read(named)
                if await session.conversation.catch_up():
                    session.turn.clear()
                    if session is desk.shown:
                        await desk.reshow()
                        self._chat.notify(
                            "This session went on in another tyler-chat.", markup=False
                        )
                self._send_to(session, text, [*files, *read])
        except TylerError as error:
            self._give_back(session, text, files)
            self._chat.report(error)
        finally:
            session.sending -= 1

    def _give_back(self, session: OpenSession, text: str, files: Sequence[Attachment]) -> None:
        """Put a prompt that was not sent before the draft of its session."""
        self._chat.writing.attached.give_back(files, text)
        if session is self._chat.desk.shown:
            self._chat.composer.prepend_draft(text)
        else:
            self._chat.desk.drafts.prepend(session.id, text)

    def _send_to(self, session: OpenSession, text: str, files: Sequence[Attachment]) -> None:
        conversation, attached = session.conversation, self._chat.writing.attached
        files = [*attached.take_files(), *files]
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
        conversation.send(text, files)
        if session is self._chat.desk.shown:
            self._chat.work_on(self._chat.view.go_to_end(), group="end")
            self._chat.show_state()

    def return_queue(self) -> None:
        """Give back what was queued: it stands before the draft."""
        if self._chat.conversation is not None:
            queued = self._chat.conversation.take_queue()
            for message in queued:
                self._chat.writing.attached.give_back(message.attachments, message.text)
            if queued:
                self._chat.composer.prepend_draft("\n".join(message.text for message in queued))

    # What waits

    def edit_queued(self, id: str) -> None:
        """Put a prompt that waits back into the composer, before the draft."""
        queued = self._chat.conversation.unqueue(id) if self._chat.conversation else None
        if queued is not None:
            self._chat.writing.attached.give_back(queued.attachments, queued.text)
            self._chat.composer.prepend_draft(queued.text)
            self._chat.composer.focus()
        self._chat.show_state()

    def edit_last_queued(self) -> bool:
        """Put the prompt that was queued last back; returns whether there was one."""
        queue = self._chat.conversation.queue if self._chat.conversation else ()
        if queue:
            self.edit_queued(queue[-1].id)
        return bool(queue)

    def drop_queued(self, id: str) -> None:
        """Send a prompt that waits no more; Up finds it in the history."""
        if self._chat.conversation is not None:
            self._chat.conversation.unqueue(id)
            if not self._chat.conversation.queue:
                self._chat.composer.focus()
        self._chat.show_state()

    def move_queued(self, id: str, by: int) -> None:
        """Send a prompt that waits sooner or later."""
        if self._chat.conversation is not None:
            self._chat.conversation.move_queued(id, by)
        self._chat.show_state()
