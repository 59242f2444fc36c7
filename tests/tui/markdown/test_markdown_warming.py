import subprocess
import sys

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
