"""What the chat says and does when what is said cannot be saved."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tyler_tui.errors import TylerError
from tyler_tui.paths import expanded
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

SURE_SECONDS = 10.0
"""Leaving again within so long is meant."""
PROMISE = "The chat goes on: what is said stays in memory, and is saved as soon as that works."


class Keeping:
    """Follows the store of the chat: the top line says that something is not saved, until it is."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._is_in_trouble = False
        self._warned_at = -SURE_SECONDS
        self._copied: set[str] = set()
        self._warned_of = ""

    def follow(self) -> None:
        """From now on, say when something cannot be saved, and when it is."""
        keeper = self._chat.backend.keeper
        if keeper is not None:
            keeper.watch(self._changed)
            # What kept the store from being opened was told before anything else.
            self._is_in_trouble = keeper.trouble is not None
            self._chat.show_unsaved(self._is_in_trouble)
            self._warn(keeper.warning)

    def _warn(self, warning: str) -> None:
        if warning != self._warned_of:
            self._warned_of = warning
            self._chat.notify(
                warning, title="Found at the start", severity="warning", markup=False, timeout=30
            )

    def _changed(self) -> None:
        keeper, chat = self._chat.backend.keeper, self._chat
        if keeper is None or not chat.is_attached:
            return
        was_in_trouble, self._is_in_trouble = self._is_in_trouble, keeper.trouble is not None
        chat.show_unsaved(self._is_in_trouble)
        if keeper.trouble is not None:
            self.explain()
        elif was_in_trouble:
            named = ", ".join(one_line(name, 40) for name in keeper.renamed.values())
            renamed = f" · a name was taken, so there is {named} now" if named else ""
            chat.status.say(f"all is saved{renamed}")
            chat.show_totals()
            self._warn(keeper.warning)

    def explain(self) -> None:
        """Say why something is not saved, and what to do."""
        keeper = self._chat.backend.keeper
        if keeper is not None and keeper.trouble is not None:
            trouble = keeper.trouble
            self._chat.report(
                TylerError(trouble.message, hint=f"{trouble.hint}\n{PROMISE}".strip()),
                title="Not saved",
            )

    async def save(self, file: str) -> None:
        """Try at once to save what could not be; with `file`, put it into that database instead.
        Raises StoreError."""
        chat, keeper = self._chat, self._chat.backend.keeper
        if keeper is None:
            return
        unsaved = {thread.id for thread in await keeper.unsaved()}
        if file and not unsaved:
            chat.status.say("nothing is unsaved, nothing was copied; /export writes this session")
        elif file:
            path = _below(chat.launch.workspace, file)
            count = await keeper.save_copy(path)
            self._copied = unsaved
            what = "the session is" if count == 1 else f"{count} sessions are"
            chat.notify(
                f"{what} in {path}\nTYLER_CHAT_DB={path} tyler-chat opens it.",
                title="Copied",
                markup=False,
                timeout=10,
            )
        elif not unsaved and keeper.trouble is None:
            chat.status.say("all is saved: it is as it happens")
        else:
            chat.status.say("saving…", None)
            if await keeper.save_now():
                chat.status.say("all is saved")
            else:
                chat.status.say("not saved")
                self.explain()

    async def may_leave(self) -> bool:
        """Try to save what is not saved; whether nothing is left, or the user gives it up."""
        keeper, chat = self._chat.backend.keeper, self._chat
        if keeper is None or (keeper.trouble is None and not await keeper.unsaved()):
            return True
        chat.status.say("saving…", None)
        if await keeper.save_now():
            return True
        lost = {thread.id for thread in await keeper.unsaved()} - self._copied
        if not lost or time.monotonic() - self._warned_at < SURE_SECONDS:
            return True
        self._warned_at = time.monotonic()
        what = "1 session is" if len(lost) == 1 else f"{len(lost)} sessions are"
        chat.status.say(
            f"{what} not saved · leave again to give up · /save FILE keeps a copy", SURE_SECONDS
        )
        return False


def _below(folder: Path, file: str) -> Path:
    return folder / expanded(file)
