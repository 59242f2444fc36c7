"""Themes that plug-ins bring: the entry points of the group `tyler_tui.themes`.

An entry point stands for the fields of a Textual Theme as a mapping, for a Theme, or for the path
of a TOML file with the fields. It is the name of the entry point by which the theme is chosen.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textual.theme import Theme

from tyler_tui import plugins


def plugged_themes() -> list[Theme]:
    """The themes, each under the name of its entry point."""
    made = []
    for plugin, value in plugins.loaded(plugins.THEMES):
        try:
            made.append(_theme(plugin.name, value))
        except Exception as error:
            plugins.leave_out(plugin, error)
    return made


def _theme(name: str, value: Any) -> Theme:
    if isinstance(value, Theme):
        fields = dict(vars(value))
    elif isinstance(value, str | Path):
        fields = tomllib.loads(Path(value).read_text("utf-8"))
    elif isinstance(value, Mapping):
        fields = dict(value)
    else:
        raise TypeError(f"{value!r} is no theme")
    theme = Theme(**fields | {"name": name})
    theme.to_color_system().generate()  # a colour that there is not is found here
    return theme
