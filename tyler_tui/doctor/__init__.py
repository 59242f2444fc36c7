"""What `tyler-chat doctor` looks at, one area a module. Imports neither Textual nor LiteLLM."""

from collections.abc import Callable, Iterator
from pathlib import Path

from tyler_tui.config import Settings
from tyler_tui.doctor import config, database, keys, mcp, models, plugins, start, terminal, versions
from tyler_tui.doctor.finding import Finding, Notes, Status, sum_of
from tyler_tui.redaction import redacted

__all__ = ["Finding", "Status", "examine", "sum_of"]


def examine(config_file: Path) -> Iterator[list[Finding]]:
    """The findings, area after area as they are known; it takes some seconds. Raises nothing: a
    check that fails is itself a finding."""
    settings: Settings | None = None

    def look_at_config(notes: Notes) -> None:
        nonlocal settings
        settings = config.look(notes, config_file)
        config.look_at_folders(notes)

    areas: dict[str, Callable[[Notes], object]] = {
        "Versions": versions.look,
        "Terminal": terminal.look,
        "Config": look_at_config,
        "Keys": lambda notes: keys.look(notes, settings),
        "Models": lambda notes: models.look(notes, settings),
        "Plug-ins": plugins.look,
        "MCP": lambda notes: mcp.look(notes, settings),
        "Sessions": lambda notes: database.look(notes, settings),
        "Start": start.look,
    }
    for area, look in areas.items():
        notes = Notes(area)
        try:
            look(notes)
        except Exception as error:
            what = f"{type(error).__name__}: {redacted(str(error))}"
            notes.warn(area.lower(), f"could not be looked at: {what}", "This is a fault of ours.")
        yield notes.findings
