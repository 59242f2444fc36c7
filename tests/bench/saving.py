"""Run as a program: what one checkpoint costs, or how many a streamed answer makes.

A process of its own, because it uses the product that is measured.
"""

import asyncio
import json
import sys
import time

from tyler_tui import Agent, Message, Thread, ThreadStore
from tyler_tui.conversation import Conversation
from tyler_tui.messages import MessageStatus

SAVES = 40
EVERY_S = 0.05
CHARACTERS = 20_000
TOKENS = 1_000


async def _one(path: str) -> dict[str, float]:
    """Milliseconds of CPU for a checkpoint among others, beyond those of the waiting between."""
    thread = Thread()
    message = Message("assistant", "x", status=MessageStatus.STREAMING)
    thread.add_message(message)

    async def run(store: ThreadStore | None) -> float:
        began = time.process_time()
        for number in range(SAVES):
            message.content = "a few words " * (CHARACTERS // 12) + str(number)
            if store is not None:
                await store.save_message(thread, message)
            await asyncio.sleep(EVERY_S)
        return time.process_time() - began

    async with await ThreadStore.create(path) as store:
        await store.save_message(thread, message)
        await run(None)
        with_saves, without = await run(store), await run(None)
    return {"milliseconds": 1000 * (with_saves - without) / SAVES}


class _Counting(ThreadStore):
    saves = 0

    async def save_message(self, thread: Thread, message: Message) -> None:
        self.saves += message.status is MessageStatus.STREAMING
        await super().save_message(thread, message)


async def _count(path: str, base: str, mark: str) -> dict[str, float]:
    agent = Agent(model_name="openai/bench", api_base=base, api_key="bench")
    async with await _Counting.create(path) as store:
        assert isinstance(store, _Counting)
        await Conversation(agent, store).ask(f"send {TOKENS} tokens at 200 until {mark}")
        return {"checkpoints": 1000 * store.saves / TOKENS}


if __name__ == "__main__":
    database, what, *rest = sys.argv[1:]
    sys.stdout.write(
        json.dumps(asyncio.run(_one(database) if what == "one" else _count(database, *rest)))
    )
