"""Every command of the program, declared once.

Key bindings, the command palette, slash commands, the help overlay and the README's key table are
all read from `COMMANDS`. `action` names a method `action_<action>` of the chat screen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A thing that a user can do.

    `id` is what the config's `[keys]` table remaps; `keys` are its default keys in Textual's
    names; `slash` its names after `/`. `anywhere` keys work whatever has the focus; the others
    only where the focused widget does not want them. Keys `on_marked` work while a message is
    marked in the transcript, and are letters elsewhere.
    """

    id: str
    name: str
    help: str
    keys: tuple[str, ...] = ()
    slash: tuple[str, ...] = ()
    group: str = "Chat"
    anywhere: bool = True
    in_palette: bool = True
    takes_argument: bool = False
    on_marked: bool = False


COMMANDS: tuple[Command, ...] = (
    Command(
        "chat.interrupt",
        "Stop or leave",
        "Copy the selection; else stop the answer; else clear the draft; else quit (press twice)",
        ("ctrl+c",),
        anywhere=False,
        in_palette=False,
    ),
    Command(
        "chat.escape",
        "Close or stop",
        "Close what is open; else stop the answer",
        ("escape",),
        anywhere=False,
        in_palette=False,
    ),
    Command(
        "session.new",
        "New session",
        "Start an empty session; what is under way here goes on",
        ("ctrl+n",),
        ("new", "clear"),
        "Sessions",
    ),
    Command(
        "session.open",
        "Sessions",
        "List the sessions and open one",
        ("ctrl+s",),
        ("sessions", "threads"),
        "Sessions",
    ),
    Command(
        "session.switch",
        "Switch session",
        "Go to the session of that name; what is under way here goes on",
        (),
        ("switch",),
        "Sessions",
        takes_argument=True,
    ),
    Command(
        "session.waiting",
        "Next waiting session",
        "Go to the session that asks, has an answer, or is busy",
        ("f2",),
        ("next",),
        "Sessions",
    ),
    Command(
        "session.rename",
        "Rename session",
        "Give this session a name to resume it by",
        (),
        ("rename",),
        "Sessions",
        takes_argument=True,
    ),
    Command(
        "session.save",
        "Save",
        "Try at once to save what could not be saved; /save FILE puts it into another database",
        (),
        ("save",),
        "Sessions",
        takes_argument=True,
    ),
    Command(
        "session.export",
        "Export",
        "Write this session into a file: /export [FILE.md, .html or .json] [--redact]",
        (),
        ("export",),
        "Sessions",
        takes_argument=True,
    ),
    Command(
        "session.fork",
        "Fork session",
        "Go on in a copy of this session that ends with the marked message, or with the last one",
        ("f",),
        ("fork",),
        "Sessions",
        on_marked=True,
    ),
    Command(
        "reply.copy",
        "Copy reply",
        "Copy the last answer as Markdown",
        ("ctrl+y",),
        ("copy",),
        "Reading",
    ),
    Command(
        "view.find",
        "Find",
        "Find text in this conversation, from its end upwards",
        ("ctrl+f",),
        ("find",),
        "Reading",
        takes_argument=True,
    ),
    Command(
        "view.up",
        "Page up",
        "Scroll the conversation up",
        ("pageup",),
        group="Reading",
        in_palette=False,
    ),
    Command(
        "view.down",
        "Page down",
        "Scroll the conversation down",
        ("pagedown",),
        group="Reading",
        in_palette=False,
    ),
    Command(
        "view.start",
        "Go to the start",
        "Scroll to the first message",
        ("ctrl+home",),
        group="Reading",
    ),
    Command(
        "view.end",
        "Go to the end",
        "Scroll to the newest text and follow it",
        ("ctrl+end",),
        group="Reading",
    ),
    Command(
        "view.follow",
        "Follow",
        "What the view does while an answer comes: /follow tail, top (stops at the prompt), off",
        (),
        ("follow",),
        "Reading",
        takes_argument=True,
    ),
    Command(
        "message.previous",
        "Previous message",
        "Mark the message before, to copy, edit, retry, fork or quote it",
        ("alt+up",),
        group="Messages",
    ),
    Command(
        "message.next",
        "Next message",
        "Mark the message after",
        ("alt+down",),
        group="Messages",
    ),
    Command(
        "message.copy",
        "Copy message",
        "Copy the marked message as Markdown",
        ("y",),
        group="Messages",
        on_marked=True,
    ),
    Command(
        "message.copy_code",
        "Copy code",
        "Copy the code block on view, or the last one, of the marked message",
        ("c",),
        group="Messages",
        on_marked=True,
    ),
    Command(
        "code.previous",
        "Previous code block",
        "Go to the code block above",
        ("left_square_bracket",),
        group="Messages",
        on_marked=True,
    ),
    Command(
        "code.next",
        "Next code block",
        "Go to the code block below",
        ("right_square_bracket",),
        group="Messages",
        on_marked=True,
    ),
    Command(
        "message.edit",
        "Edit prompt",
        "Edit the marked prompt, or the last one, and send it as a branch beside it",
        ("e",),
        ("edit",),
        "Messages",
        on_marked=True,
    ),
    Command(
        "message.retry",
        "Retry",
        "Answer the marked prompt, or the last one, once more beside the first answer",
        ("r",),
        ("retry",),
        "Messages",
        on_marked=True,
    ),
    Command(
        "message.quote",
        "Quote",
        "Put the selection, or the marked message, as a quote into the composer",
        ("q",),
        ("quote",),
        "Messages",
        on_marked=True,
    ),
    Command(
        "message.calls",
        "Show tool calls",
        "Show or hide the single tool calls of the marked message, or the last one; so does Enter",
        ("o",),
        group="Messages",
        on_marked=True,
    ),
    Command(
        "branch.previous",
        "Previous branch",
        "Show the branch before, where the marked message or the last one has several",
        ("left",),
        group="Messages",
        on_marked=True,
    ),
    Command(
        "branch.next",
        "Next branch",
        "Show the branch after",
        ("right",),
        group="Messages",
        on_marked=True,
    ),
    Command(
        "thinking.toggle",
        "Show or hide thinking",
        "Open or close the model's thinking",
        (),
        ("thinking",),
        "Reading",
    ),
    Command(
        "tools.panel",
        "Tool panel",
        "Show, focus or hide the tool calls",
        ("ctrl+t",),
        ("tools",),
        "Tools",
    ),
    Command(
        "tools.expand",
        "Expand tool calls",
        "Open or close every row of the tool panel; in the prompt, open the paste at the cursor",
        ("ctrl+o",),
        ("expand",),
        "Tools",
    ),
    Command(
        "approval.mode",
        "Approval mode",
        "What runs unasked: nothing, edits of files, all; takes back what was allowed",
        ("shift+tab",),
        ("approvals",),
        "Tools",
    ),
    Command(
        "model.pick",
        "Model",
        "Choose the model for the next prompt, its reasoning and temperature; /model NAME",
        ("ctrl+l",),
        ("model",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "model.key",
        "Key",
        "Give a provider's key for this run: it is asked for hidden, and kept in memory alone",
        (),
        ("key",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "agent.pick",
        "Agent",
        "Choose the agent that goes on with this session; /agent NAME",
        (),
        ("agent",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "agent.system",
        "System prompt",
        "Show what the model is told before the conversation; /system TEXT tells it that instead, "
        "/system default what it was told before",
        (),
        ("system",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "session.compact",
        "Compact",
        "Summarise older messages to make room in the context; what stands behind it is kept",
        (),
        ("compact",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "session.cost",
        "Costs",
        "Show what this session cost, by model",
        (),
        ("cost",),
        "Models",
    ),
    Command(
        "session.budget",
        "Budget",
        "Limit what this session may cost, in US dollars: /budget 2.50, /budget off",
        (),
        ("budget",),
        "Models",
        takes_argument=True,
    ),
    Command(
        "prompt.edit",
        "External editor",
        "Write the prompt in the editor that $VISUAL or $EDITOR names",
        ("ctrl+g",),
        ("editor",),
        "Writing",
    ),
    Command(
        "prompt.search",
        "Earlier prompts",
        "Search the prompts of all sessions",
        ("ctrl+r",),
        ("history",),
        "Writing",
    ),
    Command(
        "app.palette",
        "Commands",
        "Find any command by name",
        ("ctrl+p",),
        group="Program",
        in_palette=False,
    ),
    Command(
        "app.keys",
        "Keys",
        "Show all keys and commands; so does ? in an empty prompt",
        ("f1",),
        ("help", "keys"),
        "Program",
    ),
    Command(
        "app.theme",
        "Theme",
        "Choose a theme, seen as you go, or name it: /theme nord, /theme auto",
        (),
        ("theme",),
        "Program",
        takes_argument=True,
    ),
    Command(
        "app.suspend",
        "Suspend",
        "Give the terminal back to the shell until fg; an answer waits too. Ctrl+Z in the composer "
        "takes back an edit",
        ("ctrl+z",),
        ("suspend",),
        "Program",
        anywhere=False,
    ),
    Command(
        "app.quit",
        "Quit",
        "Stop what runs, save and leave",
        ("ctrl+q",),
        ("quit", "exit", "q"),
        "Program",
    ),
)

EDITING: tuple[Command, ...] = (
    Command(
        "composer.submit",
        "Send",
        "Send; while an answer runs, queue",
        ("enter",),
    ),
    Command(
        "composer.newline",
        "New line",
        "Start a new line; so does \\ before Enter",
        ("ctrl+j", "shift+enter", "alt+enter"),
    ),
    Command(
        "composer.earlier",
        "Earlier prompt",
        "Earlier prompts, from the first line",
        ("up",),
    ),
    Command(
        "composer.later",
        "Later prompt",
        "Later prompts, from the last line",
        ("down",),
    ),
    Command("composer.undo", "Undo", "Take back an edit", ("ctrl+z",)),
    Command("composer.redo", "Redo", "Do it again", ("ctrl+shift+z",)),
    Command(
        "composer.leave",
        "Delete or leave",
        "Delete the next character; on an empty line leave (press twice)",
        ("ctrl+d",),
    ),
    Command(
        "focus.next",
        "Next part",
        "To a question that waits, else on to the next part of the screen",
        ("tab",),
    ),
)
"""What belongs to writing."""

PICKING: tuple[Command, ...] = (
    Command(
        "sessions.rename",
        "Rename",
        "In the list of sessions: name the one under the cursor",
        ("ctrl+r",),
    ),
    Command(
        "sessions.fork",
        "Fork",
        "In the list of sessions: go on in a copy, up to the message that was found",
        ("ctrl+f",),
    ),
    Command(
        "sessions.pin",
        "Pin",
        "In the list of sessions: keep it on top, or no longer",
        ("ctrl+o",),
    ),
    Command(
        "sessions.delete",
        "Delete",
        "In the list of sessions: put it into the trash, for 30 days",
        ("ctrl+d",),
    ),
    Command(
        "sessions.undo",
        "Undo",
        "In the list of sessions: bring back what was deleted last",
        ("ctrl+z",),
    ),
    Command(
        "sessions.trash",
        "Trash",
        "In the list of sessions: show the trash, where Enter brings back",
        ("ctrl+t",),
    ),
)
"""What the list of sessions does with the one under the cursor."""

ANSWERING: tuple[Command, ...] = (
    Command("answer.once", "allow once", "On a question: allow this call", ("y",)),
    Command(
        "answer.session",
        "allow for this session",
        "On a question: allow what the card says, until the program ends",
        ("a",),
    ),
    Command(
        "answer.always",
        "allow always",
        "On a question: keep the rule that the card says",
        ("A",),
    ),
    Command("answer.deny", "deny", "On a question: deny this call; so does Esc", ("n",)),
    Command(
        "answer.deny_saying",
        "deny and say…",
        "On a question: deny, with a word to the model",
        ("N",),
    ),
    Command(
        "answer.edit",
        "edit",
        "On a question: edit the arguments; you see what they would do before you allow it",
        ("e",),
    ),
)
"""What answers the question before a call. These keys decide only while the card has the focus."""

PANEL: tuple[Command, ...] = (
    Command(
        "panel.open",
        "open",
        "In the tool panel: open or close the row under the cursor",
        ("enter", "space"),
    ),
    Command(
        "panel.again",
        "again",
        "In the tool panel: run the call again; the model hears of it only if you pin the result",
        ("r",),
    ),
    Command(
        "panel.pin",
        "pin",
        "In the tool panel: let the result go with the next prompt",
        ("p",),
    ),
    Command("panel.copy", "copy", "In the tool panel: copy the result as it is", ("c",)),
    Command(
        "panel.filter",
        "filter",
        "In the tool panel: show only rows with these words, such as failed",
        ("slash",),
    ),
)
"""What the tool panel does with the row under the cursor, while it has the focus."""

TABLE: tuple[Command, ...] = (*EDITING, *COMMANDS, *ANSWERING, *PANEL, *PICKING)
"""What the config may give other keys to."""


@dataclass(frozen=True, slots=True)
class InLineMode:
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
        "Write this session into a file: Markdown, or by its ending .html or .json", "FILE"
    ),
    "session.fork": InLineMode("Go on in a copy of this session"),
    "reply.copy": InLineMode("Print the last answer as its Markdown source"),
    "view.find": InLineMode("Find text in this conversation", "TEXT"),
    "message.edit": InLineMode("Put the last prompt in other words, beside the first", "TEXT"),
    "message.retry": InLineMode("Answer the last prompt once more, beside the first answer"),
    "thinking.toggle": InLineMode("Hear what the model thinks, or no longer"),
    "tools.panel": InLineMode("List the tool calls of this session, or tell all of one", "NUMBER"),
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

_SLASH = re.compile(r"/([A-Za-z][\w-]*)(?:\s+(.*))?\s*")


def read_slash(line: str) -> tuple[str, str] | None:
    """The word behind the slash and what stands behind it, if `line` has the form of a command:
    a path, say, has not."""
    match = _SLASH.fullmatch(line)
    return (match[1], (match[2] or "").strip()) if match is not None else None


def nearest_slash(word: str) -> str | None:
    """The slash name that `word` nearly is."""
    import difflib  # noqa: PLC0415 - for words that name no command

    names = [name for command in COMMANDS for name in command.slash]
    near = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return near[0] if near else None


def is_private(line: str) -> bool:
    """Whether a line may hold a key, which must be kept nowhere."""
    read = read_slash(line)
    return read is not None and read[0].casefold() in by_id("model.key").slash


def by_slash(word: str) -> Command | None:
    """The command with the slash name `word` (without the slash), whatever its case."""
    word = word.casefold()
    return next((command for command in COMMANDS if word in command.slash), None)


def by_id(id: str) -> Command:
    """The command with that id."""
    return next(command for command in TABLE if command.id == id)


def keys_of(command: Command, own: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of a command, in Textual's names; `own` are the user's, by the ids of commands."""
    keys = own.get(command.id)
    return command.keys if keys is None else tuple(key.strip() for key in keys.split(",") if key)


def key_label(key: str) -> str:
    """A key in Textual's names as people read it: "ctrl+home" -> "Ctrl+Home". A letter stays as it
    is typed: "a" and "A" are two keys."""
    if len(key) == 1:
        return key
    names = {
        "pageup": "PageUp", "pagedown": "PageDown", "escape": "Esc",
        "left_square_bracket": "[", "right_square_bracket": "]", "slash": "/",
    }  # fmt: skip
    return "+".join(names.get(part, part.capitalize()) for part in key.split("+"))
