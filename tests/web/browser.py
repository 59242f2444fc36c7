"""Chromium without a window, driven over its DevTools protocol."""

import asyncio
import base64
import json
import os
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pyte
from websockets.asyncio.client import ClientConnection, connect

WAIT_S = 60.0
KEYS = {
    "enter": ("Enter", 13, "\r"),
    "escape": ("Escape", 27, ""),
    "ctrl+c": ("c", 67, ""),
    "ctrl+v": ("v", 86, ""),
}


def chromium() -> str | None:
    """The program, where it is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@asynccontextmanager
async def opened(address: str, *, width: int = 1280, height: int = 800) -> AsyncIterator["Page"]:
    """A page at that address, in a browser of its own."""
    program = chromium()
    assert program is not None
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = await asyncio.create_subprocess_exec(
            *[
                program,
                "--headless=new",
                "--no-sandbox",  # as in a container, where there is no other user
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--no-first-run",
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
                f"--window-size={width},{height}",
                f"--user-data-dir={folder}",
                "--remote-debugging-port=0",
                "about:blank",
            ],
            stdout=DEVNULL,
            stderr=DEVNULL,
            env={**os.environ, "HOME": folder},
            start_new_session=True,
        )
        try:
            port = await _port_of(browser, Path(folder))
            async with httpx.AsyncClient(trust_env=False) as client:
                targets = (await client.get(f"http://127.0.0.1:{port}/json/list")).json()
            target = next(each for each in targets if each["type"] == "page")
            async with connect(
                target["webSocketDebuggerUrl"], proxy=None, max_size=None
            ) as connection:
                page = Page(connection)
                await page.open(address, width, height)
                try:
                    yield page
                finally:
                    await page.close()
        finally:
            await _end(browser)


async def _end(browser: Process) -> None:
    with suppress(ProcessLookupError):
        browser.terminate()
        try:
            await asyncio.wait_for(browser.wait(), 10)
        except TimeoutError:
            browser.kill()
            await browser.wait()


async def _port_of(browser: Process, folder: Path) -> int:
    async with asyncio.timeout(WAIT_S):
        while True:
            assert browser.returncode is None, "Chromium did not start"
            with suppress(FileNotFoundError, ValueError, IndexError):
                return int((folder / "DevToolsActivePort").read_text("ascii").splitlines()[0])
            await asyncio.sleep(0.05)


class Page:
    """A page with a terminal in it. `lines` is what the terminal was told to draw."""

    def __init__(self, connection: ClientConnection) -> None:
        self.problems: list[str] = []
        """What the browser complained about: errors of scripts, and what a policy forbade."""
        self.addresses: list[str] = []
        """Whatever was loaded."""
        self._connection = connection
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Event()
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._listening = asyncio.create_task(self._listen())

    async def open(self, address: str, width: int, height: int) -> None:
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self.call(f"{domain}.enable")
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        # The clipboard is for pages that have the focus, and there is no window to give it.
        await self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        clipboard = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        await self.call("Browser.grantPermissions", permissions=clipboard)
        await self.call("Page.navigate", url=address)

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol; its result."""
        self._number += 1
        answer = asyncio.get_running_loop().create_future()
        self._answers[self._number] = answer
        form = {"id": self._number, "method": method, "params": parameters}
        await self._connection.send(json.dumps(form))
        async with asyncio.timeout(WAIT_S):
            result: dict[str, Any] = await answer
        return result

    async def evaluate(self, script: str) -> Any:
        """What a script comes to; a promise is awaited."""
        result = await self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        return result["result"].get("value")

    async def becomes(self, script: str) -> None:
        """Wait until that is true in the page."""
        deadline = asyncio.get_running_loop().time() + WAIT_S
        while not await self.evaluate(script):
            assert asyncio.get_running_loop().time() < deadline, f"{script} did not become true"
            await asyncio.sleep(0.02)

    async def type(self, text: str) -> None:
        await self.call("Input.insertText", text=text)

    async def press(self, name: str) -> None:
        key, code, text = KEYS[name]
        held: dict[str, Any] = {"modifiers": 2} if name.startswith("ctrl+") else {}
        if name == "ctrl+v":  # what the browser does with it when the page leaves it alone
            held["commands"] = ["paste"]
        for type in ("rawKeyDown", "char", "keyUp") if text else ("rawKeyDown", "keyUp"):
            await self.call(
                "Input.dispatchKeyEvent",
                type=type,
                key=key,
                code=key,
                text=text,
                windowsVirtualKeyCode=code,
                **held,
            )

    async def picture(self) -> bytes:
        """What is seen, as PNG."""
        shot = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def shows(self, wanted: str) -> str:
        """Wait until the terminal shows that text."""
        try:
            async with asyncio.timeout(WAIT_S):
                while wanted not in self.text:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(
                f"{wanted!r} did not come; {self.problems}; the screen:\n{self.text}"
            ) from None
        return self.text

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.wait([self._listening])

    async def _listen(self) -> None:
        async for text in self._connection:
            message = json.loads(text)
            if (number := message.get("id")) is not None:
                answer = self._answers.pop(number)
                if "error" in message:
                    answer.set_exception(AssertionError(message["error"]["message"]))
                else:
                    answer.set_result(message["result"])
            else:
                self._note(message["method"], message["params"])
                self._news.set()

    def _note(self, event: str, data: dict[str, Any]) -> None:
        match event:
            case "Network.webSocketFrameReceived" if data["response"]["opcode"] == 2:
                self._stream.feed(base64.b64decode(data["response"]["payloadData"]))
            case "Network.webSocketFrameSent" if data["response"]["opcode"] == 1:
                form = json.loads(data["response"]["payloadData"])
                if isinstance(form, list) and form[0] == "resize":
                    self._screen.resize(form[1]["height"], form[1]["width"])
            case "Network.requestWillBeSent":
                self.addresses.append(data["request"]["url"])
            case "Runtime.exceptionThrown":
                self.problems.append(json.dumps(data["exceptionDetails"])[:500])
            case "Log.entryAdded" if data["entry"]["level"] == "error":
                self.problems.append(data["entry"]["text"])
            case _:
                pass
