"""What an empty session says."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tyler_tui.agents_md import told_of
from tyler_tui.commands import by_id, key_label, keys_of
from tyler_tui.profiles import DEFAULT
from tyler_tui.sanitize import one_line
from tyler_tui.tui.items.cards import Welcome
from tyler_tui.tui.palette import Palette

if TYPE_CHECKING:
    from tyler_tui.conversation import Conversation

HINTS = (
    ("composer.submit", "send"),
    ("composer.newline", "new line"),
    ("chat.interrupt", "stop; twice to leave"),
    ("session.open", "sessions, search"),
    ("model.pick", "model"),
    ("tools.panel", "tool calls"),
    ("approval.mode", "what runs unasked"),
    ("message.previous", "copy or edit a message"),
    ("app.palette", "all commands; / too"),
    ("app.keys", "all keys"),
)
"""The first commands to know, by their ids, in the words of somebody who knows none."""


def welcome(
    palette: Palette, conversation: "Conversation", workspace: Path, keys: Mapping[str, str]
) -> Welcome:
    """The card: what is used, and the first keys; `keys` are the user's own."""
    hints = [
        (key_label(key), words)
        for id, words in HINTS
        for key in keys_of(by_id(id), keys)[:1]
        if key
    ]
    hints.insert(2, ("@", "attach a file"))
    return Welcome(palette, what_is_used(conversation, workspace), hints)


def what_is_used(conversation: "Conversation", workspace: Path) -> list[tuple[str, str]]:
    """Agent, model, workspace and the like, each with its name."""
    from tyler_tui.providers import is_demo  # noqa: PLC0415 - not for the first paint

    model = conversation.agent.model_name
    if is_demo(model):
        model = f"{model} · a built-in demo: scripted answers, no network, no key"
    facts = [("Model", model), ("Workspace", str(workspace))]
    if project := conversation.agent.project_files:
        facts.append(("Project", told_of(project)))
    agent = str(conversation.thread.attributes.get("agent") or DEFAULT)
    if agent != DEFAULT:
        facts.insert(0, ("Agent", agent))
    if conversation.thread.name:
        facts.append(("Session", conversation.thread.name))
    return [(name, one_line(fact)) for name, fact in facts]
