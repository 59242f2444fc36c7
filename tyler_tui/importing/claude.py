"""The export of Claude: `conversations.json`, alone, in a folder, or in the ZIP that came.

Each conversation lists its `chat_messages`, whose `content` is a list of blocks: text, thinking,
and calls of tools with their results. Newer exports name each message's parent. Attachments are
there as the text that was read out of them; of `files` only the names. The format is not documented
by its maker; what is not known here is left out, and told.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from tyler_tui.importing.documents import Documents
from tyler_tui.importing.draft import Draft, items, moment, table, text
from tyler_tui.importing.files import text_file
from tyler_tui.importing.found import Damaged, DamagedError, Found
from tyler_tui.messages import Attachment, ToolCall, parse_arguments
from tyler_tui.sanitize import one_line

KIND = "claude"
_ROLES = {"human": "user", "assistant": "assistant"}
_THOUGHT = re.compile(r"<antThinking>(.*?)</antThinking>", re.DOTALL)
_ARTIFACT = re.compile(r"<antArtifact\b([^>]*)>\n?(.*?)\n?</antArtifact>", re.DOTALL)
"""A document beside the answer; before it came by a tool, it stood in the answer itself."""
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def recognised(item: dict[str, Any]) -> bool:
    return isinstance(item.get("chat_messages"), list)


def conversations(documents: Documents) -> Iterator[Found | Damaged]:
    return documents.conversations(_conversation, lambda item: item.get("name"))


def _conversation(item: dict[str, Any]) -> Found:
    key = text(item.get("uuid"))
    if not key:
        raise DamagedError("it has no id")
    draft = Draft(KIND, key, text(item.get("name")))
    model = text(item.get("model"))
    last: str | None = None
    ends: dict[str, str | None] = {}
    for number, message in enumerate(map(table, items(item.get("chat_messages"))), 1):
        name = text(message.get("uuid")) or str(number)
        before = text(message.get("parent_message_uuid"))
        # The parent of the first message is one that there is not.
        parent = ends.get(before) if before else last
        role = _ROLES.get(text(message.get("sender")))
        if role is None:
            draft.remarks.append(f"message {number} is neither yours nor the model's")
            ends[name] = parent
            continue
        last = _add(draft, message, name, role, parent, model)
        ends[name] = last
    return draft.found(
        created=moment(item.get("created_at")),
        updated=moment(item.get("updated_at")),
        head=ends.get(text(item.get("current_leaf_message_uuid"))) or last,
    )


def _add(
    draft: Draft, message: dict[str, Any], name: str, role: str, parent: str | None, model: str
) -> str | None:
    """Add one message, as several where tools ran in between. Returns the id of the last."""
    when = moment(message.get("created_at"))
    files = _files(draft, message)
    said: list[str] = []
    thought: list[str] = []
    calls: list[ToolCall] = []
    open_calls: list[str] = []
    added = parent
    count = 0

    def flush() -> None:
        nonlocal added, count, files
        if not (any(part.strip() for part in said) or thought or calls or files):
            return
        added = draft.add(
            role,
            "\n\n".join(said),
            # What a message without tools becomes is known by its own name.
            key=f"{name} {count}" if count else name,
            parent=added,
            when=when,
            calls=calls,
            reasoning="\n\n".join(thought),
            attachments=files,
            metrics={"model": model} if role == "assistant" else None,
        )
        count += 1
        files = []
        for kept in (said, thought, calls):
            kept.clear()

    blocks = [table(block) for block in items(message.get("content"))]
    if not any(text(block.get("text")) for block in blocks) and text(message.get("text")):
        blocks.append({"type": "text", "text": message["text"]})
    for number, block in enumerate(blocks):
        match block.get("type"):
            case "text":
                written = text(block.get("text"))
                if role == "assistant":
                    thought += filter(None, map(str.strip, _THOUGHT.findall(written)))
                    written = _ARTIFACT.sub(_shown, _THOUGHT.sub("", written))
                said += filter(None, [written])
            case "thinking":
                thought += filter(None, [_thoughts(block)])
            case "tool_use":
                id = text(block.get("id")) or f"{name}-{number}"
                arguments, problem = parse_arguments(block.get("input"))
                calls.append(ToolCall(id, text(block.get("name")) or "tool", arguments, problem))
                open_calls.append(id)
            case "tool_result":
                flush()
                id = text(block.get("tool_use_id"))
                if id not in open_calls:
                    id = open_calls[0] if open_calls else ""
                if not id:
                    draft.remarks.append("a result of a tool that nothing called was left out")
                    continue
                open_calls.remove(id)
                added = draft.add(
                    "tool",
                    _result(block),
                    key=f"{name} result {number}",
                    parent=added,
                    when=when,
                    answers=id,
                    name=text(block.get("name")) or None,
                    metrics={"failed": block.get("is_error") is True},
                )
            case "token_budget" | "flag":
                pass
            case _:
                kind = one_line(text(block.get("type")), 40)
                draft.remarks.append(f"a part that is not known was left out: {kind or 'unnamed'}")
    flush()
    return added


def _thoughts(block: dict[str, Any]) -> str:
    """What was thought, or where that was kept back, what is told of it."""
    told = (text(table(summary).get("summary")) for summary in items(block.get("summaries")))
    return text(block.get("thinking")) or "\n\n".join(filter(None, told))


def _shown(artifact: re.Match[str]) -> str:
    """A document as Markdown: its title, and what is in it, as code where it is some."""
    said = dict(_ATTRIBUTE.findall(artifact[1]))
    title, content = one_line(said.get("title", ""), 200), artifact[2]
    if said.get("type") != "text/markdown":
        longest = max(map(len, re.findall("`+", content)), default=0)
        fence = "`" * max(3, longest + 1)
        language = re.sub(r"[^\w+#-]", "", said.get("language", ""))
        content = f"{fence}{language}\n{content}\n{fence}"
    return f"**{title}**\n\n{content}" if title else content


def _result(block: dict[str, Any]) -> str:
    """What a tool returned, as text."""
    content = block.get("content")
    if isinstance(content, str):
        return content
    names = ("title", "url", "text")  # the former two of what was found in the web
    parts = [
        "\n".join(filter(None, (text(table(part).get(name)) for name in names)))
        for part in items(content)
    ]
    if not any(parts) and content:
        return json.dumps(content, ensure_ascii=False)
    return "\n\n".join(part for part in parts if part)


def _files(draft: Draft, message: dict[str, Any]) -> list[Attachment]:
    found = []
    for listed in map(table, items(message.get("attachments"))):
        name = text(listed.get("file_name")) or "attachment.txt"
        if content := text(listed.get("extracted_content")):
            found.append(text_file(name, content))
        else:
            draft.remarks.append(f"{name}: the export holds only its name")
    names = {attachment.filename for attachment in found}
    for key in ("files", "files_v2"):
        for listed in map(table, items(message.get(key))):
            name = text(listed.get("file_name"))
            if name and name not in names:
                names.add(name)
                draft.remarks.append(f"{name}: the export holds only its name")
    return found
