"""Which conversation is open: the first one, another one, none."""

import asyncio
from typing import TYPE_CHECKING

from tyler_tui.conversation import Conversation
from tyler_tui.errors import NoModelError, TylerError
from tyler_tui.tui.welcome import welcome

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


class SessionDesk:
    """Opens conversations for the chat, and closes them."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._backend = chat.backend
        self._unsubscribe = _nothing
        self.current: Conversation | None = None
        """What is shown; None until the store is open."""

    def open_first(self, *, pick: bool) -> None:
        """Open what the command line asked for, behind the first paint; with `pick`, what the user
        chooses from the list."""
        self._chat.run_worker(self._open_first(pick), group="open", exclusive=True)

    async def _open_first(self, pick: bool) -> None:
        app = self._chat.app
        try:
            picked = await self.pick() if pick else None
            conversation = await self._open_or_choose_model(picked)
        except TylerError as error:  # without a session there is nothing to do here
            app.exit(error)
            return
        if conversation is None:
            app.exit()
            return
        await self._show(conversation)
        self._chat.run_worker(self._prepare_model(), group="prepare")

    async def _open_or_choose_model(self, picked: str | None) -> Conversation | None:
        """The conversation that was picked, or that the command line asked for; None when a model
        was needed and none was chosen."""
        try:
            return await self._open_picked(picked)
        except NoModelError:
            from tyler_tui.tui.screens.first_run import FirstRunScreen  # noqa: PLC0415 - once

            await self._chat.app.push_screen_wait(FirstRunScreen(self._backend))
        return None if self._backend.model is None else await self._open_picked(picked)

    async def _open_picked(self, picked: str | None) -> Conversation:
        if picked is not None:
            return await self._backend.open_session(picked)
        return await self._backend.open_first()

    async def _prepare_model(self) -> None:
        status = self._chat.status
        status.set_loading(True)
        try:
            await self._backend.prepare()
        except TylerError as error:
            self._chat.view.show_error(error)
            return
        finally:
            status.set_loading(False)
        self._chat.show_totals()
        from tyler_tui.tui.markdown.warming import warm  # noqa: PLC0415 - not for the first paint

        await asyncio.to_thread(warm)

    async def pick(self) -> str | None:
        """The id of the session that the user chooses from the list. Raises TylerError."""
        from tyler_tui.tui.screens.sessions import SessionsScreen  # noqa: PLC0415 - not for start

        summaries = await self._backend.sessions()
        return await self._chat.app.push_screen_wait(SessionsScreen(summaries))

    def switch_to(self, thread_id: str | None) -> None:
        """Open another session, or a new one."""
        self._chat.run_worker(self._switch_to(thread_id), group="open", exclusive=True)

    async def _switch_to(self, thread_id: str | None) -> None:
        if self.current is not None and self.current.is_busy:
            self._chat.status.say("an answer is under way · Ctrl+C stops it, then you can go")
            return
        try:
            if thread_id is None:
                conversation = await self._backend.new_session()
            else:
                conversation = await self._backend.open_session(thread_id)
        except TylerError as error:
            self._chat.report(error)
            return
        await self._show(conversation)

    async def _show(self, conversation: Conversation) -> None:
        """Show `conversation` in place of the one that was open."""
        await self.close()
        self.current = conversation
        chat = self._chat
        card = welcome(chat.palette, conversation, chat.launch.workspace)
        await chat.view.open(conversation, card)
        self._unsubscribe = conversation.subscribe(chat.heard)
        chat.show_totals()
        chat.status.set_state(conversation.state)
        chat.sending.send_waiting()

    async def close(self) -> None:
        """Stop what runs, keeping the partial answer, and let go of the conversation."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        conversation, self.current = self.current, None
        if conversation is not None:
            await conversation.close()


def _nothing() -> None:
    """What there is to unsubscribe from, before there is a conversation."""
