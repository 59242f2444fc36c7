"""The tool calls: the questions before them, and the panel that shows them."""

from tyler_tui.commands.command import Command

TOOLS: tuple[Command, ...] = (
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
        "mcp.servers",
        "MCP servers",
        "Tell how it stands with the MCP servers; /mcp NAME connects one again",
        (),
        ("mcp",),
        "Tools",
        takes_argument=True,
    ),
    Command(
        "approval.mode",
        "Approval mode",
        "What runs unasked: nothing, edits of files, all; takes back what was allowed",
        ("shift+tab",),
        ("approvals",),
        "Tools",
    ),
)

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
