"""What an empty session says."""

from pathlib import Path

from tyler_tui.agents_md import told_of
from tyler_tui.conversation import Conversation
from tyler_tui.profiles import DEFAULT
from tyler_tui.providers import is_demo
from tyler_tui.sanitize import one_line
from tyler_tui.tui.items.cards import Welcome
from tyler_tui.tui.palette import Palette

KEYS = (
    ("Enter", "send"),
    ("Ctrl+J", "new line"),
    ("Ctrl+C", "stop an answer; twice to leave"),
    ("Ctrl+S", "sessions"),
    ("Ctrl+L", "model"),
    ("Ctrl+T", "tool calls"),
    ("Ctrl+P", "all commands"),
    ("F1", "all keys"),
)


def welcome(palette: Palette, conversation: Conversation, workspace: Path) -> Welcome:
    """The card: what is used, and the first keys."""
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
    return Welcome(palette, [(label, one_line(fact)) for label, fact in facts], KEYS)
