"""What all clients of models read through."""

from typing import Any

import httpx
import pytest
from httpcore._backends.anyio import AnyIOStream

from tests.provider_server import Finish, ProviderServer, Reply, Text
from tyler_tui.providers.transport import BoundedTransport


async def test_what_comes_between_two_reads_of_a_stream_gathers_and_comes_whole(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0
    read = AnyIOStream.read

    async def counted(stream: AnyIOStream, *arguments: Any, **options: Any) -> bytes:
        nonlocal reads
        reads += 1
        return await read(stream, *arguments, **options)

    monkeypatch.setattr(AnyIOStream, "read", counted)
    text = "".join(f"word {number} " for number in range(60))
    provider_server.script(Reply([Text(text, size=4), Finish()], rate=500, chunked=True))
    body = b""
    async with (
        httpx.AsyncClient(transport=BoundedTransport()) as client,
        client.stream("POST", f"{provider_server.base_url}/chat/completions", json={}) as response,
    ):
        pieces = 0
        async for piece in response.aiter_bytes():
            pieces += 1
            body += piece
    assert body.count(b'"content"') >= len(text) / 4
    assert body.endswith(b"data: [DONE]\n\n")
    assert pieces > 100
    assert reads <= pieces / 2
