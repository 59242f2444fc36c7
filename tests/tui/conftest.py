"""The app through Textual's Pilot, with the real store, the real file tools and the demo model."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from tests.provider_server import ProviderServer
from tyler_tui.build import Options
from tyler_tui.config import Settings
from tyler_tui.conversation import State
from tyler_tui.local_backend import LocalBackend
from tyler_tui.tui import answer_keys
from tyler_tui.tui.app import TylerApp
from tyler_tui.tui.launch import Launch
from tyler_tui.tui.lines.viewport import Viewport
from tyler_tui.tui.screens.chat import ChatScreen

NAMED_KEYS = (
    "ctrl+c", "ctrl+d", "ctrl+l", "ctrl+n", "ctrl+p", "ctrl+s", "enter", "escape", "f1", "f2",
    "pageup", "shift+tab",
)  # fmt: skip
PATIENCE_S = 60.0
"""What comes at all comes long before, on the busiest machine."""


@dataclass
class Chat:
    """A running app."""

    app: TylerApp
    pilot: Pilot[Any]

    @property
    def screen(self) -> ChatScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def rows(self) -> list[str]:
        """What the transcript draws, all of it."""
        return _drawn(self.screen.view.transcript.viewport)

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def panel(self) -> str:
        """What the tool panel draws, all of it."""
        return "\n".join(_drawn(self.screen.view.panel.rows.viewport))

    @property
    def status(self) -> str:
        return str(self.screen.status.render())

    async def until(self, holds: Callable[[], object]) -> None:
        """Let the app work until `holds`."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"it did not come to hold; the transcript:\n{self.text}")
            await self.pilot.pause(0.01)

    async def passes(self, check: Callable[[], None]) -> None:
        """Let the app work until `check`, a function of assertions, passes."""
        failed: AssertionError | None = None

        def does() -> bool:
            nonlocal failed
            try:
                check()
            except AssertionError as error:
                failed = error
                return False
            return True

        try:
            await self.until(does)
        except AssertionError as error:
            raise failed or error from error

    async def opened(self, kind: type[Screen[Any]] = Screen) -> None:
        """Let the app work until a screen of that kind stands over the chat, complete."""

        def is_open() -> bool:
            screen = self.app.screen
            return isinstance(screen, kind) and screen.is_mounted and len(self.app.screen_stack) > 1

        await self.until(is_open)

    async def shows(self, text: str) -> None:
        """Let the app work until the transcript holds `text`."""
        await self.until(lambda: text in self.text)

    async def send(self, prompt: str) -> None:
        """Type a prompt and send it, once the session is open."""
        await self.until(lambda: self.screen.conversation is not None)
        self.screen.composer.set_draft(prompt)
        await self.pilot.press("enter")

    async def ask(self, prompt: str) -> None:
        """Send a prompt and wait for the end of its answer."""
        await self.until(lambda: self.screen.conversation is not None)
        before = self._prompts
        await self.send(prompt)
        await self.until(lambda: self._prompts > before)
        await self.idle()

    @property
    def _prompts(self) -> int:
        conversation = self.screen.conversation
        messages = conversation.thread.all_messages if conversation is not None else []
        return sum(message.role == "user" for message in messages)

    def press_at_once(self, *keys: str) -> None:
        """Press keys by name, or type text, before the app has done anything about the first of
        them, as over a slow line."""
        for key in keys:
            for one in [key] if key in NAMED_KEYS else key:
                name = {" ": "space", "\n": "enter"}.get(one, one)
                self.app.post_message(events.Key(name, one if len(one) == 1 else None))

    async def idle(self) -> None:
        await self.until(lambda: self.screen.conversation and not self.screen.conversation.is_busy)
        await self.until(lambda: self.screen.status._state is State.IDLE)
        await self.pilot.pause()


def _drawn(view: Viewport) -> list[str]:
    return [
        "".join(segment.text for segment in line.segments).rstrip()
        for item in view.items
        for line in item.lines(view.width or 80)
    ]


OpenChat = Callable[..., AbstractAsyncContextManager[Chat]]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "README.md").write_text("# A project\n\nIt has a readme.\n", "utf-8")
    (folder / "main.py").write_text("print('hello')\n", "utf-8")
    return folder


@pytest.fixture
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """A server that models of the OpenAI format are asked at."""
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


@pytest.fixture
def attentive(monkeypatch: pytest.MonkeyPatch) -> None:
    """The approval card listens at once, and to single keys."""
    monkeypatch.setattr(answer_keys, "DEAF_SECONDS", 0.0)
    monkeypatch.setattr(answer_keys, "SETTLE_SECONDS", 0.01)


@pytest.fixture
def open_chat(workspace: Path, home: Path) -> OpenChat:
    """Opens the app with `model`, `size`, and fields of Options (`session`, `resume`, ...) and of
    Launch (`theme`, `keys`, ...). `settings` are those of the config, with `toasts` they are shown,
    `shown_workspace` is what the screen says."""

    @asynccontextmanager
    async def run(
        model: str | None = "demo:fast", size: tuple[int, int] = (120, 40), **fields: Any
    ) -> AsyncIterator[Chat]:
        shown_workspace = fields.pop("shown_workspace", workspace)
        settings = fields.pop("settings", None) or Settings()
        toasts = fields.pop("toasts", False)
        names = Options.__struct_fields__
        options = {name: value for name, value in fields.items() if name in names}
        launch = {name: value for name, value in fields.items() if name not in names}
        backend = LocalBackend(Options(workspace=workspace, model=model, **options), settings)
        app = TylerApp(
            backend,
            Launch(
                workspace=shown_workspace,
                prompt=fields.get("prompt", ""),
                history=home / "prompts.jsonl",
                drafts=home / "drafts",
                reduced_motion=True,
                frames_per_second=30,
                **launch,
            ),
        )
        async with app.run_test(size=size, notifications=toasts) as pilot:
            yield Chat(app, pilot)
            await pilot.pause()
            for screen in app.screen_stack:
                if isinstance(screen, ChatScreen):
                    await screen.desk.close()
            await backend.close()

    return run
