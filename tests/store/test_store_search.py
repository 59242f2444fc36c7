"""Search: substrings in any script, hostile queries taken literally."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tyler_tui.messages import Message, MessageStatus, Thread
from tyler_tui.store import SearchHit, ThreadStore


async def with_texts(store: ThreadStore, *texts: str, name: str | None = None) -> Thread:
    thread = Thread(name=name, title="A title")
    for text in texts:
        thread.add_message(Message("user", text))
    await store.save_thread(thread)
    return thread


def marked(hit: SearchHit) -> str:
    return hit.snippet[hit.start : hit.end]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("the streaming answer", "ream"),
        ("The Streaming Answer", "streaming"),
        ("The streaming answer", "ANSWER"),
        ("汉语搜索很好用", "搜索"),
        ("汉语搜索很好用", "好"),
        ("日本語の検索", "本語の"),
        ("Grüße aus Köln", "GRÜ"),
        ("naïve café", "café"),
        ("👩\u200d👩\u200d👧 family", "👩\u200d👩\u200d👧"),
        ("a b", "b"),
        ("100% sure_thing", "0%"),
        ("100% sure_thing", "_t"),
        ("C:\\temp", "\\t"),
        ("out\0\0put\0of a tool", "tool"),
        ("out\0put of a tool", "to"),
        ("C:\\u0000\0temp \\\\", "u0000"),
        ("C:\\u0000\0temp \\\\", "\\\\"),
    ],
)
async def test_a_part_of_a_text_is_found_and_marked(
    store: ThreadStore, text: str, query: str
) -> None:
    thread = await with_texts(store, "something else", text, name="n")
    [hit] = await store.search(query)
    assert hit.message_id == thread.messages[1].id
    assert (hit.thread_id, hit.thread_name, hit.title) == (thread.id, "n", "A title")
    assert hit.role == "user"
    assert hit.timestamp == thread.messages[1].timestamp
    assert marked(hit).casefold() == query.casefold()


async def test_what_stands_behind_a_nul_goes_from_the_index_with_its_message(
    store: ThreadStore,
) -> None:
    thread = await with_texts(store, "before\0behind")
    assert len(await store.search("behind")) == 1
    assert await store.find_messages(thread.id, "behi") == [thread.messages[0].id]
    thread.messages[0].content = "before\0changed"
    await store.save_message(thread, thread.messages[0])
    assert [len(await store.search(word)) for word in ("behind", "changed")] == [0, 1]


TEXTS = [
    "abc near a b content and or not",
    'quotes " and \' and "" here',
    "stars * and a* and (round) {curly} [square]",
    "NEAR(a b) AND NOT -x OR ^abc content:abc",
    "percent % under _ back \\ slash %%% ___",
    "plain words",
]


def holding(query: str) -> list[str]:
    """The texts that hold every word of `query`, newest first: the plain truth."""
    words = query.casefold().split()
    return [
        text for text in reversed(TEXTS) if words and all(word in text.casefold() for word in words)
    ]


@pytest.mark.parametrize(
    "query",
    [
        '"', '""', "'", "*", "a*", "NEAR(a b)", "a AND b", "AND", "a OR zzz", "NOT", "-x", "^abc",
        "content:abc", "{a b}", "(", ")", "(round)", "%", "_", "\\", "%%%", "___", "%a", "🙂",
        "x" * 5_000, "a " * 300, "abc abc", '"abc"', "abc\ta",
    ],
)  # fmt: skip
async def test_hostile_queries_mean_nothing_but_their_words(store: ThreadStore, query: str) -> None:
    thread = await with_texts(store, *TEXTS)
    by_id = {message.id: message.content for message in thread.messages}
    assert [by_id[hit.message_id] for hit in await store.search(query)] == holding(query)


@settings(max_examples=60)
@given(queries=st.lists(st.text("abcdnr\"'*()%_\\:^- ", max_size=7), min_size=1, max_size=5))
async def test_any_query_finds_what_a_plain_look_finds(queries: list[str]) -> None:
    async with await ThreadStore.create(":memory:") as store:
        thread = await with_texts(store, *TEXTS)
        by_id = {message.id: message.content for message in thread.messages}
        for query in queries:
            found = [by_id[hit.message_id] for hit in await store.search(query)]
            assert found == holding(query), query


@pytest.mark.parametrize("query", ["\x00", "\ud800", "nothing\udfff", "\udc80\udc81 x", "zz\x00zz"])
async def test_a_query_that_no_text_can_hold_finds_nothing(store: ThreadStore, query: str) -> None:
    await with_texts(store, *TEXTS)
    assert await store.search(query) == []


@pytest.mark.parametrize("query", ["", " ", "\n\t  "])
async def test_an_empty_query_finds_nothing(store: ThreadStore, query: str) -> None:
    await with_texts(store, "some text")
    assert await store.search(query) == []


async def test_tool_output_and_answers_are_found(store: ThreadStore) -> None:
    thread = Thread()
    thread.add_message(Message("assistant", "spoken needle"))
    thread.add_message(Message("tool", "printed needle", tool_call_id="c1"))
    await store.save_thread(thread)
    assert {hit.role for hit in await store.search("needle")} == {"assistant", "tool"}


async def test_search_can_stay_in_one_session_and_stop_at_a_limit(store: ThreadStore) -> None:
    here = await with_texts(store, "needle one", "needle two", "needle three")
    await with_texts(store, "needle elsewhere")
    hits = await store.search("needle", thread_id=here.id)
    assert {hit.thread_id for hit in hits} == {here.id}
    assert len(hits) == 3
    assert len(await store.search("needle", limit=2)) == 2
    assert len(await store.search("ne", limit=2, thread_id=here.id)) == 2


async def test_the_newest_hits_come_first(store: ThreadStore) -> None:
    thread = await with_texts(store, "needle old", "needle mid", "needle new")
    expected = [message.id for message in reversed(thread.messages)]
    assert [hit.message_id for hit in await store.search("needle")] == expected
    assert [hit.message_id for hit in await store.search("ne")] == expected


async def test_a_changed_text_is_found_by_its_new_words_only(store: ThreadStore) -> None:
    thread = await with_texts(store, "first wording")
    message = thread.messages[0]
    message.content = "second phrasing"
    await store.save_message(thread, message)
    assert await store.search("wording") == []
    assert len(await store.search("phrasing")) == 1


async def test_an_answer_is_found_once_it_has_ended(store: ThreadStore) -> None:
    thread = Thread()
    answer = Message("assistant", "", status=MessageStatus.STREAMING)
    thread.add_message(answer)
    for piece in ("half a nee", "dle in hay"):
        answer.content += piece
        await store.save_message(thread, answer)
        assert await store.search(piece.split()[0]) == [], "a checkpoint leaves the index alone"
    for status in (MessageStatus.CANCELLED, MessageStatus.COMPLETE):
        answer.status = status
        await store.save_message(thread, answer)
        assert [hit.message_id for hit in await store.search("needle")] == [answer.id]


async def test_a_match_deep_in_a_long_text_has_a_short_snippet_on_one_line_round_it(
    store: ThreadStore,
) -> None:
    await with_texts(store, "lead\n" * 5_000 + "the needle\there" + "\r\ntail" * 5_000)
    for query in ("needle", "he"):
        [hit] = await store.search(query)
        assert len(hit.snippet) < 300
        assert not set("\n\r\t") & set(hit.snippet)
        assert marked(hit) == query


async def test_what_is_in_the_trash_is_not_found_until_it_is_back(store: ThreadStore) -> None:
    gone = await with_texts(store, "needle gone")
    await store.delete_thread(gone.id)
    for query in ("needle", "ne"):  # by the index, and without it
        assert await store.search(query) == []
        assert await store.search(query, thread_id=gone.id) == []
    await store.restore_thread(gone.id)
    assert [hit.thread_id for hit in await store.search("needle")] == [gone.id]


async def test_what_was_purged_is_no_longer_in_the_index(store: ThreadStore) -> None:
    gone = await with_texts(store, "needle gone")
    kept = await with_texts(store, "needle kept")
    await store.delete_thread(gone.id)
    assert await store.empty_trash(older_than_days=0) == 1
    assert [hit.thread_id for hit in await store.search("needle")] == [kept.id]
