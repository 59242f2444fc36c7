"""Themes are data: one TOML file each, in the fields of Textual's `Theme`.

Those whose names begin with tyler-ansi draw with the 16 colours that the terminal's owner chose,
on the terminal's own background.
"""

import tomllib
from collections.abc import Collection
from pathlib import Path

from textual.theme import Theme

DARK = "tyler-dark"
LIGHT = "tyler-light"
BY_TERMINAL = ("auto", "dark", "light")
"""What may stand in place of a theme: the one of ours that suits the terminal, or is so."""
ANSI_DARK = "tyler-ansi-dark"
ANSI_LIGHT = "tyler-ansi-light"


def built_in_themes() -> list[Theme]:
    """The themes that ship with the program."""
    folder = Path(__file__).parent
    return [
        Theme(**tomllib.loads((folder / f"{name}.toml").read_text("utf-8")))
        for name in (DARK, LIGHT, ANSI_DARK, ANSI_LIGHT)
    ]


def theme_name(
    wanted: str, available: Collection[str], *, is_dark: bool, few_colors: bool = False
) -> str:
    """The theme for what a user wants: its name, `dark`, `light`, or `auto`, which goes by the
    terminal: whether its background is dark, and whether it has no more than 16 colours."""
    if wanted in available:
        return wanted
    if wanted in ("dark", "light"):
        return DARK if wanted == "dark" else LIGHT
    if few_colors:
        return ANSI_DARK if is_dark else ANSI_LIGHT
    return DARK if is_dark else LIGHT
