"""Rendered Markdown on a terminal while it streams: what stands there in the end, and that what is
finished is not written again."""

import io
import re

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.provider_server import MARKDOWN
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.printer import live
from tyler_tui.printer.live import LiveMarkdown
from tyler_tui.stdio.markdown import cut, cut_finished
from tyler_tui.stdio.outcome import Outcome

PARAGRAPHS = "\n\n".join(f"Paragraph {n}. " + "words and more words " * 12 for n in range(12))
CODE = (
    "Before.\n\n```python\n" + "".join(f"line_{n} = {n}\n" for n in range(60)) + "```\n\nAfter.\n"
)
BULLETS = "".join(f"- point {n}\n  - below it\n" for n in range(30)) + "\nThe end.\n"
ONE_LINE = "A paragraph that never ends: " + " ".join(f"word{n}" for n in range(300))


class Screen(io.StringIO):
    """A terminal of that size that remembers what has scrolled away, and every byte."""

    def __init__(self, columns: int, rows: int) -> None:
        super().__init__()
        self._screen = pyte.HistoryScreen(columns, rows, history=10_000, ratio=0.5)
        self._stream = pyte.Stream(self._screen)

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._stream.feed(text.replace("\n", "\r\n"))
        return super().write(text)

    @property
    def lines(self) -> list[str]:
        gone = [
            "".join(row[column].data for column in range(self._screen.columns))
            for row in self._screen.history.top
        ]
        rows = [line.rstrip() for line in [*gone, *self._screen.display]]
        return "\n".join(rows).rstrip("\n").split("\n")

    @property
    def hides_cursor(self) -> bool:
        return pyte.modes.DECTCEM not in self._screen.mode


@pytest.fixture
def sized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(live, "FRAME_S", 3600.0)  # a frame comes when the test wants one


def chunk(text: str) -> ExecutionEvent:
    return ExecutionEvent.now(EventType.LLM_STREAM_CHUNK, content_chunk=text)


def response(text: str) -> ExecutionEvent:
    return ExecutionEvent.now(EventType.LLM_RESPONSE, content=text)


async def frame(form: LiveMarkdown) -> None:
    async with form._drawing:
        await form._draw()


