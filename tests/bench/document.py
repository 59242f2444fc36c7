"""The answer that is streamed: rich Markdown, the same each time, in tokens of four characters."""

from collections.abc import Iterator

TOKEN = 4

_SECTION = """## {n}. Measuring the {adjective} case

The **{adjective}** case is measured with `perf_counter` and _nothing else_; see
[the manual](https://example.org/manual/{n}) for what the clock counts. A paragraph is long enough
to wrap at any width that a terminal has, so that the last row changes with every token.

- warm the caches first, {n} times over
- keep the **median**, drop the rest
  - nested: the spread tells more than the mean
  - nested: `samples[{n}]` is the slowest
- compare within one run only

| step | name | before ms | after ms | note |
|---:|:-----|------:|------:|------|
| {n} | parse | 12.4 | 1.9 | only the `last` block |
| {n} | layout | 88.0 | 0.0 | none at all |
| {n} | paint | 9.1 | 4.2 | 改行 and 表 |

```python
def measure_{n}(samples: list[float], *, warm: int = 3) -> float:
    \"\"\"The median of what is left after warming.\"\"\"
    kept = sorted(samples[warm:])  # the first ones pay for the imports
    if not kept:
        raise ValueError(f"too few samples: {{len(samples)}}")
    return kept[len(kept) // 2]
```

> Quoted: a number without its spread is an anecdote, and 測定 without a floor is a guess. 🚀

1. 最初に測り、次に直す。推測で最適化してはいけない。
2. 数字は同じ機械の同じ実行の中だけで比べる。速さは正しさの後に来る。
3. Emoji take two cells: ✅ 🎉 👩‍💻 and flags 🇯🇵 too.

```sql
SELECT step, avg(after_ms) AS mean, count(*) AS runs
FROM measurements WHERE case_number = {n} GROUP BY step ORDER BY mean DESC;
```

"""
_ADJECTIVES = ("cold", "warm", "long", "short", "wide", "nested", "broken", "usual")


def markdown() -> Iterator[str]:
    """Numbered sections without end."""
    number = 0
    while True:
        number += 1
        adjective = _ADJECTIVES[number % len(_ADJECTIVES)]
        yield _SECTION.format(n=number, adjective=adjective)


def tokens(count: int, end: str) -> list[str]:
    """`count` tokens and one more, `end`, in a paragraph of its own."""
    text = ""
    for section in markdown():
        text += section
        if len(text) >= count * TOKEN:
            break
    pieces = [text[at : at + TOKEN] for at in range(0, count * TOKEN, TOKEN)]
    # Whatever block is open, a fence or a table too, the mark must stand alone at the left.
    opened = "".join(pieces).count("```") % 2
    return [*pieces, f"\n{'```' if opened else ''}\n\n{end}\n"]
