"""What comes of the exports of ChatGPT and Claude."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.importing.llm_file import PNG
from tests.importing.reading import all_in, remarks_in, spoken, threads_in
from tests.importing.web_exports import (
    chatgpt,
    chatgpt_conversation,
    chatgpt_zip,
    claude,
    node,
)
from tyler_tui.importing.found import Damaged


def test_a_conversation_of_chatgpt_comes_with_the_branch_that_was_read_last(tmp_path: Path) -> None:
    first, second = threads_in(chatgpt_zip(tmp_path / "export.zip"), "chatgpt")
    assert first.title == "Kites and birds"
    assert spoken(first) == [
        ("user", "How high do kites fly?"),
        ("assistant", "High."),
        ("user", "Which is it?"),
        ("assistant", "A red kite."),
    ]
    assert first.messages[3].reasoning_content == "Looking\nIt has wings."
    assert first.messages[1].metrics == {"model": "gpt-4o"}
    assert first.messages[0].timestamp == datetime.fromtimestamp(1714557601, UTC)
    assert first.created_at == datetime.fromtimestamp(1714557600.123456, UTC)
    assert second.title == "Hello"


def test_the_other_branches_of_chatgpt_come_too_with_their_tools(tmp_path: Path) -> None:
    first, _ = threads_in(chatgpt_zip(tmp_path / "export.zip"), "chatgpt")
    other = next(m for m in first.all_messages if m.content == "What is 6 * 7?")
    first.switch_to(other.id)
    call, result, answer = first.messages[3:]
    assert call.tool_calls is not None
    assert call.tool_calls[0].name == "python"
    assert call.tool_calls[0].arguments == {"input": "print(6 * 7)"}
    assert (result.content, result.tool_call_id) == ("42", call.tool_calls[0].id)
    assert answer.content == "It is 42."


def test_pictures_come_out_of_the_zip_of_chatgpt(tmp_path: Path) -> None:
    path = chatgpt_zip(tmp_path / "export.zip")
    first, _ = threads_in(path, "chatgpt")
    (picture,) = first.messages[2].attachments
    assert (picture.content, picture.mime_type) == (PNG, "image/png")
    assert remarks_in(path) == ["file_gone: not in the export, or neither text nor a picture"]


@pytest.mark.parametrize("form", ["file", "folder", "parts"])
def test_an_export_that_was_unpacked_is_read_too(tmp_path: Path, form: str) -> None:
    (tmp_path / "file-AbC123-kite.png").write_bytes(PNG)
    first, second = chatgpt()
    if form == "parts":
        (tmp_path / "conversations-000.json").write_text(json.dumps([first]))
        (tmp_path / "conversations-001.json").write_text(json.dumps([second]))
    else:
        (tmp_path / "conversations.json").write_text(json.dumps([first, second]))
    path = tmp_path / "conversations.json" if form == "file" else tmp_path
    threads = threads_in(path, "chatgpt")
    assert [thread.title for thread in threads] == ["Kites and birds", "Hello"]
    assert threads[0].messages[2].attachments


@pytest.mark.parametrize("named", ["taxes", "file-linked", "../secret", ""])
def test_an_export_takes_nothing_along_that_is_not_of_it(tmp_path: Path, named: str) -> None:
    """It may lie among other files of the user's, and links in it may lead anywhere."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / "taxes-2025.txt").write_text("secret")
    (folder / "file-linked.txt").symlink_to(secret)
    asked = node("u", None, "user", "Hi", metadata={"attachments": [{"id": named, "name": "x"}]})
    export = folder / "conversations.json"
    export.write_text(json.dumps([chatgpt_conversation("c", "", asked, head="u")]))
    for path in (export, folder):
        (thread,) = threads_in(path, "chatgpt")
        assert not thread.messages[0].attachments


def test_a_tool_that_answers_twice_gets_a_call_for_each_result(tmp_path: Path) -> None:
    talk = chatgpt_conversation(
        "c", "Browsing",
        node("r", None),
        node("u", "r", "user", "Look"),
        node("c1", "u", "assistant", "search('x')", recipient="browser"),
        node("t1", "c1", "tool", "one", name="browser"),
        node("t2", "t1", "tool", "two", name="browser"),
        head="t2",
    )  # fmt: skip
    (thread,) = threads_in(chatgpt_zip(tmp_path / "x.zip", [talk]), "chatgpt")
    calls = [call.id for message in thread.messages for call in message.tool_calls or ()]
    answered = [m.tool_call_id for m in thread.messages if m.role == "tool"]
    assert calls == answered
    assert len(set(calls)) == 2


