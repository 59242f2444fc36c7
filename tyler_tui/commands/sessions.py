"""Stopping an answer, and the sessions: the open ones and the list of all."""

from tyler_tui.commands.command import Command

STOPPING: tuple[Command, ...] = (
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
)

SESSIONS: tuple[Command, ...] = (
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
        "Write this session into a file: /export [FILE.md, .html, .svg or .json] [--redact]",
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
)

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
