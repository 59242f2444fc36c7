"""How the floors read a stream: httpx and json, nothing between."""

import json
import os
from collections.abc import AsyncGenerator

import httpx


async def read_answer(client: httpx.AsyncClient, prompt: str) -> AsyncGenerator[str, None]:
    body = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": prompt}]}
    url = f"{os.environ['OPENAI_API_BASE']}/chat/completions"
    async with client.stream("POST", url, json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    if choice["delta"].get("content"):
                        yield choice["delta"]["content"]
