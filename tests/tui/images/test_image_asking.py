"""What the terminal says it can draw, and that nothing of the answers is typed."""

import asyncio
import threading

import pytest

from tyler_tui.tui.images import asking
from tyler_tui.tui.images.asking import QUESTION, Graphics, GraphicsAnswers, may_ask

OK, NO = "\x1b_Gi=31;OK\x1b\\", "\x1b_Gi=31;EINVAL:no\x1b\\"
PLAIN, WITH_SIXEL = "\x1b[?62;22c", "\x1b[?62;4;22c"


async def said(*inputs: str) -> tuple[Graphics, str]:
    """What is made of what came in, and what of it is left as keys."""
    left: list[str] = []
    answers = GraphicsAnswers()

    def come_in(question: str) -> None:
        assert question == QUESTION
        reading = threading.Thread(target=lambda: left.extend(map(answers, inputs)))
        reading.start()
        reading.join()

    return await answers.ask(come_in), "".join(left)


@pytest.mark.parametrize(
    ("inputs", "wanted"),
    [
        ((OK + PLAIN,), Graphics.KITTY),
        ((OK + WITH_SIXEL,), Graphics.KITTY),
        ((WITH_SIXEL,), Graphics.SIXEL),
        ((NO, WITH_SIXEL), Graphics.SIXEL),
        ((NO + PLAIN,), Graphics.HALF_BLOCKS),
        (("\x1b[?4c",), Graphics.HALF_BLOCKS),  # a class of terminal, no ability
        ((OK[:2], OK[2:5], OK[5:-1], OK[-1:] + PLAIN[:4], PLAIN[4:]), Graphics.KITTY),
    ],
)
async def test_the_answer_says_how_pictures_are_drawn(
    inputs: tuple[str, ...], wanted: Graphics
) -> None:
    graphics, left = await said(*inputs)
    assert graphics is wanted
    assert left == ""


async def test_what_is_typed_meanwhile_is_kept() -> None:
    assert await said("a\x1b[A" + NO + "b", "c" + PLAIN[:4], PLAIN[4:] + "d\x1b") == (
        Graphics.HALF_BLOCKS,
        "a\x1b[Abcd\x1b",
    )


async def test_a_terminal_that_says_nothing_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "WAIT_SECONDS", 0.01)
    answers = GraphicsAnswers()
    async with asyncio.timeout(5):
        assert await answers.ask(lambda _: None) is Graphics.HALF_BLOCKS
    assert answers(OK + PLAIN) == "", "a late answer is typed nowhere either"


async def test_without_a_question_input_passes_as_it_is() -> None:
    assert GraphicsAnswers()("\x1b[?62;4c") == "\x1b[?62;4c"


@pytest.mark.parametrize(
    ("environ", "may"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux,1,0", "KITTY_WINDOW_ID": "1"}, False),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "xterm-256color", "ZELLIJ": "0"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
    ],
)
def test_only_a_terminal_that_is_spoken_to_directly_is_asked(
    environ: dict[str, str], may: bool
) -> None:
    assert may_ask(environ) is may
