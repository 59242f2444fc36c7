"""How line mode is started."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it would cost its import
    from tyler_tui.messages import Attachment


@dataclass(frozen=True, slots=True)
class Launch:
    """What the command line, the config and the environment say. With `bare` not one escape code
    is written; `reason` is said first: why this is line mode."""

    prompt: str = ""
    attachments: "Sequence[Attachment]" = ()
    """What goes with the first prompt."""
    pick_session: bool = False
    bare: bool = False
    bell: bool = True
    bell_after: float = 10.0
    """The bell rings at the end of an answer that took longer, in seconds."""
    history: Path | None = None
    reason: str = ""