def test_marks_of_sources_become_links_and_hidden_instructions_no_prompt(tmp_path: Path) -> None:
    mark, unknown = "\ue200cite\ue202turn0search0\ue201", "\ue200cite\ue202turn0search9\ue201"
    source = {"matched_text": mark, "alt": "([Kites](https://example.org))"}
    hidden = {"content_type": "user_editable_context", "user_instructions": "Be brief."}
    talk = chatgpt_conversation(
        "c", "",
        node("i", None, "user", hidden, metadata={"is_visually_hidden_from_conversation": True}),
        node("u", "i", "user", "How high?"),
        node("a", "u", "assistant", f"High {mark}, very{unknown}.",
             metadata={"content_references": [source]}),
        head="a",
    )  # fmt: skip
    (thread,) = threads_in(chatgpt_zip(tmp_path / "x.zip", [talk]), "chatgpt")
    assert thread.title == "How high?"
    assert spoken(thread) == [
        ("system", "Be brief."),
        ("user", "How high?"),
        ("assistant", "High ([Kites](https://example.org)), very."),
    ]


def test_nodes_that_stand_in_a_circle_are_left_out_and_told(tmp_path: Path) -> None:
    talk = chatgpt_conversation(
        "c", "Round", node("r", None), node("u", "r", "user", "Hi"),
        node("x", "y", "user", "x"), node("y", "x", "user", "y"), head="x",
    )  # fmt: skip
    path = chatgpt_zip(tmp_path / "x.zip", [talk])
    (thread,) = threads_in(path, "chatgpt")
    assert spoken(thread) == [("user", "Hi")]
    assert remarks_in(path) == ["2 messages that stand in a circle were left out"]


def test_a_very_long_conversation_is_no_deep_one(tmp_path: Path) -> None:
    nodes = [node("0", None, "user", "start")]
    nodes += [node(str(n), str(n - 1), "user", f"message {n}") for n in range(1, 5000)]
    talk = chatgpt_conversation("c", "Long", *nodes, head="4999")
    (thread,) = threads_in(chatgpt_zip(tmp_path / "x.zip", [talk]), "chatgpt")
    assert len(thread.messages) == 5000


def test_a_conversation_of_claude_comes_with_tools_thoughts_and_attachments(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(claude()))
    first, _, old = threads_in(path, "claude")
    assert spoken(first) == [
        ("user", "Read this"),
        ("assistant", "I look."),
        ("tool", "They fly."),
        ("assistant", "They fly high."),
        ("user", "Thanks"),
    ]
    prompt, look, result, *_ = first.messages
    assert [(f.filename, f.content) for f in prompt.attachments] == [("notes.md", b"# Notes")]
    assert look.reasoning_content == "I should look."
    assert look.tool_calls is not None
    assert look.tool_calls[0].arguments == {"query": "kites"}
    assert result.tool_call_id == look.tool_calls[0].id
    assert prompt.timestamp == datetime(2025, 2, 3, 4, 5, 6, 789012, UTC)
    assert remarks_in(path) == ["kite.png: the export holds only its name"]
    assert spoken(old) == [("user", "Only text")]


def test_branches_of_claude_come_where_the_export_tells_of_them(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(claude()))
    thread = threads_in(path, "claude")[1]
    assert spoken(thread) == [("user", "One"), ("assistant", "Second answer")]
    siblings = thread.siblings(thread.messages[1].id)
    assert [message.content for message in siblings] == ["First answer", "Second answer"]


@pytest.mark.parametrize(
    "bad",
    [
        {"title": "No id", "mapping": {}},
        {"title": "Empty", "id": "e", "mapping": {}},
        {"title": "A list", "id": "l", "mapping": {"n": []}},
        {"title": "Numbers", "id": "n", "mapping": {"n": {"message": 7, "parent": 7}}},
        "text",
        None,
        [],
    ],
    ids=str,
)
def test_a_bad_conversation_keeps_none_of_the_others_back(tmp_path: Path, bad: object) -> None:
    good, other = chatgpt()
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([good, bad, other]))
    kind, found = all_in(path)
    assert kind == "chatgpt"
    assert [isinstance(one, Damaged) for one in found] == [False, True, False]
