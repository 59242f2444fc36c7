"""Runs what a command does on the store of all sessions."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tyler_tui.cli.reporting import run_async
from tyler_tui.stdio.warning import write_warning

if TYPE_CHECKING:
    from tyler_tui.store import ThreadStore


def with_store(
    work: "Callable[[ThreadStore], Awaitable[int | None]]", *, only_read: bool = False
) -> int:
    """Run `work`, which may return an exit code, on the store. With `only_read` none is made where
    there is none yet."""

    async def run() -> int:
        # Not through `build`, whose imports are for agents: these commands must be quick.
        from tyler_tui.cli import logs  # noqa: PLC0415 - --help needs no store
        from tyler_tui.sessions_place import configured_place, is_made  # noqa: PLC0415
        from tyler_tui.store import ThreadStore  # noqa: PLC0415
        from tyler_tui.store.places import seal_for  # noqa: PLC0415

        logs.start()
        place = configured_place()
        is_empty = only_read and not is_made(place)
        async with await ThreadStore.create(
            None if is_empty else place, seal=seal_for(place)
        ) as store:
            write_warning(store.warning)
            return await work(store) or 0

    return run_async(run())
