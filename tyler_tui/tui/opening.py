"""The start: from what the command line asked for to the first session on the screen."""

import asyncio
from typing import TYPE_CHECKING

from tyler_tui import plugins
from tyler_tui.agents_md import told_of
from tyler_tui.errors import NoModelError, StoreError, TylerError, is_of_the_store
from tyler_tui.sanitize import one_line
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.open_session import Place
from tyler_tui.tui.themes.plugged import plugged_themes

if TYPE_CHECKING:
    from tyler_tui.conversation import Conversation
    from tyler_tui.tui.screens.chat import ChatScreen


class Opening:
    """Opens the first session of the chat, behind the first paint."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._backend = chat.backend

    def begin(self) -> None:
        run_beside(self._chat, self._open, "open first")

    async def _open(self) -> None:
        app, desk = self._chat.app, self._chat.desk
        try:
            place, conversation = await self._opened()
        except TylerError as error:  # without a session there is nothing to do here
            app.exit(error)
            return
        if conversation is None:
            app.exit()
            return
        await self._chat.furnish()
        await desk.show_first(conversation, place)
        self._tell_of_project(conversation)
        if remarks := self._chat.launch.remarks:
            text = "\n".join(one_line(remark) for remark in remarks)
            self._chat.notify(text, title="Config", severity="warning", markup=False, timeout=15)
        await self._take_plugins()
        self._chat.keeping.follow()
        self._chat.mcp_watch.follow()
        self.prepare_model()

    async def _take_plugins(self) -> None:
        """Offer the themes of plug-ins, and tell what was left out."""
        app = self._chat.app
        app.take_themes(await asyncio.to_thread(plugged_themes))
        for trouble in plugins.troubles():
            app.notify(trouble.text, title="Plug-ins", severity="warning", markup=False, timeout=15)

    def _tell_of_project(self, conversation: "Conversation") -> None:
        """A new session says it on its card."""
        project = conversation.agent.project_files
        if project and not conversation.is_new:
            self._chat.status.say(f"with {told_of(project)}; /system shows it")

    async def _opened(self) -> tuple[Place | None, "Conversation | None"]:
        """The first conversation, and where to go in it. Where the store cannot be opened, the user
        says what to do instead. Raises TylerError."""
        picks = self._chat.launch.pick_session
        while True:
            try:
                place = await self._chat.desk.pick() if picks else None
                return place, await self._open_or_choose_model(place)
            except StoreError as error:
                if not is_of_the_store(error):
                    raise
                from tyler_tui.tui.screens.no_store import Choice, NoStoreScreen  # noqa: PLC0415

                match await self._chat.app.push_screen_wait(NoStoreScreen(error)):
                    case Choice.IN_MEMORY:
                        await self._backend.keep_in_memory(error)
                        picks = False
                    case Choice.LEAVE:
                        raise
                    case Choice.RETRY:
                        pass

    async def _open_or_choose_model(self, place: Place | None) -> "Conversation | None":
        """The conversation that was picked, or that the command line asked for; None when a model
        was needed and none was chosen."""
        try:
            return await self._open_place(place)
        except NoModelError:
            from tyler_tui.tui.screens.first_run import FirstRunScreen  # noqa: PLC0415 - once

            await self._chat.app.push_screen_wait(FirstRunScreen(self._backend))
        return None if self._backend.model is None else await self._open_place(place)

    async def _open_place(self, place: Place | None) -> "Conversation":
        if place is not None:
            return await self._backend.open_session(place.session_id)
        return await self._backend.open_first()

    def prepare_model(self) -> None:
        """Load what the model in use needs, behind the screen."""
        run_beside(self._chat, self._prepare_model, "prepare", exclusive=True)

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
