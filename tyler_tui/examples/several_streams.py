"""Many questions at once, with a limit: watched as they are answered, or gathered at the end.

python -m tyler_tui.examples.several_streams "What is CJK?" "Show me a table" "Say hello"
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from tyler_tui import Agent, EventType, Message, Thread, collected, fan_in, guarded
from tyler_tui.examples._running import run
from tyler_tui.sanitize import one_line


def asking(query: str) -> Thread:
    thread = Thread()
    thread.add_message(Message(role="user", content=query))
    return thread


async def watch(agent: Agent, queries: Sequence[str]) -> None:
    """One loop for all, in which events come as they happen; at most three are asked at a time."""
    streams = ((query, agent.go(asking(query), stream=True)) for query in queries)
    characters = dict.fromkeys(queries, 0)
    async for query, event in fan_in(streams, limit=3):
        if event.type == EventType.LLM_STREAM_CHUNK:
            characters[query] += len(event.data["content_chunk"])
        elif event.type.is_terminal:
            print(f"{event.type.value}: {query} ({characters[query]} characters)")


async def gather(agent: Agent, queries: Sequence[str]) -> None:
    """All answers, in the order of the questions."""
    streams = [guarded(agent.go(asking(query), stream=True)) for query in queries]
    for query, result in zip(queries, await asyncio.gather(*map(collected, streams)), strict=True):
        print(f"{query} → {one_line(result.content or result.error, 60)}")


async def main(queries: Sequence[str]) -> None:
    agent = Agent(model_name=os.environ.get("TYLER_CHAT_MODEL", "demo"))  # one serves them all
    await watch(agent, queries)
    print()
    await gather(agent, queries)


if __name__ == "__main__":
    run(main(sys.argv[1:] or ["What is CJK?", "Show me a table", "Say hello"]))
