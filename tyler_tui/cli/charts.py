"""The charts of a session, on the terminal or as a picture in a file."""

import sys
from typing import TYPE_CHECKING

from tyler_tui.errors import UsageError
from tyler_tui.paths import expanded
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.messages import Thread

WIDEST = 100


def write_charts(thread: "Thread", svg: str | None) -> None:
    """Raises UsageError where there is nothing to draw, or a file in the way."""
    from rich.console import Console  # noqa: PLC0415 - --help needs none of it

    from tyler_tui.charts import Inks, SessionCharts  # noqa: PLC0415
    from tyler_tui.export.saving import write_new  # noqa: PLC0415
    from tyler_tui.export.svg import svg as picture_of  # noqa: PLC0415

    title = one_line(thread.name or thread.title or thread.id[:8], 60)
    charts = SessionCharts(thread.messages, Inks())
    if charts.is_empty:
        raise UsageError(f"{title} has no answers that tell what they used.")
    if svg is None:
        console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
        console.print(title, style="bold", width=min(console.width, WIDEST))
        console.print(charts, width=min(console.width, WIDEST))
        return
    write_new(expanded(svg), picture_of([charts], title))
    sys.stdout.write(f"{one_line(svg)}\n")
