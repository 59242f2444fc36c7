"""What a command is."""

from msgspec import Struct


class Command(Struct, frozen=True):
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
