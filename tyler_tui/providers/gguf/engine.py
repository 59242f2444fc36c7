"""The process that runs a model, seen from here."""

import atexit
import importlib.util
import json
import secrets
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path

from tyler_tui.errors import ProviderError
from tyler_tui.sanitize import one_line

IDLE_S = 600.0
"""An engine that nobody asked for so long gives its memory back; the next request starts it."""
STOPPING_S = 5.0
_LINES = 40
"""So much of what the engine prints is kept, to tell why it ended."""


class Engine:
    """Runs the model in `path`, with room for `context` tokens, from the first request on. It
    belongs to no event loop."""

    def __init__(self, path: Path, context: int) -> None:
        self.path = path
        self.key = secrets.token_urlsafe(24)
        self.share: float | None = None
        """How much of the file is in memory; None when that is not known."""
        self.address = ""
        """Where it answers; "" until it does."""
        self._context = context
        self._process: subprocess.Popen[str] | None = None
        self._printed: deque[str] = deque(maxlen=_LINES)
        self._lock = threading.Lock()
        self._users = 0
        self._idle: threading.Timer | None = None

    @property
    def base(self) -> str:
        return f"{self.address}/v1"

    def begin_use(self) -> None:
        """Start it, unless it runs, and keep it running. Raises ProviderError."""
        with self._lock:
            if self._process is not None and self._process.poll() is not None:
                _end(self._take_away())  # it ended by itself: nothing to wait for
            if self._process is None:
                self._start()
            if self._idle is not None:
                self._idle.cancel()
            self._users += 1

    def end_use(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._idle = threading.Timer(IDLE_S, self._stop_if_idle)
                self._idle.daemon = True
                self._idle.start()

    def check(self) -> None:
        """Raises ProviderError when it has ended, which it does when it cannot load the file."""
        process = self._process
        if process is None or process.poll() is None:
            return
        last = one_line(self._printed[-1], 300) if self._printed else "it said nothing"
        raise ProviderError(
            f"The engine that runs {one_line(self.path.name, 60)} ended: {last}",
            kind="server",
            hint="Is there memory enough for it? A smaller model, or ?context=4096 behind its "
            "name, takes less.",
        )

    def stop(self) -> None:
        """End the process, and wait until it has. A request after that starts another."""
        with self._lock:
            process = self._take_away()
        _end(process)

    def _start(self) -> None:
        if importlib.util.find_spec("xllamacpp") is None:
            raise ProviderError(
                "What runs GGUF files is not installed.",
                kind="set_up",
                hint="pip install 'tyler-tui[local]' brings llama.cpp.",
            )
        self.share, self.address = None, ""
        self._printed.clear()
        process = subprocess.Popen(
            [sys.executable, "-m", "tyler_tui.providers.gguf.serving"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Ctrl+C is for the program, which then ends a request
        )
        assert process.stdin is not None
        asked = {"path": str(self.path), "context": self._context, "key": self.key}
        with suppress(OSError):  # it ended: `check` says so
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
        self._process = process
        threading.Thread(target=self._hear, args=[process], daemon=True).start()
        threading.Thread(target=self._keep, args=[process], daemon=True).start()
        atexit.register(self.stop)

    def _hear(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout as told:
            for line in told:
                news = json.loads(line)
                if process is self._process:
                    self.share = news.get("read", self.share)
                    self.address = news.get("address", self.address)

    def _keep(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        with process.stderr as printed:
            self._printed.extend(line for line in printed if line.strip())

    def _stop_if_idle(self) -> None:
        with self._lock:
            process = self._take_away() if self._users == 0 else None
        _end(process)

    def _take_away(self) -> "subprocess.Popen[str] | None":
        """Forget the process, which then is the caller's to end: not under the lock, where an
        event loop that asks for another would have to wait for it."""
        process, self._process, self.address = self._process, None, ""
        if self._idle is not None:
            self._idle.cancel()
        if process is not None:
            atexit.unregister(self.stop)
        return process


def _end(process: "subprocess.Popen[str] | None") -> None:
    """Ask it to end, by the end of its input; one that does not is killed."""
    if process is None:
        return
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.close()
    try:
        process.wait(STOPPING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
