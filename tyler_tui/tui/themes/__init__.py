"""Themes are data: one TOML file each, in the fields of Textual's `Theme`."""

import tomllib
from pathlib import Path

from textual.theme import Theme

DARK = "tyler-dark"
LIGHT = "tyler-light"


def built_in_themes() -> list[Theme]:
    """The themes that ship with the program."""
    folder = Path(__file__).parent
    return [
        Theme(**tomllib.loads((folder / f"{name}.toml").read_text("utf-8")))
        for name in (DARK, LIGHT)
    ]
