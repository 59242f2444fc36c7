"""Writing a prompt."""

from tyler_tui.commands.command import Command

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
"""What the composer does."""

QUEUE: tuple[Command, ...] = (
    Command(
        "queue.edit",
        "edit",
        "In the list of what waits: take the prompt back into the composer",
        ("enter", "e"),
    ),
    Command(
        "queue.drop",
        "drop",
        "In the list of what waits: do not send the prompt",
        ("delete", "backspace", "d"),
    ),
    Command(
        "queue.earlier",
        "earlier",
        "In the list of what waits: send the prompt earlier",
        ("shift+up", "K"),
    ),
    Command(
        "queue.later",
        "later",
        "In the list of what waits: send the prompt later",
        ("shift+down", "J"),
    ),
)
"""What is done with a prompt that waits for its turn, while the list of them has the focus."""

PROMPTS: tuple[Command, ...] = (
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
)
"""Where else a prompt can be written, or comes from."""
