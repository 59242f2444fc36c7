"""From what was typed to the conversation: prompts, slash commands, and the queue's way back."""

import re
from typing import TYPE_CHECKING

from tyler_tui.commands import by_slash
from tyler_tui.conversation import Conversation
from tyler_tui.errors import TylerError

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

_SLASH_WORD = re.compile(r"/([A-Za-z][\w-]*)(?:\s+(.*))?\s*")


class Sending:
    """Sends what is submitted, to the conversation that is shown."""

    def __init__(self, chat: "ChatScreen", prompt: str) -> None:
        """`prompt` goes out once a session is open."""
        self._chat = chat
        self._waiting = prompt

    def submit(self, text: str) -> None:
        """Run `text` as a slash command, or send it."""
        slash = _SLASH_WORD.fullmatch(text)
        if slash is not None:
            self._run_slash(slash[1], slash[2] or "", text)
        elif self._chat.branching.is_editing:
            self._chat.run_worker(self._chat.branching.resend(text), group="send")
        elif self._chat.conversation is None:
            self._waiting = "\n".join(filter(None, [self._waiting, text]))
            self._chat.status.say("opening the session… your prompt goes out when it is there")
        else:
            self.send(text)

    def send_waiting(self) -> None:
        """Send what was submitted before a session was open."""
        if self._waiting:
            prompt, self._waiting = self._waiting, ""
            self.send(prompt)

    def _run_slash(self, word: str, argument: str, text: str) -> None:
        command = by_slash(word)
        if command is None:
            self._chat.composer.set_draft(text)
            self._chat.status.say(f"there is no command /{word} · F1 lists them")
        else:
            self._chat.run_command(command, argument.strip())

    def send(self, text: str) -> None:
        """Send `text` as a prompt; while an answer is under way it is queued."""
        conversation = self._chat.conversation
        if conversation is None:
            return
        if conversation.is_busy:
            self._send_to(conversation, text)
        else:
            self._chat.run_worker(self._catch_up_and_send(conversation, text), group="send")

    async def _catch_up_and_send(self, conversation: Conversation, text: str) -> None:
        """Send a prompt behind what another program may have added to the session."""
        chat = self._chat
        try:
            if await conversation.catch_up() and conversation is chat.conversation:
                await chat.desk.reshow()
                chat.notify("This session went on in another tyler-chat.", markup=False)
        except TylerError as error:
            self._give_back(conversation, text)
            chat.report(error)
            return
        if conversation is chat.conversation:
            self._send_to(conversation, text)
        else:
            self._give_back(conversation, text)

    def _give_back(self, conversation: Conversation, text: str) -> None:
        """Put a prompt that was not sent before the draft of its session."""
        if conversation is self._chat.conversation:
            self._chat.composer.prepend_draft(text)
        else:
            self._chat.desk.drafts.prepend(conversation.thread.id, text)

    def _send_to(self, conversation: Conversation, text: str) -> None:
        if self._chat.desk.shown is not None and not conversation.is_busy:
            self._chat.desk.shown.progress.begin()
        conversation.send(text)
        self._chat.view.transcript.scroll_to_end()
        self._chat.status.set_state(conversation.state, len(conversation.queue))

    def return_queue(self) -> None:
        """Give back what was queued: it stands before the draft."""
        if self._chat.conversation is not None:
            queued = self._chat.conversation.take_queue()
            if queued:
                self._chat.composer.prepend_draft("\n".join(message.text for message in queued))
