"""[ui]: how the chat looks and moves."""

from typing import Annotated, Literal

import msgspec

Follow = Literal["tail", "top", "off"]
Farewell = Literal["transcript", "answer", "hint"]
Notify = Literal["auto", "osc9", "osc777", "bell", "off"]
Theme = Literal[
    "auto", "dark", "light", "tyler-dark", "tyler-light", "tyler-ansi-dark", "tyler-ansi-light",
    "ansi-dark", "ansi-light", "atom-one-dark", "atom-one-light", "catppuccin-frappe",
    "catppuccin-latte", "catppuccin-macchiato", "catppuccin-mocha", "dracula", "flexoki",
    "gruvbox", "monokai", "nord", "rose-pine", "rose-pine-dawn", "rose-pine-moon",
    "solarized-dark", "solarized-light", "textual-dark", "textual-light", "tokyo-night",
]  # fmt: skip
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class InterfaceSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[ui]"""

    theme: Theme = "auto"
    """auto, dark, light, or the name of a theme. auto asks the terminal for its background."""
    frame_rate: Annotated[float, msgspec.Meta(ge=1, le=60)] = 15.0
    """How often a second the transcript is drawn while text streams; 10 suits slow lines."""
    reduced_motion: bool = False
    """No spinner, no animation."""
    accessible: bool = False
    """For screen readers: the chat goes line by line, as with --plain, and not one escape code is
    written. So does ACCESSIBLE=1 in the environment."""
    mouse: bool = True
    """False leaves the mouse to the terminal."""
    follow: Follow = "tail"
    """What the view does while an answer comes: tail (shows its end until you scroll up), top
    (stops when the prompt has reached the top edge), off (never moves by itself)."""
    farewell: Farewell = "transcript"
    """What leaving puts on the ordinary screen: transcript (the turns of this run), answer (the
    last one), or hint (only how to go on)."""
    notify: Notify = "auto"
    """How you are called while you look elsewhere, when a long answer ends or a question waits:
    osc9 or osc777 (desktop notifications of terminals), bell, off. auto goes by the terminal. In
    line mode it is the bell, or off."""
    notify_after: Seconds = 10.0
    """How long an answer must have taken for its end to call you, in seconds."""
    terminal_title: bool = True
    """Whether the terminal's title names the session and what it does."""
    thumbnails: bool = True
    """Whether the pictures of a message are shown small below it, where the terminal has more than
    16 colours. They take the extra images."""
