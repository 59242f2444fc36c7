"""How the TUI is started."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:  # these would cost their imports before the first paint
    from tyler_tui.messages import Attachment
    from tyler_tui.ui_settings import Notify


class Launch(Struct, frozen=True):
    """How the TUI was started. `theme` is auto, dark, light or the name of a theme; `dark` what
    the terminal's background was found to be."""

    workspace: Path
    prompt: str = ""
    attachments: "Sequence[Attachment]" = ()
    """What goes with the first prompt."""
    pick_session: bool = False
    theme: str = "auto"
    theme_origin: str = ""
    """What sets the theme, such as a line of the config; "" when the user may do so in the chat."""
    dark: bool = True
    few_colors: bool = False
    """Whether the terminal has no more than 16 colours."""
    no_truecolor: bool = False
    """Whether it has no more than 256."""
    frames_per_second: float = 15.0
    reduced_motion: bool = False
    titles: bool = False
    """Whether the model gives sessions their titles."""
    mouse: bool = True
    follow: str = "tail"
    """How the view follows an answer: tail, top or off."""
    farewell: str = "transcript"
    """What leaving puts on the ordinary screen: transcript, answer or hint."""
    notify: "Notify" = "off"
    """How to call the user who looks elsewhere."""
    notify_after: float = 10.0
    """Of an answer that takes longer, in seconds, the end calls."""
    terminal_title: bool = False
    thumbnails: bool = False
    """Whether pictures are shown small in the transcript."""
    history: Path | None = None
    drafts: Path | None = None
    """The folder of what is being written."""
    state: Path | None = None
    """Where to remember what is chosen in the chat for good."""
    remarks: Sequence[str] = ()
    """What is to be said once the chat is there."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by command id, in place of the defaults."""
    typed: str = ""
    """What was typed before the app was there: the first draft."""
