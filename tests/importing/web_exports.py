"""Exports of ChatGPT and Claude, in the form in which they come."""

import json
import zipfile
from pathlib import Path
from typing import Any

from tests.importing.llm_file import PNG

ROOT = "00000000-0000-4000-8000-000000000000"
"""What Claude's export names as the parent of a first message."""


def node(
    id: str, parent: str | None, role: str = "", content: object = None, **more: Any
) -> dict[str, Any]:
    """A node of ChatGPT's mapping; without a role an empty one."""
    if not role:
        return {"id": id, "message": None, "parent": parent, "children": []}
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    message = {
        "id": id,
        "author": {"role": role, "name": more.get("name"), "metadata": {}},
        "create_time": more.get("time"),
        "update_time": None,
        "content": content,
        "status": "finished_successfully",
        "end_turn": True,
        "weight": 1.0,
        "metadata": more.get("metadata", {}),
        "recipient": more.get("recipient", "all"),
        "channel": more.get("channel"),
    }
    return {"id": id, "message": message, "parent": parent, "children": []}


def chatgpt_conversation(id: str, title: str, *nodes: dict[str, Any], head: str) -> dict[str, Any]:
    return {
        "title": title,
        "create_time": 1714557600.123456,
        "update_time": 1714557700.5,
        "mapping": {each["id"]: each for each in nodes},
        "moderation_results": [],
        "current_node": head,
        "plugin_ids": None,
        "conversation_id": id,
        "conversation_template_id": None,
        "gizmo_id": None,
        "is_archived": False,
        "safe_urls": [],
        "default_model_slug": "gpt-4o",
        "id": id,
    }


def chatgpt() -> list[dict[str, Any]]:
    """A conversation with two branches, one of them with a tool, thoughts and a picture; and a
    short one."""
    answer = {"model_slug": "gpt-4o"}
    picture = {
        "content_type": "multimodal_text",
        "parts": [
            {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-AbC123"},
            {"content_type": "image_asset_pointer", "asset_pointer": "sediment://file_gone"},
            "Which is it?",
        ],
    }
    thoughts = {"content_type": "thoughts",
                "thoughts": [{"summary": "Looking", "content": "It has wings."}]}  # fmt: skip
    code = {"content_type": "code", "language": "unknown", "text": "print(6 * 7)"}
    output = {"content_type": "execution_output", "text": "42"}
    return [
        chatgpt_conversation(
            "c-1",
            "Kites and birds",
            node("root", None),
            node("sys", "root", "system", ""),
            node("u1", "sys", "user", "How high do kites fly?", time=1714557601.0),
            node("a1", "u1", "assistant", "High.", time=1714557602.0, metadata=answer),
            node("u2", "a1", "user", picture, time=1714557610.0),
            node("th", "u2", "assistant", thoughts, time=1714557611.0),
            node("a2", "th", "assistant", "A red kite.", time=1714557612.0, metadata=answer),
            node("u3", "a1", "user", "What is 6 * 7?", time=1714557620.0),
            node("call", "u3", "assistant", code, time=1714557621.0, recipient="python"),
            node("out", "call", "tool", output, time=1714557622.0, name="python"),
            node("a3", "out", "assistant", "It is 42.", time=1714557623.0, metadata=answer),
            head="a2",
        ),
        chatgpt_conversation(
            "c-2", "", node("r", None), node("u", "r", "user", "Hello\nworld", time=5.0), head="u"
        ),
    ]


def chatgpt_zip(path: Path, conversations: object = None) -> Path:
    """The ZIP that is sent, with the picture in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("user.json", "{}")
        archive.writestr("chat.html", "<html></html>")
        archive.writestr("conversations.json", json.dumps(conversations or chatgpt()))
        archive.writestr("file-AbC123-kite.png", PNG)
    return path


def claude_message(
    uuid: str, sender: str, blocks: list[dict[str, Any]], parent: str | None = None, **more: Any
) -> dict[str, Any]:
    said = "\n".join(block["text"] for block in blocks if block["type"] == "text")
    message = {
        "uuid": uuid,
        "text": said,
        "content": blocks,
        "sender": sender,
        "created_at": more.get("time", "2025-02-03T04:05:06.789012Z"),
        "updated_at": "2025-02-03T04:05:06.789012Z",
        "attachments": more.get("attachments", []),
        "files": more.get("files", []),
    }
    return message if parent is None else {**message, "parent_message_uuid": parent}


def claude_conversation(uuid: str, name: str, *messages: dict[str, Any]) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "name": name,
        "created_at": "2025-02-03T04:05:00.000000Z",
        "updated_at": "2025-02-03T04:06:00.000000Z",
        "account": {"uuid": "acc"},
        "chat_messages": list(messages),
    }


def claude() -> list[dict[str, Any]]:
    """A conversation with a tool between two pieces of an answer, one with branches, and one of
    an export before there were blocks."""
    note = {"file_name": "notes.md", "file_size": 7, "file_type": "text/markdown",
            "extracted_content": "# Notes"}  # fmt: skip
    tool = {"type": "tool_use", "id": None, "name": "web_search", "input": {"query": "kites"}}
    result = {"type": "tool_result", "tool_use_id": None, "name": "web_search", "is_error": False,
              "content": [{"type": "text", "text": "They fly."}]}  # fmt: skip

    def text(said: str) -> dict[str, Any]:
        return {"type": "text", "text": said, "citations": []}

    return [
        claude_conversation(
            "k-1",
            "Kites",
            claude_message("m1", "human", [text("Read this")], attachments=[note],
                           files=[{"file_name": "kite.png"}]),
            claude_message("m2", "assistant", [
                {"type": "thinking", "thinking": "I should look."}, text("I look."), tool, result,
                text("They fly high."),
            ]),
            claude_message("m3", "human", [text("Thanks")]),
        ),
        claude_conversation(
            "k-2",
            "",
            claude_message("b1", "human", [text("One")], ROOT),
            claude_message("b2", "assistant", [text("First answer")], "b1"),
            claude_message("b3", "assistant", [text("Second answer")], "b1"),
        ),
        claude_conversation("k-3", "Old", {"uuid": "o1", "text": "Only text", "sender": "human",
                                    "created_at": "2024-01-01T00:00:00Z", "attachments": []}),
    ]  # fmt: skip
