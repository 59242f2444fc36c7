"""The export of ChatGPT: `conversations.json`, alone, in a folder, or in the ZIP that came.

Each conversation has a `mapping`: nodes by id, with their parents; an edited prompt or a second
answer is a branch, and `current_node` the end of the one that was read last. The format is not
documented by its maker; what is not known here is left out, and told.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tyler_tui.importing.documents import Documents
from tyler_tui.importing.draft import Draft, count, items, moment, table, text
from tyler_tui.importing.files import file
from tyler_tui.importing.found import Damaged, DamagedError, Found
from tyler_tui.messages import Attachment, ToolCall, parse_arguments
from tyler_tui.sanitize import one_line

KIND = "chatgpt"
_ROLES = ("system", "user", "assistant", "tool")
_MARK = re.compile("\ue200[^\ue201]*\ue201|【\\d+(?::\\d+)?†[^【】]*】")
"""What stands for a source in an answer, of today and of before."""
_URL = re.compile(r"https?://[^\s<>]+")
_SCHEMES = ("file-service:/", "sediment:/")
_FILE_ID = re.compile(r"file[-_]\w{4}")
_THOUGHTS = ("thoughts", "reasoning_recap")
_CONTEXTS = ("user_editable_context", "model_editable_context")
"""Custom instructions and memories: nobody said them in the conversation."""
_SILENT = (*_THOUGHTS, *_CONTEXTS, "text", "multimodal_text", "code", "execution_output",
           "computer_output", "computer_initialize_state", "citable_code_output", "system_error",
           "sonic_webpage", "tether_quote", "tether_browsing_display")  # fmt: skip
"""Kinds of content that are known, and may well say nothing."""
_RECORDINGS = ("audio", "video", "video_container", "real_time_user_audio_video")


def recognised(item: dict[str, Any]) -> bool:
    return isinstance(item.get("mapping"), dict)


def conversations(documents: Documents) -> Iterator[Found | Damaged]:
    def read(item: dict[str, Any]) -> Found:
        return _Conversation(documents, item).found()

    return documents.conversations(read, lambda item: item.get("title"))


@dataclass(frozen=True, slots=True)
class _Behind:
    """What a node stands behind: the message before it, thoughts that belong to the next answer,
    and the call that waits for its result."""

    message: str | None = None
    thoughts: str = ""
    call: str | None = None


class _Conversation:
    def __init__(self, documents: Documents, item: dict[str, Any]) -> None:
        self._documents = documents
        self._item = item
        key = text(item.get("conversation_id")) or text(item.get("id"))
        if not key:
            raise DamagedError("it has no id")
        self._draft = Draft(KIND, key, text(item.get("title")))

    def found(self) -> Found:
        nodes = {key: table(node) for key, node in table(self._item.get("mapping")).items()}
        children: dict[str | None, list[str]] = {}
        for key, node in nodes.items():
            parent = text(node.get("parent")) or None
            children.setdefault(parent if parent in nodes else None, []).append(key)
        behind: dict[str | None, _Behind] = {None: _Behind()}
        waiting: list[tuple[str, str | None]] = [(key, None) for key in children.get(None, [])]
        while waiting:
            key, parent = waiting.pop()
            behind[key] = self._add(key, table(nodes[key].get("message")), behind[parent])
            waiting += [(child, key) for child in children.get(key, [])]
        if lost := len(nodes) - len(behind) + 1:
            self._draft.remarks.append(f"{lost} messages that stand in a circle were left out")
        head = behind.get(text(self._item.get("current_node")))
        return self._draft.found(
            created=moment(self._item.get("create_time")),
            updated=moment(self._item.get("update_time")),
            head=head.message if head is not None else None,
        )

    def _add(self, key: str, message: dict[str, Any], behind: _Behind) -> _Behind:
        """Add what a node says; many say nothing."""
        role = text(table(message.get("author")).get("role"))
        content = table(message.get("content"))
        metadata = table(message.get("metadata"))
        kind = text(content.get("content_type"))
        recipient = text(message.get("recipient")) or "all"
        said = _text_of(content)
        if role == "assistant":
            said = _with_sources(said, metadata)
        if kind in _CONTEXTS or (role == "user" and _is_hidden(metadata)):
            role = "system"
        is_aside = message.get("channel") == "analysis" and kind == "text" and recipient == "all"
        if role == "assistant" and (kind in _THOUGHTS or is_aside):
            thoughts = "\n\n".join(part for part in (behind.thoughts, said) if part)
            return _Behind(behind.message, thoughts, behind.call)
        files = self._files(content, metadata)
        if role not in _ROLES or not (said.strip() or files):
            if kind and kind not in _SILENT:
                self._draft.remarks.append(f"{one_line(kind, 40)}: not known, and left out")
            return behind
        when = moment(message.get("create_time"))
        name = text(table(message.get("author")).get("name"))
        if role == "tool":
            return self._result(key, said, name, files, when, behind)
        calls = []
        if role == "assistant" and recipient != "all":
            arguments, problem = parse_arguments(said)
            calls = [ToolCall(f"call-{key}", recipient, {"input": said} if problem else arguments)]
            said = ""
        added = self._draft.add(
            role,
            said,
            key=key,
            parent=behind.message,
            when=when,
            calls=calls,
            reasoning=behind.thoughts if role == "assistant" else "",
            attachments=files,
            metrics={"model": text(metadata.get("model_slug"))} if role == "assistant" else None,
        )
        return _Behind(added, call=calls[0].id if calls else None)

    def _result(
        self, key: str, said: str, name: str, files: list[Attachment], when: Any, behind: _Behind
    ) -> _Behind:
        """Add what a tool returned. One that answers no call, or is the second to answer one, gets
        a call of its own, since no result stands alone."""
        call, parent = behind.call, behind.message
        if call is None:
            call = f"call-{key}"
            parent = self._draft.add(
                "assistant", "", key=f"{key} call", parent=parent, when=when,
                calls=[ToolCall(call, name or "tool")], reasoning=behind.thoughts,
            )  # fmt: skip
        added = self._draft.add(
            "tool", said, key=key, parent=parent, when=when, answers=call, name=name or None,
            attachments=files,
        )  # fmt: skip
        return _Behind(added)

    def _files(self, content: dict[str, Any], metadata: dict[str, Any]) -> list[Attachment]:
        """The pictures and files that are in the export."""
        wanted: dict[str, str] = {}
        for listed in map(table, items(metadata.get("attachments"))):
            wanted[text(listed.get("id"))] = text(listed.get("name"))
        for part in map(table, [*items(content.get("parts")), content.get("screenshot")]):
            if text(part.get("content_type")).removesuffix("_asset_pointer") in _RECORDINGS:
                self._draft.remarks.append("a recording was left out; what was heard in it is here")
            else:
                wanted.setdefault(_id_in(part.get("asset_pointer")), "")
        ran = table(metadata.get("aggregate_result"))
        for shown in map(table, items(ran.get("messages"))):
            wanted.setdefault(_id_in(shown.get("image_url")), "")
        found = []
        for id, name in wanted.items():
            if not id:
                continue
            # Any other name could be that of a file of the user's, which lies there too.
            there = self._documents.file_beginning(id) if _FILE_ID.match(id) else None
            attachment = file(name or there[0], there[1]) if there is not None else None
            if attachment is not None:
                found.append(attachment)
            else:
                self._draft.remarks.append(
                    f"{name or id}: not in the export, or neither text nor a picture"
                )
        return found


def _is_hidden(metadata: dict[str, Any]) -> bool:
    """Whether a prompt was not typed in the conversation, but sent along with it."""
    names = ("is_visually_hidden_from_conversation", "is_user_system_message")
    return any(metadata.get(name) is True for name in names)


def _id_in(pointer: object) -> str:
    """The id of the file that `file-service://file-abc` and its like lead to."""
    scheme, _, rest = text(pointer).rpartition("/")
    return rest if scheme in ("", *_SCHEMES) else ""


def _text_of(content: dict[str, Any]) -> str:
    """What the content of a message says, by its type."""
    match content.get("content_type"):
        case "thoughts":
            thoughts = map(table, items(content.get("thoughts")))
            return _joined(_joined([text(t.get("summary")), text(t.get("content"))], "\n")
                           for t in thoughts)  # fmt: skip
        case "user_editable_context" | "model_editable_context":
            names = ("user_profile", "user_instructions", "model_set_context")
            return _joined(text(content.get(name)) for name in names)
        case "tether_quote" | "sonic_webpage":
            names = ("title", "url", "text")
            return _joined((text(content.get(name)) for name in names), "\n")
        case "tether_browsing_display":
            return text(content.get("result")) or text(content.get("summary"))
        case "citable_code_output":
            return text(content.get("output_str"))
        case "system_error":
            return _joined([text(content.get("name")), text(content.get("text"))], ": ")
        case _:
            parts = [
                part if isinstance(part, str) else text(table(part).get("text"))
                for part in items(content.get("parts"))
            ]
            return _joined(parts) or text(content.get("text")) or text(content.get("content"))


def _with_sources(said: str, metadata: dict[str, Any]) -> str:
    """An answer with links in place of the marks that stand for its sources."""
    if _MARK.search(said) is None:
        return said
    links: dict[str, str] = {}
    for citation in map(table, items(metadata.get("citations"))):
        start, end = count(citation.get("start_ix")), count(citation.get("end_ix"))
        source = table(citation.get("metadata"))
        if _MARK.fullmatch(mark := said[start:end]) and _URL.fullmatch(
            url := text(source.get("url"))
        ):
            links[mark] = f" ([{_in_brackets(text(source.get('title')) or url)}](<{url}>))"
    for mark, link in links.items():
        said = said.replace(mark, link)
    for reference in map(table, items(metadata.get("content_references"))):
        if (mark := text(reference.get("matched_text"))) and _MARK.fullmatch(mark):
            said = said.replace(mark, text(reference.get("alt")))
    return _MARK.sub("", said)


def _in_brackets(title: str) -> str:
    return one_line(title, 100).replace("[", "(").replace("]", ")")


def _joined(parts: Any, between: str = "\n\n") -> str:
    return between.join(part for part in parts if part)
