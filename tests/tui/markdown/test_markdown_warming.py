import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import markdown_it
import pytest
from markdown_it import MarkdownIt

from tyler_tui.tui.markdown import parsing

SOURCE = """See https://example.com, **now**:

```python
print(1)
```

| a | b |
|---|---|
| 1 | 2 |
"""
CODE = f"""
import sys
from tyler_tui.tui.markdown.warming import warm
warm()
before = set(sys.modules)
from tyler_tui.tui.markdown import MarkdownDocument, MarkdownStyles
document = MarkdownDocument(MarkdownStyles.dark(), source={SOURCE!r})
document.finish()
assert document.lines(40)
print(*set(sys.modules) - before)
"""


def test_behind_the_warming_an_answer_imports_nothing_more() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []


def test_threads_that_want_the_parser_at_once_wait_for_the_same_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[MarkdownIt] = []
    begun, go_on = threading.Event(), threading.Event()

    class Slow(MarkdownIt):
        def __init__(self, *arguments: Any) -> None:
            made.append(self)
            begun.set()
            assert go_on.wait(60)
            super().__init__(*arguments)

    monkeypatch.setattr(markdown_it, "MarkdownIt", Slow)
    parsing._parser.cache_clear()
    try:
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(parsing.parser)
            assert begun.wait(60)
            second = pool.submit(parsing.parser)
            with pytest.raises(TimeoutError):
                second.result(0.2)
            go_on.set()
            assert first.result(10) is second.result(10)
        assert len(made) == 1
    finally:
        go_on.set()
        parsing._parser.cache_clear()
