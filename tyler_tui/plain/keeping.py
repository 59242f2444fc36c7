"""What line mode says and does when what is said cannot be saved."""

from typing import TYPE_CHECKING

from tyler_tui.errors import StoreError
from tyler_tui.paths import expanded
from tyler_tui.plain.announcer import error_lines
from tyler_tui.plain.voice import Line, Tone
from tyler_tui.plain.wording import counted
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat

PROMISE = "The chat goes on: what is said stays in memory, and is saved as soon as that works."


class Keeping:
    """Follows the store of the chat; `tell` says what has changed since it was called last."""

    def __init__(self, chat: "Chat") -> None:
        self._chat = chat
        self._told: StoreError | None = None
        self._warned_of = ""

    async def tell(self) -> None:
        keeper = self._chat.backend.keeper
        if keeper is None:
            return
        before, self._told = self._told, keeper.trouble
        if self._told is None:
            if before is not None:
                await self._chat.voice.say("All is saved now.")
        elif before is None or before.message != self._told.message:
            lines = [Line(f"Not saved: {self._told.message}", Tone.ERROR)]
            if self._told.hint:
                lines.append(Line(f"What to do: {self._told.hint}"))
            await self._chat.voice.say(*lines, PROMISE)
        if self._warned_of != keeper.warning:
            self._warned_of = keeper.warning
            await self._chat.voice.say(Line(f"Take note: {self._warned_of}", Tone.ERROR))

    async def save(self, file: str) -> None:
        """Try at once to save what could not be; with `file`, put it into that database instead.
        Raises StoreError."""
        keeper, voice = self._chat.backend.keeper, self._chat.voice
        if keeper is None:
            return
        if file and not await keeper.unsaved():
            await voice.say("Nothing is unsaved, nothing was copied. /export writes this session.")
        elif file:
            path = expanded(file).absolute()
            count = counted(await keeper.save_copy(path), "session")
            await voice.say(f"Copied {count} into {one_line(str(path))}.")
        elif keeper.trouble is None and not await keeper.unsaved():
            await voice.say("All is saved: it is as it happens.")
        elif await keeper.save_now():
            self._told = None
            await voice.say("All is saved now.")
        else:
            self._told = None
            await self.tell()

    async def may_go_on(self, trouble: StoreError) -> bool:
        """Whether the user wants to chat in memory, since the store cannot be opened."""
        await self._chat.voice.say(*error_lines(trouble.message, trouble.hint))
        answer = await self._chat.asker.line(
            "Start a new session in memory, and save it as soon as that works? Type y or n: "
        )
        return (answer or "").strip().lower() in ("y", "yes")
