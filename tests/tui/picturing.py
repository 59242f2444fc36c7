"""Pictures of the screen, and whether two show the same.

A picture is the SVG that Textual exports. Two are compared by what they show (each text with its
place and style, each filled area), not by how the SVG is written. TAKE_PICTURES=1 takes them anew.
"""

import html
import os
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "pictures"
_STYLE = re.compile(r"\.terminal-\d+-(r\d+) \{ ([^}]*?) ?\}")
_TEXT = re.compile(
    r'<text class="terminal-\d+-(r\d+)" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>'
)
_AREA = re.compile(r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"')

Shown = list[tuple[float, float, str, str]]


def shown_in(svg: str) -> Shown:
    """(y, x, what, style) of everything that a picture shows, top left first."""
    styles = dict(_STYLE.findall(svg))
    texts = [
        (float(y), float(x), html.unescape(text).replace("\xa0", " "), styles.get(name, ""))
        for name, x, y, text in _TEXT.findall(svg)
        if text
    ]
    areas = [(float(y), float(x), f"area of {width}", fill) for fill, x, y, width in
             _AREA.findall(svg)]  # fmt: skip
    return sorted(texts + areas)


def assert_looks_the_same(name: str, svg: str) -> None:
    """Compare with the picture that is kept. One that differs is left beside it as NAME.got.svg."""
    kept, got = FOLDER / f"{name}.svg", FOLDER / f"{name}.got.svg"
    if os.environ.get("TAKE_PICTURES"):
        kept.write_text(svg, "utf-8")
        return
    wanted, found = shown_in(kept.read_text("utf-8")), shown_in(svg)
    assert len(found) > 5
    if wanted == found:
        got.unlink(missing_ok=True)
        return
    got.write_text(svg, "utf-8")
    missing = [item for item in wanted if item not in found][:8]
    extra = [item for item in found if item not in wanted][:8]
    raise AssertionError(f"{name} looks different; see {got.name}\nwas: {missing}\nis: {extra}")
