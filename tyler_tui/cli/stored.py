"""Runs what a command does on the store of all sessions."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from tyler_tui.cli.reporting import run_async
from tyler_tui.stdio.warning import write_warning

if TYPE_CHECKING:
    from tyler_tui.store import ThreadIndex, ThreadStore

Store = TypeVar("Store", bound="ThreadIndex")


def with_store(
    work: "Callable[[ThreadStore], Awaitable[int | None]]", *, only_read: bool = False
) -> int:
    """Run `work`, which may return an exit code, on the store. With `only_read` none is made where
    there is none yet."""
    from tyler_tui.store import ThreadStore  # noqa: PLC0415 - --help needs no store

    return _run(ThreadStore, work, only_read=only_read)


def with_index(work: "Callable[[ThreadIndex], Awaitable[int | None]]") -> int:
    """The same for what needs no messages, and is to be as quick as can be."""
    from tyler_tui.store import ThreadIndex  # noqa: PLC0415 - as above

    return _run(ThreadIndex, work)


def _run(
    kind: type[Store], work: Callable[[Store], Awaitable[int | None]], *, only_read: bool = False
) -> int:
    # Not through `build`, whose imports are for agents: these commands must be quick.
    from tyler_tui.cli import logs  # noqa: PLC0415 - as above
    from tyler_tui.sessions_place import configured_place, is_made  # noqa: PLC0415
    from tyler_tui.store.places import seal_for  # noqa: PLC0415

    logs.start()
    place = configured_place()
    is_empty = only_read and not is_made(place)

    async def run() -> int:
        async with await kind.create(None if is_empty else place, seal=seal_for(place)) as store:
            write_warning(store.warning)
            return await work(store) or 0

    return run_async(run())
