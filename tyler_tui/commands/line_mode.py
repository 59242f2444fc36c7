"""Which commands line mode has, and what they do there."""

from collections.abc import Mapping

from msgspec import Struct


class InLineMode(Struct, frozen=True):
    """What a command does in line mode; `takes` is what may stand behind its slash name."""

    help: str
    takes: str = ""


IN_LINE_MODE: Mapping[str, InLineMode] = {
    "session.new": InLineMode("Start an empty session"),
    "session.open": InLineMode("List the sessions, or look for TEXT in all of them", "TEXT"),
    "session.switch": InLineMode("Go to that session", "NUMBER or NAME"),
    "session.rename": InLineMode("Give this session a name to resume it by", "NAME"),
    "session.save": InLineMode("Save what could not be saved, or put it into FILE", "FILE"),
    "session.export": InLineMode(
        "Write this session into a file: Markdown, or by its ending .html, .svg or .json", "FILE"
    ),
    "session.fork": InLineMode("Go on in a copy of this session"),
    "reply.copy": InLineMode("Print the last answer as its Markdown source"),
    "view.find": InLineMode("Find text in this conversation", "TEXT"),
    "message.edit": InLineMode("Put the last prompt in other words, beside the first", "TEXT"),
    "message.retry": InLineMode("Answer the last prompt once more, beside the first answer"),
    "thinking.toggle": InLineMode("Hear what the model thinks, or no longer"),
    "tools.panel": InLineMode("List the tool calls of this session, or tell all of one", "NUMBER"),
    "mcp.servers": InLineMode("List the MCP servers, or connect one again", "NAME"),
    "approval.mode": InLineMode("Say what runs unasked, or change it", "ask, edits or auto"),
    "model.pick": InLineMode("List the models, look for one, or choose it", "NUMBER or NAME"),
    "agent.pick": InLineMode("List the agents, or choose one", "NUMBER or NAME"),
    "agent.system": InLineMode(
        "Print what the model is told before the conversation, or change it", "TEXT or default"
    ),
    "session.compact": InLineMode("Summarise older messages, but keep what is named", "TEXT"),
    "session.cost": InLineMode("Say what this session cost, by model"),
    "session.budget": InLineMode("Limit what it may cost, in US dollars", "2.50 or off"),
    "app.keys": InLineMode("List the commands and keys"),
    "app.quit": InLineMode("Leave"),
}
"""The commands that line mode has, by their ids."""
