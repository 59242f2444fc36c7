import pytest
from textual.widgets import TextArea

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.conversation import State
from tyler_tui.tui.widgets.queue_list import QueueList


def queue(chat: Chat) -> QueueList:
    return chat.screen.query_one(QueueList)


def waiting(chat: Chat) -> list[str]:
    assert chat.screen.conversation is not None
    return [queued.text for queued in chat.screen.conversation.queue]


async def with_three_waiting(chat: Chat) -> None:
    await chat.send("long")
    await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_busy)
    for prompt in ("one", "two [/b]\x1b[31m", "three"):
        await chat.send(prompt)
    await chat.until(lambda: queue(chat).option_count == 3)


async def test_what_waits_is_seen_above_the_composer_and_goes_when_it_is_sent(
    open_chat: OpenChat,
) -> None:
    async with open_chat("demo:fast") as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        assert not queue(chat).display
        await chat.send("code")
        await chat.send("list")
        await chat.idle()
        await chat.until(lambda: "list" in chat.text and not queue(chat).display)


async def test_a_prompt_that_waits_is_edited_moved_and_dropped(open_chat: OpenChat) -> None:
    async with open_chat("demo:20") as chat:
        await with_three_waiting(chat)
        assert "\x1b" not in str(queue(chat).get_option_at_index(1).prompt)
        queue(chat).focus()
        await chat.pilot.press("down", "shift+up")
        await chat.until(lambda: waiting(chat)[0].startswith("two"))
        assert queue(chat).highlighted == 0
        await chat.pilot.press("delete")
        await chat.until(lambda: waiting(chat) == ["one", "three"])
        await chat.pilot.press("end", "enter")
        await chat.until(lambda: waiting(chat) == ["one"])
        assert chat.screen.composer.text == "three"
        assert isinstance(chat.app.focused, TextArea)
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        assert chat.screen.composer.text == "one\nthree"
        assert not queue(chat).display


async def test_stopping_from_the_list_leaves_the_keys_of_the_composer(open_chat: OpenChat) -> None:
    async with open_chat("demo:20") as chat:
        await with_three_waiting(chat)
        queue(chat).focus()
        await chat.until(lambda: "drop" in chat.status)
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        assert chat.screen.composer.text.startswith("one\ntwo")
        await chat.until(lambda: chat.screen.composer.has_focus)
        await chat.pilot.pause()
        assert "Enter send" in chat.status
        assert "drop" not in chat.status


async def _with_the_second_chosen(chat: Chat) -> None:
    await with_three_waiting(chat)
    queue(chat).focus()
    await chat.pilot.press("down")


@pytest.mark.parametrize(
    ("key", "left", "written"),
    [("K", ["two", "one", "three"], ""), ("J", ["one", "three", "two"], ""),
     ("d", ["one", "three"], ""), ("e", ["one", "three"], "two")],
)  # fmt: skip
async def test_letters_are_keys_of_the_list(
    open_chat: OpenChat, key: str, left: list[str], written: str
) -> None:
    async with open_chat("demo:20") as chat:
        await _with_the_second_chosen(chat)
        await chat.pilot.press(key)
        await chat.until(lambda: [text.split()[0] for text in waiting(chat)] == left)
        assert chat.screen.composer.text.partition(" ")[0] == written


async def test_esc_leaves_the_list_and_stops_the_answer_only_from_the_composer(
    open_chat: OpenChat,
) -> None:
    async with open_chat("demo:20") as chat:
        await _with_the_second_chosen(chat)
        await chat.pilot.press("escape")
        await chat.until(lambda: isinstance(chat.app.focused, TextArea))
        assert chat.screen.conversation
        assert chat.screen.conversation.state is State.ANSWERING
        await chat.pilot.press("escape")
        await chat.idle()


async def test_a_word_that_begins_with_no_key_of_the_list_is_a_prompt(open_chat: OpenChat) -> None:
    async with open_chat("demo:20") as chat:
        await _with_the_second_chosen(chat)
        chat.press_at_once("needed")
        await chat.until(lambda: chat.screen.composer.text == "needed")
        assert len(waiting(chat)) == 3


async def test_the_keys_of_the_list_can_be_others_and_are_told(open_chat: OpenChat) -> None:
    async with open_chat("demo:20", size=(160, 40), keys={"queue.drop": "x"}) as chat:
        await _with_the_second_chosen(chat)
        await chat.until(lambda: "Enter edit · x drop" in chat.status)
        await chat.pilot.press("x")
        await chat.until(lambda: waiting(chat) == ["one", "three"])


@pytest.mark.parametrize("keys", [["ctrl+c"], ["delete"] * 3], ids=["taken back", "dropped"])
async def test_a_list_that_goes_away_gives_the_focus_to_the_composer(
    open_chat: OpenChat, keys: list[str]
) -> None:
    async with open_chat("demo:20") as chat:
        await _with_the_second_chosen(chat)
        await chat.until(lambda: "Enter edit" in chat.status)
        await chat.pilot.press(*keys)
        await chat.until(lambda: not queue(chat).display)
        await chat.until(lambda: chat.app.focused is chat.screen.composer)
        assert "Enter edit" not in chat.status


async def test_each_prompt_that_waits_takes_one_row_and_the_way_back_is_told(
    open_chat: OpenChat,
) -> None:
    async with open_chat("demo:20", size=(80, 24)) as chat:
        await chat.send("long")
        await chat.send("word " * 60)
        await chat.send("two")
        await chat.until(lambda: queue(chat).option_count == 2)
        await chat.pilot.pause(0.2)
        assert queue(chat).region.height == 2
        composer = chat.screen.composer
        assert composer.placeholder == "Ask anything, or Up to take back what waits"
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        await chat.until(lambda: composer.placeholder == "Ask anything")


async def test_up_in_an_empty_composer_takes_back_what_was_queued_last(
    open_chat: OpenChat,
) -> None:
    async with open_chat("demo:20") as chat:
        await with_three_waiting(chat)
        await chat.pilot.press("up")
        await chat.until(lambda: len(waiting(chat)) == 2)
        assert chat.screen.composer.text == "three"
        await chat.pilot.press("ctrl+c")
        await chat.idle()


async def test_a_click_takes_a_prompt_back(open_chat: OpenChat) -> None:
    async with open_chat("demo:20") as chat:
        await with_three_waiting(chat)
        await chat.pilot.click(QueueList, offset=(6, 0))
        await chat.until(lambda: chat.screen.composer.text == "one")
        await chat.pilot.press("ctrl+c")
        await chat.idle()
