"""Servers that ask the user in the middle of a call."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from tests.mcp_servers.running import program, running, use

Asked = list[tuple[str, Mapping[str, Any]]]


async def test_a_server_of_today_gets_what_the_user_filled_in(tmp_path: Path) -> None:
    asked: Asked = []

    async def ask(message: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        asked.append((message, fields))
        return {"name": "Ada"}

    async with running(tmp_path, far=program("asking")) as servers:
        assert await use(servers, "far-greet", ask=ask) == "accept: {'name': 'Ada'}"
        assert await use(servers, "far-greet") == "decline: None"
    [(message, fields)] = asked
    assert message == "Who are ␛[2Jyou?"
    assert list(fields["properties"]) == ["name", "age"]


async def test_a_server_of_before_does_too(tmp_path: Path) -> None:
    async def ask(message: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"name": "Ada"}

    async with running(tmp_path, raw=program("raw", "asks")) as servers:
        accepted = json.loads(await use(servers, "raw-echo", ask=ask))
        assert accepted == {"action": "accept", "content": {"name": "Ada"}}
        assert json.loads(await use(servers, "raw-echo")) == {"action": "decline"}


@pytest.mark.parametrize("name", ["asking", "raw"])
async def test_a_question_ends_with_its_call(tmp_path: Path, name: str) -> None:
    settings = program(name, *["asks"] * (name == "raw"))
    asked, ended = asyncio.Event(), asyncio.Event()

    async def ask(message: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    async with running(tmp_path, far=settings) as servers:
        call = asyncio.create_task(
            use(servers, "far-greet" if name == "asking" else "far-echo", ask=ask)
        )
        await asked.wait()
        call.cancel()
        await ended.wait()
        with pytest.raises(asyncio.CancelledError):
            await call
