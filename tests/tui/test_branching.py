"""What becomes of an edited prompt when another session is shown before it is sent."""

import threading
from http.server import BaseHTTPRequestHandler

from tests.provider_server import Finish, Pause, ProviderServer, Reply, Text, answer
from tests.tools.web_server import WebServer
from tests.tui.conftest import OpenChat
from tests.tui.test_switching import MODEL, _go, _header, _new_session, _session_id
from tests.tui.test_switching_typed import _said
from tyler_tui.config import Settings
from tyler_tui.messages import Attachment
from tyler_tui.web_settings import WebSettings


async def test_an_edited_prompt_is_sent_in_its_session_and_leaves_the_one_on_the_screen_alone(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on, rest = threading.Event(), threading.Event()

    def answer_late(handler: BaseHTTPRequestHandler) -> None:
        assert go_on.wait(60)
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    half = Reply([Text("Half an answer"), Pause(rest), Text(" and the rest."), Finish()])
    served.script(answer("One."), half, answer("Two."))
    with WebServer() as web:
        page = web.answer("/late", answer_late)
        settings = Settings(web=WebSettings(allow_hosts=[web.host]))
        async with open_chat(MODEL, settings=settings) as chat:
            await chat.ask("a question")
            await chat.pilot.press("alt+up", "alt+up", "e")
            await chat.until(lambda: chat.screen.composer.text == "a question")
            chat.screen.composer.set_draft(f"another, on @{page}")
            chat.screen.writing.attached.pin(Attachment("a.txt", b"for this one", "text/plain"))
            await chat.pilot.press("enter")
            await chat.until(web.asked.is_set)
            first = await _new_session(chat)
            second = _session_id(chat)
            await chat.send("elsewhere")
            await chat.shows("Half an answer")
            chat.screen.writing.attached.pin(Attachment("b.txt", b"for the other", "text/plain"))
            go_on.set()
            await chat.until(lambda: "1 answered" in _header(chat))
            assert _said(chat) == ["elsewhere"]
            assert "for this one" in str(served.requests[2].body)
            assert "for the other" not in str(served.requests[2].body)
            rest.set()
            await chat.idle()
            assert chat.screen.view.last_reply == "Half an answer and the rest."
            await _go(chat, first)
            await chat.shows("Two.")
            assert _said(chat) == [f"another, on @{page}"]
            await _go(chat, second)
            await chat.shows("Half an answer and the rest.")
