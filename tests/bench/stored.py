"""Run as a program: fills a store with one long session, or times searches in it.

A process of its own, because it uses the product that is measured.
"""

import asyncio
import json
import statistics
import sys
import time

from tyler_tui import Message, Thread, ThreadStore

SESSION = "long"
FIRST_WORDS = "question 0:"
LAST_WORDS = "these-are-the-last-words"
COMMON, RARE, NOWHERE, SHORT = "median", "needle77", "no-such-word", "測定"
_SEARCHES = 7


def _words(number: int) -> str:
    needle = " needle77" if number == 77 else ""
    return (
        f"Answer **{number}**: the median of run {number % 97} was kept, and 測定 repeated"
        f"{needle}.\n\n- first `{number * 7919 % 10007}`\n- second\n\n"
        f"```python\nrun({number})\n```\n\nA last sentence on the spread of the samples."
    )


async def fill(path: str, count: int) -> None:
    thread = Thread(name=SESSION)
    for number in range(count // 2):
        thread.add_message(Message("user", f"question {number}: and what of case {number % 31}?"))
        last = f"\n\n{LAST_WORDS}" if number == count // 2 - 1 else ""
        thread.add_message(Message("assistant", _words(number) + last))
    async with await ThreadStore.create(path) as store:
        await store.save_thread(thread)


async def _search(path: str) -> dict[str, float]:
    took: dict[str, float] = {}
    async with await ThreadStore.create(path) as store:
        for word in (COMMON, RARE, NOWHERE, SHORT):
            samples = []
            for _ in range(_SEARCHES):
                began = time.perf_counter()
                hits = await store.search(word)
                samples.append(time.perf_counter() - began)
                assert bool(hits) is (word != NOWHERE), word
            took[word] = statistics.median(samples)
    return took


if __name__ == "__main__":
    database, what, *rest = sys.argv[1:]
    if what == "fill":
        asyncio.run(fill(database, int(rest[0])))
    else:
        sys.stdout.write(json.dumps(asyncio.run(_search(database))))
