"""The styles of Markdown, made from a theme's colours."""

from dataclasses import dataclass, field
from typing import Any

from rich.color import Color
from rich.style import Style


@dataclass(frozen=True, slots=True)
class MarkdownStyles:
    """One Rich style for each role. `syntax` maps the head of a Pygments token name, such as
    "Keyword" or "Name.Function", to a style; the longest head that fits counts."""

    text: Style
    muted: Style
    headings: tuple[Style, Style, Style, Style]
    strong: Style
    emphasis: Style
    strike: Style
    code: Style
    code_panel: Style
    code_label: Style
    link: Style
    quote_bar: Style
    quote: Style
    border: Style
    bullet: Style
    syntax: tuple[tuple[str, Style], ...]
    tokens: dict[Any, Style] = field(default_factory=dict, compare=False, repr=False)
    """The style on the panel of each Pygments token met so far."""

    @classmethod
    def from_colors(
        cls,
        *,
        foreground: str,
        background: str,
        primary: str,
        secondary: str,
        accent: str,
        success: str,
        warning: str,
        error: str,
        muted: str,
        panel: str,
    ) -> "MarkdownStyles":
        """From colours as "#rrggbb"; each must be readable on `background` and on `panel`."""

        def ink(
            color: str, *, bold: bool = False, italic: bool = False, underline: bool = False,
            strike: bool = False,
        ) -> Style:  # fmt: skip
            return Style(
                color=Color.parse(color), bold=bold or None, italic=italic or None,
                underline=underline or None, strike=strike or None,
            )  # fmt: skip

        on_panel = Style(bgcolor=Color.parse(panel))
        border = _blend(background, muted, 0.55)
        return cls(
            text=Style(),
            muted=ink(muted),
            headings=(
                ink(primary, bold=True),
                ink(primary, bold=True),
                ink(foreground, bold=True),
                ink(muted, bold=True),
            ),
            strong=Style(bold=True),
            emphasis=Style(italic=True),
            strike=ink(muted, strike=True),
            code=ink(accent) + on_panel,
            code_panel=ink(foreground) + on_panel,
            code_label=ink(muted) + on_panel,
            link=ink(primary, underline=True),
            quote_bar=ink(secondary),
            quote=ink(muted, italic=True),
            border=ink(border),
            bullet=ink(accent),
            syntax=(
                ("Comment", ink(muted, italic=True)),
                ("Keyword", ink(secondary)),
                ("Keyword.Constant", ink(warning)),
                ("Name.Function", ink(primary)),
                ("Name.Class", ink(primary, bold=True)),
                ("Name.Builtin", ink(primary)),
                ("Name.Decorator", ink(warning)),
                ("Name.Tag", ink(secondary)),
                ("Name.Attribute", ink(primary)),
                ("Name.Exception", ink(error)),
                ("Literal.String", ink(success)),
                ("Literal.String.Escape", ink(warning)),
                ("Literal.Number", ink(warning)),
                ("Operator.Word", ink(secondary)),
                ("Generic.Deleted", ink(error)),
                ("Generic.Inserted", ink(success)),
                ("Generic.Heading", ink(primary, bold=True)),
                ("Generic.Subheading", ink(primary)),
                ("Generic.Prompt", ink(muted)),
            ),
        )

    @classmethod
    def dark(cls) -> "MarkdownStyles":
        """Styles for a dark background, where no theme is at hand."""
        return cls.from_colors(
            foreground="#dbe2ea", background="#0f1318", primary="#62b6dd", secondary="#a99bf5",
            accent="#e3a95c", success="#7fca83", warning="#e8b955", error="#f27983",
            muted="#8e9aa7", panel="#171d24",
        )  # fmt: skip


def same_look(a: Style | None, b: Style | None) -> bool:
    """Whether two styles are equal. Rich compares them field by field, but knows their hashes."""
    return a is b or (hash(a) == hash(b) and a == b)


def _blend(low: str, high: str, share: float) -> str:
    """The colour `share` of the way from `low` to `high`."""
    a, b = Color.parse(low).get_truecolor(), Color.parse(high).get_truecolor()
    mixed = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)
