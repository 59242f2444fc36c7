"""What a session keeps of its own of its agent's settings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent

CHOSEN = ("agent", "model", "api_base")
"""What a session goes on with, among its attributes too."""
TUNED = ("temperature", "reasoning", "system_prompt")
"""The settings that stay with a session, among its attributes; see `Conversation.tune`."""


def as_tuned(agent: "Agent", attributes: Mapping[str, Any]) -> "Agent":
    """`agent` with what a session was given of its own."""
    changes = {name: attributes[name] for name in TUNED if name in attributes}
    try:
        return agent.replace(**changes) if changes else agent
    except (ValueError, TypeError):  # stored by another version
        return agent
