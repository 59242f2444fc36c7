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
    claude_conversation,
    claude_message,
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


def test_what_chatgpt_puts_before_a_conversation_is_nobodys_word(tmp_path: Path) -> None:
    profile = {"content_type": "user_editable_context", "user_profile": "I fly kites.",
               "user_instructions": "Be brief."}  # fmt: skip
    memory = {"content_type": "model_editable_context", "model_set_context": "Likes wind."}
    talk = chatgpt_conversation(
        "c", "",
        node("p", None, "user", profile, metadata={"is_user_system_message": True}),
        node("m", "p", "assistant", memory),
        node("u", "m", "user", "How high?"),
        node("t", "u", "assistant", "Let me see.", channel="analysis"),
        node("r", "t", "assistant", {"content_type": "reasoning_recap",
                                     "content": "Thought for 8s"}),
        node("a", "r", "assistant", "High.", channel="final"),
        head="a",
    )  # fmt: skip
    (thread,) = threads_in(chatgpt_zip(tmp_path / "x.zip", [talk]), "chatgpt")
    assert spoken(thread) == [
        ("system", "I fly kites.\n\nBe brief."),
        ("system", "Likes wind."),
        ("user", "How high?"),
        ("assistant", "High."),
    ]
    assert thread.messages[-1].reasoning_content == "Let me see.\n\nThought for 8s"


def test_old_marks_of_sources_become_links_where_the_export_tells_of_them(tmp_path: Path) -> None:
    said = "High【3†source】, very【4:1†source】. You wrote 【9†x】."
    citation = {"start_ix": 4, "end_ix": 14, "citation_format_type": "tether_og",
                "metadata": {"type": "webpage", "title": "All [about] kites",
                             "url": "https://example.org/kites"}}  # fmt: skip
    odd = {"start_ix": 20, "end_ix": 32, "metadata": {"title": "Odd", "url": "https://x> [y](z)"}}
    talk = chatgpt_conversation(
        "c", "",
        node("u", None, "user", "See 【1†this】"),
        node("a", "u", "assistant", said, metadata={"citations": [citation, odd]}),
        head="a",
    )  # fmt: skip
    (thread,) = threads_in(chatgpt_zip(tmp_path / "x.zip", [talk]), "chatgpt")
    assert spoken(thread) == [
        ("user", "See 【1†this】"),
        ("assistant", "High ([All (about) kites](<https://example.org/kites>)), very. You wrote ."),
    ]


def test_what_tools_of_chatgpt_found_ran_and_drew_comes(tmp_path: Path) -> None:
    page = {"content_type": "sonic_webpage", "title": "Kites", "url": "https://example.org",
            "text": "They fly.", "snippet": "They"}  # fmt: skip
    output = {"content_type": "citable_code_output", "output_str": "L0: 42"}
    ran = {"aggregate_result": {"status": "success", "messages": [
        {"message_type": "stream", "text": "x"},
        {"message_type": "image", "image_url": "file-service://file-AbC123"}]}}  # fmt: skip
    shot = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file-AbC123"}
    screen = {"content_type": "computer_output", "screenshot": shot}
    unknown = {"content_type": "super_widget", "widget": {"a": 1}}
    talk = chatgpt_conversation(
        "c", "",
        node("u", None, "user", "Look"),
        node("t1", "u", "tool", page, name="web"),
        node("t2", "t1", "tool", output, name="files"),
        node("t3", "t2", "tool", {"content_type": "execution_output", "text": ""},
             name="python", metadata=ran),
        node("t4", "t3", "tool", screen, name="computer"),
        node("w", "t4", "assistant", unknown),
        head="w",
    )  # fmt: skip
    path = chatgpt_zip(tmp_path / "x.zip", [talk])
    (thread,) = threads_in(path, "chatgpt")
    results = [message for message in thread.messages if message.role == "tool"]
    assert [message.content for message in results] == [
        "Kites\nhttps://example.org\nThey fly.", "L0: 42", "", "",
    ]  # fmt: skip
    assert [len(message.attachments) for message in results] == [0, 0, 1, 1]
    assert remarks_in(path) == ["super_widget: not known, and left out"]


