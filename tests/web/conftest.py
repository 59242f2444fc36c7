"""The web front end on a free port, its models' answers scripted by a provider on loopback."""

import asyncio
import dataclasses
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.provider_server import ProviderServer
from tests.web.clients import Serving
from tyler_tui import Conversation, ThreadStore, paths
from tyler_tui.build import Options, open_as_asked
from tyler_tui.config import Settings
from tyler_tui.web import terminal_process
from tyler_tui.web.options import ServeOptions
from tyler_tui.web.server import WebServer, listen

Serve = Callable[..., Any]
"""Starts a server; `settings` are fields of Settings, `send_buffer` is how much the system may hold
for a client, the rest are fields of ServeOptions."""


@pytest.fixture(autouse=True)
def leaving_takes_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that a busy machine keeps from ending is not killed for it."""
    monkeypatch.setattr(terminal_process, "LEAVING_S", 60.0)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "README.md").write_text("# A project\n", "utf-8")
    return folder


@pytest.fixture
async def serve(workspace: Path, provider_server: ProviderServer) -> AsyncIterator[Serve]:
    async with AsyncExitStack() as running:

        async def start(
            settings: dict[str, Any] | None = None,
            patience_s: float = 20.0,
            send_buffer: int | None = None,
            **fields: Any,
        ) -> Serving:
            chosen = Settings(
                model="openai/local-model",
                api_base=provider_server.base_url,
                retries=0,
                **(settings or {}),
            )
            options = Options(workspace=workspace)
            store = await running.enter_async_context(
                await ThreadStore.create(paths.database_file())
            )

            async def open_conversation(session: str | None, model: str | None) -> Conversation:
                asked = msgspec.structs.replace(options, session=session, model=model)
                return await open_as_asked(store, asked, chosen)

            listener = listen("127.0.0.1", 0, patience_s=patience_s)
            if send_buffer is not None:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
            usual = ServeOptions(
                terminal=(*ServeOptions().terminal, f"--cd={workspace}"),
                environment=(
                    ("TYLER_CHAT_MODEL", "openai/local-model"),
                    ("OPENAI_API_BASE", provider_server.base_url),
                ),
            )
            server = WebServer(
                open_conversation, dataclasses.replace(usual, **fields), patience_s=patience_s
            )
            task = asyncio.create_task(server.serve(sockets=[listener]))
            serving = Serving(listener.getsockname()[1], server, store, task)
            running.push_async_callback(serving.stop)
            return serving

        yield start


@pytest.fixture
async def served(serve: Serve) -> Serving:
    """A server as it is by default."""
    serving: Serving = await serve()
    return serving
