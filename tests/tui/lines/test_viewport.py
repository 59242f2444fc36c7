from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.lines.items import TextItem, numbered
from tyler_tui.tui.lines.viewport import Row, Viewport

HEIGHT = 10


def viewport_of(*texts: str, height: int = HEIGHT, width: int = 40) -> Viewport:
    viewport = Viewport()
    viewport.resize(width, height)
    for text in texts:
        viewport.append(TextItem(text))
    viewport.rows()
    return viewport


def shown(viewport: Viewport) -> list[str]:
    return [viewport.items[i].lines(viewport.width)[n].text for i, n in viewport.rows()]


def grow(viewport: Viewport, text: str) -> None:
    item = viewport.items[-1]
    assert isinstance(item, TextItem)
    item.grow(text)


def test_a_short_conversation_stands_at_the_top() -> None:
    assert shown(viewport_of("one", "two")) == ["one", "two"]


def test_the_end_is_on_view_while_it_follows() -> None:
    viewport = viewport_of(numbered(0, 30))
    assert shown(viewport)[-1] == "row 29"
    grow(viewport, "\nlast")
    assert shown(viewport)[-1] == "last"


def test_scrolling_up_stops_following_and_nothing_that_comes_moves_the_view() -> None:
    viewport = viewport_of(numbered(0, 30))
    viewport.scroll(-1)
    before = shown(viewport)
    grow(viewport, "\nnew")
    viewport.append(TextItem("newer"))
    assert not viewport.follow
    assert shown(viewport) == before


def test_reaching_the_end_again_follows_again() -> None:
    viewport = viewport_of(numbered(0, 30))
    viewport.scroll(-5)
    viewport.rows()
    viewport.scroll(4)
    assert not viewport.follow
    viewport.scroll(1)
    assert viewport.follow
    grow(viewport, "\nlast")
    assert shown(viewport)[-1] == "last"


def test_scrolling_up_where_all_is_on_view_goes_on_following() -> None:
    viewport = viewport_of("one", "two")
    viewport.scroll(-3)
    viewport.to_start()
    grow(viewport, "\n" + numbered(0, 30))
    assert shown(viewport)[-1] == "row 29"


def test_scrolling_up_by_a_row_counts_while_the_end_floats() -> None:
    viewport = viewport_of(numbered(0, 30))
    viewport.streaming = True
    grow(viewport, "\nnew")
    assert len(viewport.rows()) == HEIGHT - viewport.step + 1
    top = viewport.rows()[0]
    viewport.scroll(-1)
    assert not viewport.follow
    assert viewport.rows()[0] == Row(top.item, top.line - 1)


def test_a_full_view_moves_by_several_rows_at_once_while_text_streams() -> None:
    viewport = viewport_of(numbered(0, 30))
    viewport.streaming = True
    tops = set()
    for number in range(3 * viewport.step):
        grow(viewport, f"\nnew {number}")
        rows = viewport.rows()
        tops.add(rows[0])
        assert shown(viewport)[-1] == f"new {number}"
        assert len(rows) > HEIGHT - viewport.step
    assert len(tops) == 3
    viewport.streaming = False
    assert len(viewport.rows()) == HEIGHT


def test_unseen_rows_are_those_that_came_since_the_end_was_on_view() -> None:
    viewport = viewport_of(numbered(0, 30))
    viewport.scroll(-12)
    assert viewport.unseen_rows(viewport.rows()) == 0
    grow(viewport, "\nnew\nnew")
    viewport.append(TextItem("x\ny\nz"))
    assert viewport.unseen_rows(viewport.rows()) == 5
    viewport.scroll(13)
    assert viewport.unseen_rows(viewport.rows()) == 4
    viewport.to_end()
    assert viewport.unseen_rows(viewport.rows()) == 0


def test_a_new_width_makes_no_row_unseen() -> None:
    viewport = viewport_of(" ".join(["word"] * 200))
    viewport.scroll(-5)
    viewport.rows()
    viewport.resize(20, HEIGHT)
    assert viewport.unseen_rows(viewport.rows()) == 0
    grow(viewport, "\nnew")
    assert viewport.unseen_rows(viewport.rows()) == 1


def test_older_items_above_leave_the_view_where_it_is() -> None:
    viewport = viewport_of(numbered(0, 30))
    viewport.scroll(-5)
    before = shown(viewport)
    viewport.prepend([TextItem(numbered(100, 7)), TextItem("older")])
    assert shown(viewport) == before
    viewport.to_start()
    assert shown(viewport)[0] == "row 100"


