"""Keys that something else takes before they get here."""

from tyler_tui.commands import key_label
from tyler_tui.config import Settings
from tyler_tui.doctor.finding import Notes
from tyler_tui.keymap import clashes


def look(notes: Notes, settings: Settings | None) -> None:
    found = clashes(settings.keys if settings is not None else {})
    for clash in found:
        notes.warn(
            key_label(clash.key),
            f"{clash.command.name}: {clash.taker}",
            f'Another key goes into the config: [keys], "{clash.command.id}" = "f5"',
        )
    if not found:
        notes.ok("keys", "nothing is known to take a key of ours")
