"""Help, themes and leaving."""

from tyler_tui.commands.command import Command

PROGRAM: tuple[Command, ...] = (
    Command(
        "app.palette",
        "Commands",
        "Find by name: every command with its key, sessions, models, agents, themes",
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
