"""Counters put around the libraries' own functions, so that no change inside the product escapes
them and none of its private names is needed."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from markdown_it import MarkdownIt
from textual._compositor import Compositor
from textual._styles_cache import StylesCache
from textual.geometry import Region
from textual.widget import Widget

from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.markdown import Line, MarkdownDocument, blocks, code, table, wrap


class Counts(Counter[str]):
    """What was done since it was made. Read it, keep a copy, take the difference."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: set[int] = set()
        """The Markdown documents that were asked for their rows."""

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> "Counts":
        def parsed(_: MarkdownIt, source: str, *rest: object) -> None:
            self.update({"parses": 1, "characters parsed": len(source)})

        def mounted(_: Widget, *widgets: Widget, **options: object) -> None:
            self["widgets"] += len(widgets)

        def refreshed(widget: Widget, *regions: Region, **options: object) -> None:
            if isinstance(widget, LineView):
                whole = () if regions else (widget.size.region,)
                self["regions"] += len(regions or whole)
                self["rows refreshed"] += sum(region.height for region in regions or whole)

        def painted(*_: object, **__: object) -> None:
            self["widgets painted"] += 1

        def drawn(*_: object) -> None:
            self["frames"] += 1

        def laid_out(*_: object, **__: object) -> None:
            self["layouts"] += 1

        class Row(Line):
            def __post_init__(row) -> None:
                self["rows made"] += 1

        def asked(document: MarkdownDocument, *_: object) -> None:
            self.documents.add(id(document))

        for owner, name, note in (
            (MarkdownIt, "parse", parsed),
            (Widget, "mount", mounted),
            (Widget, "refresh", refreshed),
            (StylesCache, "render_widget", painted),
            (Compositor, "reflow", laid_out),
            (LineView, "_draw_frame", drawn),
            (MarkdownDocument, "lines", asked),
        ):
            monkeypatch.setattr(owner, name, _noted(getattr(owner, name), note))
        for maker in (blocks, code, table, wrap):
            monkeypatch.setattr(maker, "Line", Row)
        return self

    def since(self, before: Counter[str]) -> Counter[str]:
        return Counter({name: self[name] - before[name] for name in self})


def _noted(function: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
    def wrapper(*arguments: Any, **options: Any) -> Any:
        note(*arguments, **options)
        return function(*arguments, **options)

    return wrapper
