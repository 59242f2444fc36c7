"""Messages in the chat-completions format, which most providers and LiteLLM read."""

import base64
import json
from typing import Any

from tyler_tui.messages import Attachment, Message
from tyler_tui.providers import Request
from tyler_tui.sanitize import storable


def chat_reasoning(request: Request) -> dict[str, Any]:
    """The fields that say how much the model is to think: an effort, or a provider's own form."""
    reasoning = request.reasoning
    if reasoning is None:
        return {}
    if isinstance(reasoning, str):
        return {"reasoning_effort": reasoning}
    if "type" in reasoning:
        return {"thinking": dict(reasoning)}
    return {"reasoning_effort": reasoning.get("effort", "medium")}


def chat_messages(request: Request) -> list[dict[str, Any]]:
    """The messages of a request, the system prompt first."""
    messages: list[dict[str, Any]] = []
    if request.system:
        messages.append({"role": request.instruction_role, "content": storable(request.system)})
    images: list[Attachment] = []
    for message in request.messages:
        if images and message.role != "tool":
            messages.append(_shown(images))
            images = []
        messages.append(chat_message(message))
        if message.role == "tool":
            images += message.attachments
    return [*messages, _shown(images)] if images else messages


def _shown(images: list[Attachment]) -> dict[str, Any]:
    """Images that tools returned. Most providers take no image in the result itself."""
    text = {"type": "text", "text": "The images that the tools returned:"}
    return {"role": "user", "content": [text, *map(_part, images)]}


def chat_tools(request: Request) -> list[dict[str, Any]]:
    """The tools of a request."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
            },
        }
        for tool in request.tools
    ]


def chat_message(message: Message) -> dict[str, Any]:
    """One message that is not the system prompt."""
    if message.role == "tool":
        text = storable(message.content)
        return {"role": "tool", "content": text, "tool_call_id": message.tool_call_id}
    form: dict[str, Any] = {"role": message.role, "content": _content(message)}
    if message.tool_calls:
        form["content"] = form["content"] or None
        form["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {
                    "name": call.name or "unnamed",
                    "arguments": storable(json.dumps(call.arguments, ensure_ascii=False)),
                },
            }
            for call in message.tool_calls
        ]
    return form


def _content(message: Message) -> str | list[dict[str, Any]]:
    text = storable(message.content)
    if not message.attachments:
        return text
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    parts.extend(_part(attachment) for attachment in message.attachments)
    return parts


def _part(attachment: Attachment) -> dict[str, Any]:
    if attachment.is_image:
        data = base64.b64encode(attachment.content).decode("ascii")
        url = f"data:{attachment.mime_type};base64,{data}"
        return {"type": "image_url", "image_url": {"url": url}}
    text = attachment.content.decode("utf-8", "replace")
    what = "Folder" if attachment.filename.endswith("/") else "File"
    return {"type": "text", "text": storable(f"{what} {attachment.filename}:\n{text}")}