def test_the_row_that_is_read_stays_on_top_when_the_width_changes() -> None:
    text = "\n".join(f"paragraph {number} " + "word " * 30 for number in range(20))
    viewport = Viewport()
    viewport.resize(60, HEIGHT)
    for line in text.split("\n"):
        viewport.append(TextItem(line))
    viewport.rows()
    viewport.scroll(-23)
    top = viewport.rows()[0]
    for width in (35, 20, 90, 60):
        viewport.resize(width, HEIGHT)
        assert viewport.rows()[0].item == top.item
    assert viewport.rows()[0] == top


def test_removing_an_item_above_leaves_the_view_where_it_is() -> None:
    viewport = viewport_of("gone", numbered(0, 30), "after")
    viewport.scroll(-5)
    before = shown(viewport)
    viewport.remove(viewport.items[0])
    assert shown(viewport) == before
    grow(viewport, "\nnew")
    assert viewport.unseen_rows(viewport.rows()) == 1


def test_removing_what_is_on_view_shows_what_is_left() -> None:
    viewport = viewport_of(numbered(0, 30), "kept")
    viewport.scroll(-20)
    viewport.rows()
    viewport.remove(viewport.items[0])
    assert shown(viewport) == ["kept"]
    viewport.remove(viewport.items[0])
    assert viewport.rows() == []
    assert viewport.position() == (0, 0)


def test_an_item_is_brought_on_view_with_a_little_above_it() -> None:
    viewport = viewport_of(*(numbered(10 * n, 10) for n in range(10)))
    viewport.show(4)
    assert shown(viewport)[2] == "row 40"
    assert not viewport.follow


def test_a_share_of_the_whole_is_put_at_the_top() -> None:
    viewport = Viewport()
    viewport.resize(40, HEIGHT)
    for number in range(100):
        viewport.append(TextItem(numbered(10 * number, 10), estimate=10))
    viewport.rows()
    viewport.scroll_to_share(0.5)
    assert shown(viewport)[0] == "row 500"
    assert viewport.position() == (500, 1000)
    viewport.scroll_to_share(0)
    assert shown(viewport)[0] == "row 0"
    viewport.scroll_to_share(1)
    assert viewport.follow


def test_a_share_within_an_item_that_is_shorter_than_estimated_is_still_a_row() -> None:
    viewport = Viewport()
    viewport.resize(40, HEIGHT)
    for number in range(50):
        viewport.append(TextItem(f"item {number}", estimate=20))
    viewport.rows()
    viewport.scroll_to_share(429 / viewport.position()[1])
    assert viewport.rows()[0] == viewport.rows()[0] == Row(22, 0)


def test_of_fifty_thousand_items_only_a_few_are_asked_for_rows() -> None:
    viewport = Viewport()
    viewport.resize(40, HEIGHT)
    items = [TextItem(f"item {number}") for number in range(50_000)]
    for item in items:
        viewport.append(item)

    def asked() -> int:
        count = sum(item.asked > 0 for item in items)
        for item in items:
            item.asked = 0
        return count

    viewport.rows()
    assert asked() <= 2 * HEIGHT
    for action in (
        lambda: viewport.scroll(-50),
        lambda: viewport.scroll_to_share(0.3),
        viewport.to_start,
        lambda: viewport.unseen_rows(viewport.rows()),
        viewport.position,
        viewport.to_end,
    ):
        action()
        viewport.rows()
        assert asked() <= 100


OPERATIONS = st.one_of(
    st.tuples(st.just("append"), st.integers(0, 30)),
    st.tuples(st.just("grow"), st.integers(1, 30)),
    st.tuples(st.just("prepend"), st.integers(0, 30)),
    st.tuples(st.just("remove"), st.integers(0, 30)),
    st.tuples(st.just("scroll"), st.integers(-40, 40)),
    st.tuples(st.just("share"), st.integers(0, 100)),
    st.tuples(st.just("show"), st.integers(0, 30)),
    st.tuples(st.just("width"), st.integers(1, 60)),
    st.tuples(st.just("height"), st.integers(0, 30)),
    st.tuples(st.just("streaming"), st.integers(0, 1)),
    st.tuples(st.sampled_from(["start", "end", "clear"]), st.just(0)),
)


