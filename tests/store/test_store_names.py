"""Names, titles, lookup, the trash."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.store.places import Place
from tyler_tui.errors import (
    AmbiguousNameError,
    NameTakenError,
    StoreError,
    ThreadNotFoundError,
)
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore


async def saved(store: ThreadStore, name: str | None = None, id: str | None = None) -> Thread:
    thread = Thread(id=id, name=name)
    thread.add_message(Message("user", f"about {name or id}"))
    await store.save_thread(thread)
    return thread


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Research", "research"),
        ("Straße", "STRASSE"),
        ("Ärger", "a\u0308RGER"),
        ("日本語", "日本語"),
        ("x'; --", "X'; --"),
        ("100%_done", "100%_DONE"),
    ],
)
async def test_a_name_is_found_without_regard_to_case_or_normal_form(
    store: ThreadStore, name: str, key: str
) -> None:
    thread = await saved(store, name)
    assert (await store.find(key)).id == thread.id
    by_name = await store.find_by_name(key)
    assert by_name is not None
    assert (by_name.id, by_name.name) == (thread.id, name)


async def test_a_name_is_taken_without_regard_to_case(store: ThreadStore) -> None:
    await saved(store, "Notes")
    with pytest.raises(NameTakenError) as taken:
        await saved(store, "nOTES")
    assert taken.value.hint
    other = await saved(store, "other")
    with pytest.raises(NameTakenError):
        await store.rename(other.id, "NOTES")
    assert (await store.find("other")).name == "other"
    assert len(await store.list_threads()) == 2, "the refused thread must not be half saved"


async def test_the_database_itself_keeps_names_apart(store: ThreadStore, place: Place) -> None:
    await saved(store, "a")
    await saved(store, "b")
    with pytest.raises(Exception, match=r"(?i)unique"):
        place.execute(
            "UPDATE threads SET name_key = (SELECT name_key FROM threads WHERE name = 'a')"
        )


async def test_a_session_may_take_its_own_name_in_another_case(store: ThreadStore) -> None:
    thread = await saved(store, "notes")
    await store.rename(thread.id, "Notes")
    assert (await store.find(thread.id)).name == "Notes"


async def test_renaming_what_is_not_there_says_so(store: ThreadStore) -> None:
    with pytest.raises(ThreadNotFoundError):
        await store.rename("nowhere", "x")
    with pytest.raises(ThreadNotFoundError):
        await store.delete_thread("nowhere")
    with pytest.raises(ThreadNotFoundError):
        await store.restore_thread("nowhere")
    with pytest.raises(ThreadNotFoundError):
        await store.set_title("nowhere", "x", by_user=True)


async def test_lookup_goes_by_id_then_name_then_prefix(store: ThreadStore) -> None:
    by_id = await saved(store, "zebra", id="alpha")
    by_name = await saved(store, "alphabet", id="0001")
    assert (await store.find("alpha")).id == by_id.id
    assert (await store.find("alphab")).id == by_name.id
    assert (await store.find("ALPHAB")).id == by_name.id
    assert (await store.find("000")).id == by_name.id
    assert (await store.find("zeb")).id == by_id.id


async def test_a_full_name_beats_a_longer_one_that_starts_alike(store: ThreadStore) -> None:
    short = await saved(store, "plan")
    await saved(store, "planning")
    assert (await store.find("plan")).id == short.id


async def test_a_prefix_of_several_is_refused_with_the_candidates(store: ThreadStore) -> None:
    await saved(store, "report-may")
    await saved(store, "report-june")
    with pytest.raises(AmbiguousNameError) as several:
        await store.find("rep")
    assert set(several.value.candidates) == {"report-may", "report-june"}


async def test_a_title_of_several_is_refused_with_their_ids(store: ThreadStore) -> None:
    first, second = await saved(store), await saved(store)
    await store.set_title(first.id, "tour")
    assert (await store.find("tour")).id == first.id
    await store.set_title(second.id, "tour")
    with pytest.raises(AmbiguousNameError, match="are titled 'tour'") as several:
        await store.find("tour")
    assert set(several.value.candidates) == {first.id, second.id}
    assert f": {second.id[:8]}, {first.id[:8]}." in several.value.message


@pytest.mark.parametrize("key", ["%", "_", "rep%", "*", "", "zzz", "rep\x00"])
async def test_what_fits_nothing_is_not_found_and_wildcards_are_letters(
    store: ThreadStore, key: str
) -> None:
    await saved(store, "report", id="x1")
    with pytest.raises(ThreadNotFoundError):
        await store.find(key)


async def test_an_automatic_title_never_replaces_a_users(store: ThreadStore) -> None:
    thread = await saved(store)
    await store.set_title(thread.id, "made up")
    assert (await store.find(thread.id)).title == "made up"
    await store.set_title(thread.id, "Mine", by_user=True)
    await store.set_title(thread.id, "made up again")
    assert (await store.find(thread.id)).title == "Mine"


async def test_the_latest_session_is_the_one_changed_last(store: ThreadStore) -> None:
    assert await store.latest() is None
    old = await saved(store, "old")
    await saved(store, "new")
    message = Message("user", "again")
    old.add_message(message)
    await store.save_message(old, message)
    latest = await store.latest()
    assert latest is not None
    assert latest.id == old.id


async def test_a_deleted_session_is_in_the_trash_and_comes_back_whole(store: ThreadStore) -> None:
    thread = await saved(store, "gone")
    await store.delete_thread(thread.id)
    assert await store.list_threads() == []
    assert await store.latest() is None
    assert await store.find_by_name("gone") is None
    assert await store.search("about gone") == []
    with pytest.raises(ThreadNotFoundError):
        await store.find("gone")
    [trashed] = await store.list_threads(deleted=True)
    assert (trashed.id, trashed.deleted_at is not None) == (thread.id, True)
    await store.restore_thread(thread.id)
    assert [t.id for t in await store.list_threads()] == [thread.id]
    assert [m.content for m in (await store.get_thread(thread.id)).messages] == ["about gone"]
    assert len(await store.search("about gone")) == 1


async def test_a_name_in_the_trash_is_free_and_a_restore_says_when_it_is_taken(
    store: ThreadStore,
) -> None:
    old = await saved(store, "notes")
    await store.delete_thread(old.id)
    await saved(store, "NOTES")
    with pytest.raises(NameTakenError) as taken:
        await store.restore_thread(old.id)
    assert taken.value.hint
    assert [t.id for t in await store.list_threads(deleted=True)] == [old.id]


async def deleted_days_ago(store: ThreadStore, place: Place, id: str, days: float) -> None:
    """Delete session `id`, and make it look as if that had happened `days` ago."""
    await store.delete_thread(id)
    past = datetime.now(UTC) - timedelta(days=days)
    place.execute(
        "UPDATE threads SET deleted_at = ? WHERE id = ?",
        (past.isoformat(timespec="microseconds"), id),
    )


async def test_the_trash_keeps_a_session_for_thirty_days(store: ThreadStore, place: Place) -> None:
    old, fresh, kept = [await saved(store, name) for name in ("old", "fresh", "kept")]
    await deleted_days_ago(store, place, old.id, 30.1)
    await deleted_days_ago(store, place, fresh.id, 29.9)
    assert await store.empty_trash() == 1
    assert [t.id for t in await store.list_threads(deleted=True)] == [fresh.id]
    assert [t.id for t in await store.list_threads()] == [kept.id]
    assert place.execute("SELECT count(*) FROM messages") == [(2,)]


async def test_a_clock_that_jumps_ahead_does_not_empty_the_trash(
    store: ThreadStore, place: Place
) -> None:
    gone, kept = [await saved(store, name) for name in ("gone", "kept")]
    await deleted_days_ago(store, place, gone.id, 5_000)
    past = (datetime.now(UTC) - timedelta(days=4_999)).isoformat(timespec="microseconds")
    place.execute("UPDATE threads SET updated_at = ? WHERE id = ?", (past, kept.id))
    assert await store.empty_trash() == 0, "a day has passed, as far as anybody used it"
    await saved(store, "new")
    assert await store.empty_trash() == 1


async def test_a_clock_that_was_set_back_does_not_make_what_is_deleted_old(
    store: ThreadStore, place: Place
) -> None:
    thread = await saved(store, "gone")
    later = (datetime.now(UTC) + timedelta(days=365)).isoformat(timespec="microseconds")
    place.execute("UPDATE threads SET updated_at = ? WHERE id = ?", (later, thread.id))
    await store.delete_thread(thread.id)
    assert place.execute("SELECT deleted_at FROM threads") == [(later,)]


async def test_a_session_in_the_trash_is_found_there_by_its_name(store: ThreadStore) -> None:
    thread = await saved(store, "gone")
    await store.delete_thread(thread.id)
    assert (await store.find("gon", deleted=True)).id == thread.id


async def test_of_namesakes_in_the_trash_the_one_deleted_last_is_found(store: ThreadStore) -> None:
    ids = ["b", "c", "a"]
    for id in ids:
        thread = await saved(store, "notes", id=id)
        await store.delete_thread(thread.id)
    assert (await store.find("notes", deleted=True)).id == ids[-1]


@pytest.mark.parametrize("name", ["\udcff name", "a\x00b", "\x1b[31mred", "  spaces \n in it "])
async def test_any_text_can_be_a_name_and_be_asked_for(store: ThreadStore, name: str) -> None:
    thread = await saved(store)
    await store.rename(thread.id, name)
    stored = (await store.find(thread.id)).name
    assert stored
    assert (await store.find(stored)).id == thread.id
    assert (await store.find(name)).id == thread.id


@pytest.mark.parametrize("name", ["", " ", "\n"])
async def test_an_empty_name_is_refused(store: ThreadStore, name: str) -> None:
    thread = await saved(store, "before")
    with pytest.raises(StoreError):
        await store.rename(thread.id, name)
    assert (await store.find("before")).id == thread.id


async def test_a_name_given_elsewhere_outlives_a_save_by_who_does_not_know_it(
    store: ThreadStore, place: Place
) -> None:
    thread = await saved(store)
    async with await ThreadStore.create(place.url) as other:
        await other.rename(thread.id, "given")
        await other.set_title(thread.id, "Titled", by_user=True)
    thread.add_message(Message("user", "more"))
    thread.title = "made up from the first message"
    await store.save_thread(thread)
    summary = await store.find(thread.id)
    assert (summary.name, summary.title) == ("given", "Titled")


async def test_an_id_comes_before_a_name_and_a_whole_name_in_any_case_before_what_it_begins(
    store: ThreadStore,
) -> None:
    by_id, by_name = Thread(id="talk-of-ids"), Thread(id="other", name="talk-of-ids")
    whole, longer = Thread(id="whole", name="Notes"), Thread(id="longer", name="notes-2")
    for thread in (by_id, by_name, whole, longer):
        await store.save_thread(thread)
    assert (await store.find("talk-of-ids")).id == by_id.id
    assert (await store.find("NOTES")).id == whole.id
    assert (await store.find("notes-")).id == longer.id
