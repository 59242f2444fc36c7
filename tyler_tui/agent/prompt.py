"""The system prompt."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tyler_tui.messages import Message
from tyler_tui.providers import ToolSpec


def system_prompt(
    *,
    name: str,
    purpose: str,
    notes: str,
    tools: Sequence[ToolSpec],
    workspace: Path,
    today: date,
) -> str:
    """What the model is told of itself, when the user gave no system prompt of their own."""
    parts = [
        f"You are {name}. {purpose}".strip(),
        f"Today is {today:%A, %d %B %Y}.",
        "Answer in Markdown. Put code in fenced blocks that name their language.",
    ]
    if tools:
        parts.append(
            "You can call tools. Call several at once when they do not depend on each other. "
            "When a call fails or is denied, say so and find another way; do not repeat it as it "
            f"was. File tools see only the workspace, {workspace}; their paths are relative to it."
        )
    if notes:
        parts.append(notes)
    return "\n\n".join(parts)


def with_system_messages(prompt: str, messages: Sequence[Message]) -> str:
    """`prompt` followed by what the thread's own system messages say."""
    own = [message.content for message in messages if message.role == "system" and message.content]
    return "\n\n".join(part for part in [prompt, *own] if part)