def test_what_was_spoken_with_chatgpt_comes_as_text(tmp_path: Path) -> None:
    sound = {"content_type": "audio_asset_pointer", "asset_pointer": "sediment://file_sound"}
    heard = {"content_type": "multimodal_text", "parts": [
        {"content_type": "audio_transcription", "text": "How high?", "direction": "in"},
        {"content_type": "real_time_user_audio_video_asset_pointer", "audio_asset_pointer": sound,
         "frames_asset_pointers": [], "audio_start_timestamp": 1.5}]}  # fmt: skip
    answer = {"content_type": "audio_transcription", "text": "Very.", "direction": "out"}
    said = {"content_type": "multimodal_text", "parts": [answer, sound]}
    talk = chatgpt_conversation(
        "c", "", node("u", None, "user", heard), node("a", "u", "assistant", said), head="a"
    )
    path = chatgpt_zip(tmp_path / "x.zip", [talk])
    assert spoken(threads_in(path, "chatgpt")[0]) == [("user", "How high?"), ("assistant", "Very.")]
    assert remarks_in(path) == ["a recording was left out; what was heard in it is here"]


@pytest.mark.parametrize("folder", ["dalle-generations", "user-AbC", "elsewhere", "link"])
def test_pictures_lie_in_folders_of_an_export_that_was_unpacked(
    tmp_path: Path, folder: str
) -> None:
    export = tmp_path / "export"
    export.mkdir()
    inner = export / folder
    if folder == "link":
        inner = export / "user-link"
        inner.symlink_to(tmp_path)
    else:
        inner.mkdir()
    (inner / "file-AbC123-0a1b.webp").write_bytes(PNG)
    (export / "conversations.json").write_text(json.dumps(chatgpt()))
    first, _ = threads_in(export, "chatgpt")
    found = folder in ("dalle-generations", "user-AbC")
    assert bool(first.messages[2].attachments) == found


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


def test_what_claude_wrote_beside_its_answer_and_found_in_the_web_comes(tmp_path: Path) -> None:
    written = (
        'Here:\n\n<antThinking>Short is best.</antThinking><antArtifact identifier="a" '
        'type="application/vnd.ant.code" language="python" title="A kite">\n'
        'print("```")\n</antArtifact>\n\n<antArtifact type="text/markdown" title="Notes">\n'
        "# Wind\n</antArtifact>"
    )
    found = {"type": "tool_result", "tool_use_id": "t1", "name": "web_search", "content": [
        {"type": "knowledge", "title": "Kites", "url": "https://example.org", "text": "They fly.",
         "is_citable": True}]}  # fmt: skip
    talk = claude_conversation(
        "k", "",
        claude_message("m1", "human", [
            {"type": "text", "text": "<antThinking>mine</antThinking>"}]),
        claude_message("m2", "assistant", [
            {"type": "thinking", "thinking": "", "summaries": [{"summary": "I look it up."}]},
            {"type": "tool_use", "id": "t1", "name": "web_search", "input": {"query": "kites"}},
            found,
            {"type": "text", "text": written},
            {"type": "hologram"},
        ]),
    )  # fmt: skip
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([talk]))
    (thread,) = threads_in(path, "claude")
    _, call, result, answer = thread.messages
    assert thread.messages[0].content == "<antThinking>mine</antThinking>"
    assert call.reasoning_content == "I look it up."
    assert result.content == "Kites\nhttps://example.org\nThey fly."
    assert answer.reasoning_content == "Short is best."
    assert answer.content == (
        'Here:\n\n**A kite**\n\n````python\nprint("```")\n````\n\n**Notes**\n\n# Wind'
    )
    assert remarks_in(path) == ["a part that is not known was left out: hologram"]


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
