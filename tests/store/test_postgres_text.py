"""Text that PostgreSQL itself could not hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("psycopg")

from tests.store.places import Place, SqlitePlace
from tyler_tui.messages import Attachment, Message, Thread
from tyler_tui.store import ThreadStore
from tyler_tui.store.postgres.exact_text import escaped, unescaped

SPECIAL = st.text(st.sampled_from("a\0\U0010fffe\U0010ffff%_\\"))


@given(SPECIAL | st.text())
def test_every_text_comes_back_and_what_is_stored_has_no_nul(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert "\0" not in escaped(text)


@given(SPECIAL, SPECIAL, SPECIAL)
def test_a_part_of_a_text_is_a_part_of_what_is_stored(before: str, part: str, after: str) -> None:
    assert escaped(part) in escaped(before + part + after)


async def test_nul_and_its_stand_ins_can_stand_everywhere(store: ThreadStore, place: Place) -> None:
    odd = "a\0b\U0010ffff\U0010fffe c"
    thread = Thread(title=odd, name=odd, attributes={"model": odd, "more": {odd: [odd]}})
    message = Message("user", odd, name=odd, attachments=[Attachment(odd, b"\0\xff", "text/x")])
    thread.add_message(message)
    tool = Message("tool", odd, tool_call_id=odd)
    thread.add_message(tool)
    await store.save_thread(thread)
    loaded = await store.get_thread(thread.id)
    assert (loaded.title, loaded.name, loaded.attributes) == (odd, odd, thread.attributes)
    assert [(m.content, m.name, m.tool_call_id) for m in loaded.messages] == [
        (odd, odd, None),
        (odd, None, odd),
    ]
    assert loaded.messages[0].attachments == message.attachments
    assert (await store.find(odd)).id == thread.id
    if isinstance(place, SqlitePlace):
        return  # a NUL in a pattern ends it there
    assert [hit.message_id for hit in await store.search("\U0010ffff")] == [tool.id, message.id]
    assert await store.find_messages(thread.id, "a\0B") == [message.id]
