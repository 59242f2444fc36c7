"""Text that is meant to do harm: what acts on a terminal or a toolkit, and what is far too large.

`SHORT` goes through every sink, all at once; `LARGE` is a text each, for what must stay quick.
"""

MARK = "otter"
"""A word that stands behind every text of the corpus: it is shown, so the rest came to an end."""

_ESC = "\x1b"

MARKUP = {
    "closing tag": "[/foo] [/] [/",
    "style": "[bold red]x[/] [red on blue]y [reverse]",
    "action": "[@click=app.quit]z[/] [@click='app.bell']z[/]",
    "link": "[link=file:///etc/passwd]x[/link]",
    "variables": "[$x] $x {x} {0} %s %(x)s",
    "odd brackets": "a[i][/b/] [[[ ]]] [bold",
    "emoji names": ":bomb: :warning:",
    "html": "<script>alert(1)</script> <img src=x onerror=alert(1)> <!-- never closed </style>",
    "attributes": "\"'><b onmouseover=alert(1)> javascript:alert(1)",
}
ESCAPES = {
    "colour": f"{_ESC}[31mred{_ESC}[0m",
    "erase": f"{_ESC}[2J{_ESC}[3J{_ESC}[H",
    "reset": f"{_ESC}c",
    "screens and modes": f"{_ESC}[?1049l{_ESC}[?25l{_ESC}[?1003h{_ESC}[?2004l{_ESC}[>1u",
    "scroll region": f"{_ESC}[1;2r{_ESC}[5S{_ESC}M{_ESC}D{_ESC}E",
    "questions": f"{_ESC}[c{_ESC}[6n{_ESC}[18t{_ESC}[?1$p{_ESC}[>q",
    "window": f"{_ESC}[8;1;1t{_ESC}[2t",
    "repeat": f"x{_ESC}[99999b",
    "character sets": f"{_ESC}(0{_ESC})B{_ESC}#8\x0e\x0f",
    "keys": f"{_ESC}[4h{_ESC}[20h{_ESC}=",
    "title": f"{_ESC}]0;evil title\x07{_ESC}]2;evil title{_ESC}\\{_ESC}kevil title{_ESC}\\",
    "clipboard": f"{_ESC}]52;c;aGFja2Vk\x07{_ESC}]52;c;?{_ESC}\\",
    "hyperlink": f"{_ESC}]8;;file:///etc/passwd{_ESC}\\x{_ESC}]8;;{_ESC}\\",
    "notification": f"{_ESC}]9;evil\x07{_ESC}]777;notify;evil;evil\x07{_ESC}]99;;evil{_ESC}\\",
    "palette": f"{_ESC}]4;1;#000000\x07{_ESC}]11;#ffffff\x07{_ESC}]104\x07",
    "file": f"{_ESC}]1337;File=inline=1:aGFja2Vk\x07{_ESC}]133;A\x07",
    "device control": f"{_ESC}P$q q{_ESC}\\{_ESC}Pq#0;2;0;0;0~{_ESC}\\{_ESC}P+q544e{_ESC}\\",
    "other strings": f"{_ESC}_Gi=1,a=q;AA{_ESC}\\{_ESC}^x{_ESC}\\{_ESC}Xx{_ESC}\\",
    "cut short": f"{_ESC}[",
    "string never ended": f"{_ESC}]0;evil title",
    "escape alone": _ESC,
    "eight bits": "\x9b31m\x9d0;evil title\x9c\x90q\x9c\x9ex\x9c\x9fx\x9c\x98x\x9c\x84\x85\x8d\x9a",
    "as bytes of Latin-1": "\xc2\x9b31m \xc2\x9d0;evil title\xc2\x9c",
}  # fmt: skip
CHARACTERS = {
    "bell": "\x07\x07",
    "back": "safe\x08\x08\x08\x08evil",
    "carriage return": "safe\revil\r\r\n\rx",
    "other controls": "".join(map(chr, [*range(1, 7), 11, 12, *range(16, 27)])),
    "separators": "\x1c\x1d\x1e\x1f\u2028\u2029\x85",
    "null and delete": "nul\x00del\x7f",
    "bidi": "user\u202etxt.exe\u202c \u2066\u2067\u2068\u2069\u202a\u202b\u202d\u200e\u200f\u061c",
    "zero width": "pass\u200bword\u2060\ufeff\u00ad\u034f\u180e\u3164\u2800",
    "tags": "\U000e0041\U000e0042\U000e007f \ufff9x\ufffay\ufffb",
    "surrogates": "\ud800 \udfff \udfff\ud800",
    "private": "\ue000\uf8ff\U000f0000\U0010fffd \ufdd0\uffff\U0010ffff",
    "combining flood": "z" + "\u0301\u0489\u20dd" * 40,
    "joiners": "a" + "\u200d" * 50 + "👩\u200d👩\u200d👧 \ufe0f\ufe0e",
    "flags and tones": "🇩" * 9 + "🏽" * 9,
    "widest": "﷽ 𒐫 ꧅ ⸻ ﷺ",
    "not decomposed": "ﬁ Å Ω ① ﾊﾝ",
}  # fmt: skip

