"""Plug-ins, by what they bring, and those that cannot be used."""

from tyler_tui import plugins
from tyler_tui.doctor.finding import Notes
from tyler_tui.providers.plugged import plugged_models
from tyler_tui.tools.plugged import plugged_tools

_WHAT = {plugins.TOOLS: "tools", plugins.MODELS: "models", plugins.THEMES: "a theme"}


def look(notes: Notes) -> None:
    """Imports them, but for themes: those need the screen."""
    plugged_tools()
    plugged_models()
    broken = {trouble.plugin: trouble for trouble in plugins.troubles()}
    for group in plugins.GROUPS:
        for plugin in plugins.found(group):
            if plugin in broken:
                notes.warn(
                    plugin.name,
                    f"{_WHAT[group]} of {plugin.package}, left out: {broken[plugin].why}",
                    f"Update it, or: pip uninstall {plugin.package.split()[0]}",
                )
            else:
                notes.ok(plugin.name, f"{_WHAT[group]} of {plugin.package} ({plugin.place})")
    if not notes.findings:
        notes.ok("plug-ins", "none installed")
