"""Hands options and settings over to one front end: the TUI, line mode, print mode, or the web
server."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tyler_tui import paths, plugins
from tyler_tui.build import (
    Options,
    mcp_servers,
    open_as_asked,
    open_patient_store,
    open_store,
)
from tyler_tui.config import Settings
from tyler_tui.errors import StoreError, TylerError
from tyler_tui.model_choice import recording
from tyler_tui.profiles import settings_for

if TYPE_CHECKING:  # each of these costs its import, and is paid for when it is needed
    from tyler_tui.conversation import Conversation
    from tyler_tui.messages import Attachment
    from tyler_tui.store import PatientStore
    from tyler_tui.tools.mcp import McpServers
    from tyler_tui.tui.launch import Launch
    from tyler_tui.web.options import ServeOptions


def run_tui(options: Options, settings: Settings) -> int:
    """Run the TUI to its end; returns the exit code."""
    from tyler_tui.local_backend import LocalBackend  # noqa: PLC0415
    from tyler_tui.tui.run import run_tui as run  # noqa: PLC0415 - no Textual for other front ends

    launch = tui_launch(options, settings)
    with recording(settings, options.record) as find_provider:
        backend = LocalBackend(options, settings, find_provider)
        return run(backend, launch, backend.goodbye)


def run_plain(options: Options, settings: Settings, *, reason: str = "") -> int:
    """Chat in lines; returns the exit code. `reason` says why it is not the TUI."""
    from tyler_tui.local_backend import LocalBackend  # noqa: PLC0415 - as above
    from tyler_tui.plain import run_plain as run  # noqa: PLC0415 - one front end
    from tyler_tui.plain.launch import Launch  # noqa: PLC0415

    launch = Launch(
        prompt=options.prompt,
        attachments=asyncio.run(_files(options)) if options.files else (),
        pick_session=options.resume == "",
        bare=settings.ui.accessible,
        bell=settings.ui.notify != "off",
        bell_after=settings.ui.notify_after,
        history=paths.history_file(),
        reason=reason,
    )
    with recording(settings, options.record) as find_provider:
        backend = LocalBackend(options, settings, find_provider)
        return run(backend, launch, backend.goodbye)


def tui_launch(options: Options, settings: Settings) -> "Launch":
    """How the TUI is to start. Raises UsageError for files that cannot go with the prompt."""
    from tyler_tui.tui.launch import Launch  # noqa: PLC0415 - as above
    from tyler_tui.tui.remembered import Remembered  # noqa: PLC0415

    theme_origin = settings.origins.get("ui.theme", "")
    chosen_last = None if theme_origin else Remembered(paths.state_file()).theme
    return Launch(
        workspace=options.workspace,
        prompt=options.prompt,
        attachments=asyncio.run(_files(options)) if options.files else (),
        pick_session=options.resume == "",
        theme=chosen_last or settings.ui.theme,
        theme_origin=theme_origin,
        frames_per_second=settings.ui.frame_rate,
        reduced_motion=_is_still(settings),
        mouse=settings.ui.mouse,
        follow=settings.ui.follow,
        farewell=settings.ui.farewell,
        notify=settings.ui.notify,
        notify_after=settings.ui.notify_after,
        terminal_title=settings.ui.terminal_title,
        thumbnails=settings.ui.thumbnails,
        # A recording holds what was asked for: a replay writes no titles.
        titles=settings.titles and options.record is None,
        history=paths.history_file(),
        drafts=paths.drafts_folder(),
        state=paths.state_file(),
        remarks=settings.remarks,
        keys=settings.keys,
    )


async def run_print(options: Options, settings: Settings, *, output: str) -> int:
    """Answer one prompt on standard output; returns the exit code. What keeps the conversation
    from starting is raised, and told in JSON where that is what standard output holds."""
    from tyler_tui.attaching import check_seen  # noqa: PLC0415 - as in `_files`
    from tyler_tui.printer import (  # noqa: PLC0415 - one front end
        print_answer,
        print_failure,
        print_missing,
        print_unsaved,
    )
    from tyler_tui.stdio.warning import write_warning  # noqa: PLC0415

    async with AsyncExitStack() as opened:
        try:
            find_provider = opened.enter_context(recording(settings, options.record))
            store = await opened.enter_async_context(await _store_for(options, settings))
            write_warning(store.warning)
            files = await _files(options)
            mcp = await opened.enter_async_context(_servers(options, settings))
            conversation = await open_as_asked(store, options, settings, find_provider, mcp)
            write_warning(conversation.notice)
            check_seen(files, conversation.agent.model_info)
            for trouble in plugins.troubles():
                write_warning(trouble.text)
        except TylerError as error:
            await print_failure(error, output=output)
            raise
        if mcp is not None:
            await mcp.settled()  # there is but one prompt: their tools are for it
            print_missing(mcp.statuses)
        code = await print_answer(
            conversation,
            options.prompt,
            output=output,
            attachments=files,
            still=_is_still(settings),
            bare=settings.ui.accessible,
        )
        await store.close()
        if store.lost and store.trouble is not None:
            print_unsaved(store.trouble)
        return code


@asynccontextmanager
async def _servers(options: Options, settings: Settings) -> "AsyncIterator[McpServers | None]":
    """The MCP servers, started, where there are any; they are ended behind it."""
    mcp = mcp_servers(options, settings)
    try:
        if mcp is not None:
            mcp.start()
        yield mcp
    finally:
        if mcp is not None:
            await mcp.close()


async def _store_for(options: Options, settings: Settings) -> "PatientStore":
    """The store for one prompt: one in memory where it cannot be opened, unless the prompt goes on
    with a session. Raises StoreError."""
    try:
        return await open_patient_store(settings)
    except StoreError as error:
        if options.session is not None or options.resume is not None or options.continue_latest:
            raise
        return await open_patient_store(settings, error)


def _is_still(settings: Settings) -> bool:
    """Whether nothing is to spin or slide."""
    return settings.ui.reduced_motion or bool(os.environ.get("TYLER_CHAT_STILL"))


async def _files(options: Options) -> "list[Attachment]":
    """What goes with the prompt. Raises UsageError."""
    from tyler_tui.attaching import attachments  # noqa: PLC0415 - seldom needed

    return await attachments(options.files)


def run_serve(
    options: Options, settings: Settings, serving: "ServeOptions"
) -> Coroutine[Any, Any, int]:
    """What serves the chat to browsers and programs until a signal comes; its result is the exit
    code. Raises ImportError when the extra `web` is not installed."""
    from tyler_tui.stdio.warning import write_warning  # noqa: PLC0415 - as in `run_print`
    from tyler_tui.web.server import serve  # noqa: PLC0415 - one front end, one import

    settings_for(settings, options.agent, None)  # an agent that is not there must fail here

    async def work() -> int:
        async with await open_store(settings) as store, _servers(options, settings) as mcp:
            write_warning(store.warning)

            async def open_conversation(session: str | None, model: str | None) -> "Conversation":
                asked = replace(options, session=session, model=model)
                return await open_as_asked(store, asked, settings, mcp=mcp)

            async def prepare() -> None:
                with suppress(TylerError):  # who asks will be told
                    await store.empty_trash()
                    conversation = await open_conversation(None, None)
                    await conversation.agent.resolved_provider.prepare()

            preparing = asyncio.create_task(prepare())
            try:
                return await serve(open_conversation, serving)
            finally:
                await asyncio.wait([preparing])

    return work()