SHORT = MARKUP | ESCAPES | CHARACTERS

ALL = " ".join(SHORT.values()).replace("\ud800", "").replace("\udfff", "") + f" {MARK}"
"""All of `SHORT` as one text that can be encoded."""


def _table(columns: int, rows: int) -> str:
    line = "|" + "cell|" * columns + "\n"
    return line + "|" + "---|" * columns + "\n" + line * rows


LARGE = {
    "one line of a megabyte": "x" * 1_000_000,
    "words of a megabyte in one line": "word " * 200_000,
    "wide characters in one line": "漢字" * 100_000,
    "combining flood": "z" + "\u0301" * 200_000,
    "letters with marks": "e\u0301" * 100_000,
    "joined emoji": "👩\u200d" * 50_000,
    "private characters": "\ue000" * 200_000,
    "spaces": " " * 300_000 + "x",
    "line ends": "\n" * 100_000,
    "carriage returns": "x\r" * 100_000,
    "escapes": "\x1b[31m" * 100_000,
    "tabs": "\t" * 100_000,
    "surrogates": "\ud800" * 100_000,
    "quotes in quotes": ">" * 10_000 + " x",
    "quotes in quotes by the line": "".join(">" * n + " x\n" for n in range(1, 400)),
    "lists in lists": "- " * 10_000 + "x",
    "lists in lists by the line": "".join("  " * n + "- x\n" for n in range(400)),
    "numbers in numbers": "1. " * 10_000 + "x",
    "brackets": "[" * 10_000 + "x" + "]" * 10_000,
    "links in links": "[" * 5_000 + "x" + "](y)" * 5_000,
    "images in images": "![" * 5_000 + "x" + "](y)" * 5_000,
    "emphasis": "*" * 10_000 + "x" + "*" * 10_000,
    "emphasis open": "*a _b " * 20_000,
    "strikes": "~~a " * 20_000,
    "backticks": "".join("`" * n + " " for n in range(1, 500)),
    "mathematics": "$" * 20_000 + " $x$ " * 10_000,
    "entities": "&amp;" * 50_000,
    "backslashes": "\\" * 100_000,
    "links": "https://example.com/a " * 5_000,
    "one long link": "https://example.com/" + "a" * 300_000,
    "references": "".join(f"[{n}]: /x\n" for n in range(3_000)) + "[1] " * 3_000,
    "html": "<div>" * 20_000,
    "comments": "<!--" * 20_000,
    "headings": "# x\n" * 3_000,
    "rules": "---\n\n" * 3_000,
    "paragraphs": "x\n\n" * 10_000,
    "fence never closed": "```python\n" + "x = 1\n" * 20_000,
    "fence of one line": "```json\n" + "[1, 2]," * 100_000,
    "fence of brackets": "```json\n" + "[" * 200_000,
    "fence of an open string": "```python\n" + "'''" + "a\\" * 100_000,
    "fences in a list": "- ```\n  x\n  ```\n" * 1_000,
    "table of 500 columns": _table(500, 20),
    "table of 5,000 rows": _table(3, 5_000),
    "table with a wide cell": "|a|b|\n|-|-|\n|" + "x" * 200_000 + "|y|\n",
    "table of empty cells": "|" * 20_000 + "\n" + "|-" * 20_000 + "|\n",
    "deep JSON": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "deep lists in JSON": "[" * 20_000 + "]" * 20_000,
    "wide JSON": "[" + "1," * 14_000 + "1]",
    "a diff": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n" + "-old\n+new\n" * 20_000,
    "a diff of long lines": "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-" + "x" * 300_000 + "\n+y\n",
}  # fmt: skip