def apply(viewport: Viewport, operation: str, number: int) -> None:
    items = viewport.items
    match operation:
        case "append":
            viewport.append(TextItem(numbered(0, number) if number else "", estimate=number // 2))
        case "grow" if items:
            grow(viewport, "\n" + numbered(1000, number))
        case "prepend":
            viewport.prepend([TextItem(numbered(0, number)), TextItem("")])
        case "remove" if items:
            viewport.remove(items[number % len(items)])
        case "scroll":
            viewport.scroll(number)
        case "share":
            viewport.scroll_to_share(number / 100)
        case "show" if items:
            viewport.show(number % len(items))
        case "width":
            viewport.resize(number, viewport.height)
        case "height":
            viewport.resize(viewport.width, number)
        case "streaming":
            viewport.streaming = bool(number)
        case "start":
            viewport.to_start()
        case "end":
            viewport.to_end()
        case "clear":
            viewport.clear()
        case _:
            pass


@settings(max_examples=60)
@given(st.lists(OPERATIONS, max_size=40))
def test_whatever_happens_the_rows_are_those_that_follow_each_other_and_fit(
    operations: list[tuple[str, int]],
) -> None:
    viewport = viewport_of(numbered(0, 15))
    for operation, number in operations:
        reading = not viewport.follow
        before = shown(viewport)
        first = viewport.rows()[:1]
        apply(viewport, operation, number)
        rows = viewport.rows()
        width, height = viewport.width, viewport.height
        every = [
            Row(n, line)
            for n, item in enumerate(viewport.items)
            for line in range(len(item.lines(width)))
        ]
        assert len(rows) <= height
        if rows:
            at = every.index(rows[0])
            assert rows == every[at : at + len(rows)]
            assert len(rows) == min(height, len(every) - at)
        else:
            assert not every or not height
        if viewport.follow and rows:
            assert rows[-1] == every[-1]
            assert len(rows) > min(height, len(every)) - viewport.step
        above, total = viewport.position()
        assert 0 <= above <= total
        assert 0 <= viewport.unseen_rows(rows) <= max(len(every), total)
        if reading and operation in ("append", "grow"):
            assert rows[:1] == first
        if reading and operation == "prepend" and len(before) == height:
            assert shown(viewport) == before


def _answered(mode: str, prompt: str = "prompt") -> Viewport:
    """A full view, in which a prompt was sent and its answer begins."""
    viewport = viewport_of(numbered(0, 30))
    viewport.mode = mode
    asked, head = TextItem(prompt), TextItem("head")
    viewport.append(asked)
    viewport.to_end()
    viewport.rows()
    viewport.streaming = True
    viewport.append(head)
    viewport.stop_at(asked, head)
    viewport.append(TextItem("answer"))
    viewport.rows()
    return viewport


def test_in_top_mode_the_view_stops_when_the_prompt_has_reached_the_top() -> None:
    viewport = _answered("top")
    for number in range(40):
        grow(viewport, f"\nrow {number}")
        assert "head" in shown(viewport), number
    assert shown(viewport)[:3] == ["prompt", "head", "answer"]
    assert len(shown(viewport)) == HEIGHT
    assert viewport.unseen_rows(viewport.rows()) > 20
    viewport.follow_on()
    assert shown(viewport)[-1] == "row 39"
    grow(viewport, "\nlast")
    assert shown(viewport)[-1] == "last"


def test_in_top_mode_a_long_prompt_leaves_room_for_its_answer() -> None:
    viewport = _answered("top", numbered(100, 25))
    for number in range(40):
        grow(viewport, f"\nrow {number}")
        viewport.rows()
    assert shown(viewport)[: HEIGHT // 3 + 2] == ["row 122", "row 123", "row 124", "head", "answer"]


def test_in_top_mode_a_short_answer_is_followed_to_its_end() -> None:
    viewport = _answered("top")
    grow(viewport, "\nlast")
    viewport.streaming = False
    assert shown(viewport)[-1] == "last"
    assert viewport.follow


def test_in_off_mode_the_view_never_moves_by_itself() -> None:
    viewport = _answered("off")
    before = shown(viewport)
    assert before[-1] == "prompt", "sending shows what was sent"
    for number in range(40):
        grow(viewport, f"\nrow {number}")
        viewport.append(TextItem("more"))
        assert shown(viewport) == before
    viewport.streaming = False
    viewport.to_end()
    assert shown(viewport)[-1] == "more"
    viewport.append(TextItem("yet more"))
    assert shown(viewport)[-1] == "more"
