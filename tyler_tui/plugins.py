"""Plug-ins: packages that bring tools, models and themes, named in their metadata by entry points.

A plug-in is imported when what it brings is wanted. One that is broken is kept in `troubles`, to be
told, and the program goes on without it.
"""

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

TOOLS, MODELS, THEMES = "tyler_tui.tools", "tyler_tui.models", "tyler_tui.themes"
GROUPS = (TOOLS, MODELS, THEMES)
_HEADS = tuple(f"[{group}]".encode() for group in GROUPS)


class Plugin(Struct, frozen=True):
    """One entry point. `package` is the name and version of what brings it."""

    group: str
    name: str
    package: str
    place: str
    """`module:object`"""


class Trouble(Struct, frozen=True):
    """A plug-in, or a part of it, that cannot be used, and why."""

    plugin: Plugin
    why: str

    @property
    def text(self) -> str:
        return f"The plug-in {self.plugin.name} of {self.plugin.package} was left out: {self.why}"


_troubles: dict[tuple[str, str], Trouble] = {}


def troubles() -> list[Trouble]:
    """What went wrong with the plug-ins that were wanted until now."""
    return list(_troubles.values())


def leave_out(plugin: Plugin, why: object) -> None:
    """Note that `plugin` cannot be used."""
    text = f"{type(why).__name__}: {why}" if isinstance(why, BaseException) else str(why)
    _troubles.setdefault((plugin.group, plugin.name), Trouble(plugin, one_line(text, 200)))


def found(group: str) -> list[Plugin]:
    """The plug-ins of a group, by name; none of them is imported."""
    return [plugin for plugin in _entry_points() if plugin.group == group]


def loaded(group: str, name: str | None = None) -> list[tuple[Plugin, Any]]:
    """The plug-ins of a group, or the one of that name, with what each entry point stands for.
    Those that cannot be imported are left out."""
    wanted = [plugin for plugin in found(group) if name in (None, plugin.name)]
    return [pair for pair in map(_load, wanted) if pair is not None]


@cache
def _load(plugin: Plugin) -> tuple[Plugin, Any] | None:
    try:
        return plugin, _entry_points()[plugin].load()
    except (Exception, SystemExit) as error:
        leave_out(plugin, error)
        return None


@cache
def _entry_points() -> "dict[Plugin, EntryPoint]":
    if not _may_have_plugins(sys.path):
        return {}
    from importlib import metadata  # noqa: PLC0415 - slow, and seldom needed

    points: dict[Plugin, EntryPoint] = {}
    for group in GROUPS:
        for point in metadata.entry_points(group=group):
            package = f"{point.dist.name} {point.dist.version}" if point.dist else "?"
            plugin = Plugin(
                group, one_line(point.name, 60), one_line(package, 80), one_line(point.value, 120)
            )
            points.setdefault(plugin, point)
    return dict(sorted(points.items(), key=lambda item: (item[0].name, item[0].package)))


def _may_have_plugins(folders: Iterable[str]) -> bool:
    """Whether any installed package has entry points for us. Reading only these small files is ten
    times as quick as the import of `importlib.metadata` alone."""
    for folder in dict.fromkeys(folders):
        try:
            listed = list(Path(folder or ".").iterdir())
        except OSError:  # a zip file, or nothing
            continue
        for place in listed:
            if place.name.endswith((".dist-info", ".egg-info")):
                try:
                    text = (place / "entry_points.txt").read_bytes()
                except OSError:
                    continue
                if any(head in text for head in _HEADS):
                    return True
    return False