async def shown(
    text: str,
    size: int,
    monkeypatch: pytest.MonkeyPatch,
    *,
    columns: int = 60,
    rows: int = 16,
    background: str = "",
) -> Screen:
    """The screen behind an answer that came in pieces of that size, a frame for each."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(rows))
    screen = Screen(columns, rows)
    form = LiveMarkdown(screen, {"COLORFGBG": background}, still=True)
    try:
        for start in range(0, len(text), size):
            await form.hear(chunk(text[start : start + size]))
            await frame(form)
        await form.hear(response(text))
        await form.finish(Outcome())
    finally:
        form.close()
    return screen


@pytest.mark.usefixtures("sized")
@pytest.mark.parametrize("text", [MARKDOWN, PARAGRAPHS, CODE, BULLETS, ONE_LINE], ids=range(5))
@pytest.mark.parametrize("size", [23, 400])
async def test_what_streamed_stands_there_as_if_it_had_come_at_once(
    text: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    streamed = await shown(text, size, monkeypatch)
    whole = await shown(text, len(text), monkeypatch, rows=500)
    assert streamed.lines == whole.lines
    assert not streamed.hides_cursor


@pytest.mark.usefixtures("sized")
async def test_what_is_finished_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = await shown(PARAGRAPHS, 11, monkeypatch)
    last_seen = [screen.getvalue().rfind(f"Paragraph {n}.") for n in range(12)]
    first_seen = [screen.getvalue().find(f"Paragraph {n}.") for n in range(12)]
    for n in range(10):
        assert last_seen[n] < first_seen[n + 2], "a paragraph is drawn when it is long finished"


@pytest.mark.usefixtures("sized")
async def test_the_cost_of_a_piece_does_not_grow_with_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = await shown(PARAGRAPHS, 40, monkeypatch)
    long = await shown("\n\n".join([PARAGRAPHS] * 4), 40, monkeypatch)
    assert len(long.getvalue()) < 5 * len(short.getvalue())


@pytest.mark.usefixtures("sized")
async def test_hostile_text_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = (
        "\x1b[2J \x1b]0;title\x07 \x9b31m \u202e [bold]x[/bold] [@click=quit]y[/] :smile:\n\n"
        "[here](javascript:alert(1)) [there](https://a.example/\x1b[2J)\n\n"
        "```\x1b[2J\n\x1b]52;c;x\x07\n```\n\n![i](https://a.example/i.png)\n"
    )
    screen = await shown(hostile, 3, monkeypatch)
    written = screen.getvalue()
    assert "\x1b]" not in written, "no title, no clipboard, no hidden link"
    assert "\x1b[2J" not in written
    assert not set(written) & {"\x9b", "\x07", "\u202e"}
    text = "\n".join(screen.lines)
    assert "[bold]x[/bold] [@click=quit]y[/] :smile:" in text
    assert "https://a.example/" in text, "a link shows where it leads"


@pytest.mark.usefixtures("sized")
async def test_no_color_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = await shown(MARKDOWN, 50, monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    plain = await shown(MARKDOWN, 50, monkeypatch)
    colours = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)(?:;\d+)*m")
    assert colours.search(coloured.getvalue())
    assert not colours.search(plain.getvalue())
    assert plain.lines == coloured.lines


@pytest.mark.usefixtures("sized")
async def test_a_pause_leaves_the_terminal_clean_and_the_text_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "16")
    screen = Screen(60, 16)
    form = LiveMarkdown(screen, {}, still=True)
    await form.hear(chunk("First.\n\nSecond, half"))
    await frame(form)
    await form.pause()
    assert screen.lines[-1] != "Second, half"
    screen.write("a note\n")
    await form.hear(chunk(" done."))
    await form.hear(response(""))
    await form.finish(Outcome())
    form.close()
    assert [line for line in screen.lines if line][-3:] == [
        "a note",
        "First.",
        "Second, half done.",
    ]


@given(st.text(alphabet="ab \n#-*`|>1.[]()\t", max_size=200))
def test_whatever_the_text_its_blocks_are_all_of_it(text: str) -> None:
    assert "".join(cut(text)) == text
    finished, rest = cut_finished(text)
    assert "".join([*finished, rest]) == text


def test_half_a_line_finishes_nothing() -> None:
    assert cut_finished("One.\n\n#") == ([], "One.\n\n#")
    assert cut_finished("One.\n\n# Two\n") == (["One.\n\n"], "# Two\n")
    assert cut_finished("Title\n=") == ([], "Title\n=")


@pytest.mark.usefixtures("sized")
async def test_no_text_is_cyan_on_the_terminals_own_background(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = await shown("1. one\n2. two\n\n| a | b |\n|---|---|\n| c | d |\n", 1000, monkeypatch)
    assert "a" in screen.getvalue()
    assert "\x1b[36m" not in screen.getvalue()


@pytest.mark.usefixtures("sized")
async def test_code_can_be_read_on_white(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    code = "@wraps\nclass A(ValueError):\n    def f(self) -> int:\n        print('text', 1)"
    screen = await shown(
        f"Some `code`.\n\n```python\n{code}\n```\n", 1000, monkeypatch, background="0;15"
    )
    colors = set(";".join(re.findall(r"\x1b\[([\d;]+)m", screen.getvalue())).split(";"))
    assert {"31", "34", "35"} <= colors, "red, blue and magenta"
    green_yellow_cyan = {"32", "33", "36", "92", "93", "96"}
    assert not colors & green_yellow_cyan
    assert not colors & {str(number) for number in range(40, 48)}, "no background of its own"
