"""The files that go with the prompt in the composer: looked at while it is written, read again when
they changed, and given out when it is sent."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from msgspec.structs import replace

from tyler_tui.errors import UsageError
from tyler_tui.figures import size_text
from tyler_tui.mentions import Mention, bare_name, mentions, names_in
from tyler_tui.sanitize import one_line
from tyler_tui.tui.attachment_chip import Chip

if TYPE_CHECKING:
    from tyler_tui.messages import Attachment
    from tyler_tui.tui.screens.chat import ChatScreen
    from tyler_tui.tui.widgets.attachment_bar import AttachmentBar

SETTLE_SECONDS = 0.15
"""A path is looked at when no key follows so soon."""
MOST_FILES = 20


class _Found(Struct, frozen=True):
    """What a mention turned out to be. `version` tells whether the file is still the same."""

    name: str
    path: Path
    version: tuple[int, int]
    file: "Attachment | UsageError"


class Attached:
    """The text of the prompt says which files; those of the command line come before them."""

    def __init__(self, chat: "ChatScreen", files: "Sequence[Attachment]") -> None:
        """`files` go with the first prompt."""
        self._chat = chat
        self._workspace = chat.launch.workspace
        self._files = list(files)
        self._mentions: tuple[Mention, ...] = ()
        self._found: dict[tuple[str, ...], _Found | None] = {}
        """What is known, by the readings of the mention."""
        self._is_looking = False

    # While the prompt is written

    def refresh(self) -> None:
        """The prompt may name other files now."""
        named = tuple(mentions(self._chat.composer.text))
        if named == self._mentions:
            return
        self._mentions = named
        self.show()
        if named and not self._is_looking:
            self._is_looking = True
            self._chat.work_on(self._look, group="attached")

    async def _look(self) -> None:
        try:
            looked_at: tuple[Mention, ...] = ()
            while looked_at != self._mentions:
                looked_at = self._mentions
                await asyncio.sleep(SETTLE_SECONDS)
                if looked_at == self._mentions:
                    self._found = {m.readings: await self._find(m) for m in looked_at}
                    self.show()
        finally:
            self._is_looking = False

    def show(self) -> None:
        """Show what will go with the prompt, each file once."""
        chips = {bare_name(file.filename): self._chip(file) for file in self._files}
        for mention in self._mentions:
            found = self._found.get(mention.readings)
            if later := mention.address or self._resource(mention):
                chips.setdefault(later, Chip(later, "is read when you send"))
            elif found is not None:
                chips.setdefault(bare_name(found.name), self._chip_of(found))
        for bar in self._chat.query("#attachments"):  # there is none while the program leaves
            cast("AttachmentBar", bar).show(list(chips.values()))

    def _resource(self, mention: Mention) -> str | None:
        """What the resource of an MCP server is called that is meant, where one is."""
        mcp = self._chat.backend.mcp
        if mcp is None or ":" not in mention.path:
            return None
        from tyler_tui.tools.mcp.typed import named_resource  # noqa: PLC0415 - most have no servers

        named = named_resource(mention, mcp)
        return ":".join(named) if named is not None else None

    def _chip_of(self, found: _Found) -> Chip:
        if isinstance(found.file, UsageError):
            why = found.file.message.removeprefix(one_line(found.name, 200)).strip()
            return Chip(found.name, why, is_wrong=True)
        chip = self._chip(found.file)
        if not found.path.resolve().is_relative_to(self._workspace.resolve()):
            return replace(chip, note=f"{chip.note} · outside the workspace")
        return chip

    def _chip(self, file: "Attachment") -> Chip:
        size, conversation = size_text(len(file.content)), self._chat.conversation
        model = conversation.agent.model_info if conversation is not None else None
        if model is None or model.vision or not file.is_image:
            return Chip(file.filename, size)
        sees = "does not see images" if model.vision is False else "might not see images"
        return Chip(file.filename, f"{size} · {one_line(model.name, 40)} {sees}", is_wrong=True)

    def remove(self, name: str) -> None:
        """Let the file of that name not go with the prompt: its mentions are taken out."""
        composer = self._chat.composer
        self._files = [file for file in self._files if file.filename != name]
        for mention in reversed(mentions(composer.text)):
            found = self._found.get(mention.readings)
            is_file = found is not None and bare_name(found.name) == bare_name(name)
            if is_file or name in (mention.address, self._resource(mention)):
                composer.cut(mention.start, mention.end)
        self.show()

    def pin(self, file: "Attachment") -> None:
        """Let `file` go with the next prompt, in place of one of that name."""
        self._files = [other for other in self._files if other.filename != file.filename]
        self._files.append(file)
        self.show()

    # When it is sent

    def take_files(self) -> "list[Attachment]":
        """What the command line gave, which goes out once."""
        files, self._files = self._files, []
        self.show()
        return files

    def give_back(self, files: "Iterable[Attachment]", text: str) -> None:
        """Let files of a prompt that was not sent go with the next one, unless they are named in
        its `text` and so found again."""
        named = names_in(mentions(text))
        self._files += [file for file in files if bare_name(file.filename) not in named]
        self.show()

    async def read(self, named: Sequence[Mention]) -> "list[Attachment]":
        """The files that a prompt names, each once. Raises UsageError when one cannot be sent,
        and McpError for a resource of a server."""
        files: dict[Path, Attachment] = {}
        served: Sequence[Attachment] = ()
        if (mcp := self._chat.backend.mcp) is not None:
            from tyler_tui.tools.mcp.typed import named_resource, resource_files  # noqa: PLC0415

            served = await resource_files(named, mcp)
            named = [one for one in named if named_resource(one, mcp) is None]
        address = next((one.address for one in named if one.address), None)
        reading = f"reading {one_line(address, 60)}…" if address else ""
        with self._chat.status.saying(reading) if reading else nullcontext():
            pages = await self._chat.backend.pages_named(named)
        for mention in named:
            found = await self._find(mention)
            if found is None:
                continue
            if isinstance(found.file, UsageError):
                raise found.file
            files.setdefault(found.path, found.file)
        count = len(files) + len(pages)
        if count > MOST_FILES:
            raise UsageError(
                f"The prompt names {count} files, and {MOST_FILES} can go with it.",
                hint="A model with tools can read the others: name them without the @.",
            )
        return [*files.values(), *pages, *served]

    async def _find(self, mention: Mention) -> _Found | None:
        # This knows the tools, which the first paint does without.
        from tyler_tui.attaching import attachment, named_file  # noqa: PLC0415

        place = await asyncio.to_thread(named_file, mention, self._workspace)
        if place is None:
            return None
        name, path = place
        try:
            status = await asyncio.to_thread(path.stat)
            version = status.st_mtime_ns, status.st_size
            before = self._found.get(mention.readings)
            is_file = not await asyncio.to_thread(path.is_dir)
            if is_file and before is not None and (before.path, before.version) == (path, version):
                return before
            file: Attachment | UsageError = await attachment(path, name)
        except UsageError as error:
            file = error
        except OSError:  # it went away just now
            return None
        return _Found(name, path, version, file)
