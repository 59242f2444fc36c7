"""A web server on loopback that serves what a test lays out, well or badly."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self

Answer = Callable[[BaseHTTPRequestHandler], None]


class Request(NamedTuple):
    """What a client asked for."""

    path: str
    headers: Mapping[str, str]


class WebServer:
    """Serves at `url`, and as another host at `other`. `asked` is set with the first request,
    `left` once a client has gone while it was being served by `endless` or `silent`."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.asked = threading.Event()
        self.left = threading.Event()
        self._answers: dict[str, Answer] = {}
        self._tunnels_wait = False
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self.other = f"http://localhost:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def serve(
        self,
        path: str,
        body: bytes | str = "",
        kind: str = "text/html; charset=utf-8",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Answer `path` with this; returns its address."""
        data = body.encode() if isinstance(body, str) else body

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            if kind:
                handler.send_header("Content-Type", kind)
            for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(data)

        return self.answer(path, answer)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        return self.serve(path, status=status, headers={"Location": to})

    def raw(self, path: str, data: bytes) -> str:
        """Send these very bytes and close the connection."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.wfile.write(data)
            handler.close_connection = True

        return self.answer(path, answer)

    def endless(self, path: str, piece: bytes, kind: str = "text/plain") -> str:
        """Send `piece` again and again, until the client leaves."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", kind)
            handler.end_headers()
            try:
                while not self._stopping.is_set():
                    handler.wfile.write(piece)
            except OSError:
                self.left.set()
            handler.close_connection = True

        return self.answer(path, answer)

    def silent(self, path: str, first: bytes = b"", kind: str = "text/plain") -> str:
        """Send `first`, and then nothing, until the client leaves."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            with suppress(OSError):
                if first:
                    handler.send_response(200)
                    handler.send_header("Content-Type", kind)
                    handler.send_header("Content-Length", "1000000")
                    handler.end_headers()
                    handler.wfile.write(first)
                handler.connection.settimeout(30)
                handler.rfile.read(1)
            self.left.set()
            handler.close_connection = True

        return self.answer(path, answer)

    def silent_tunnel(self) -> str:
        """Take requests to a proxy for a tunnel, and never answer them; returns its address."""
        self._tunnels_wait = True
        return self.url

    def answer(self, path: str, answer: Answer) -> str:
        self._answers[path] = answer
        return self.url + path

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.requests.append(Request(self.path, dict(self.headers)))
                server.asked.set()
                answer = server._answers.get(self.path.partition("?")[0])
                if answer is None:
                    self.send_error(404)
                else:
                    answer(self)

            def do_CONNECT(self) -> None:
                server.asked.set()
                if server._tunnels_wait:
                    self.connection.settimeout(30)
                    with suppress(OSError):
                        self.rfile.read(1)
                    server.left.set()
                else:
                    self.send_error(501)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is told on standard error."""

        return Handler

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
