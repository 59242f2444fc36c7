"""The styles of Markdown, made from those of a theme."""

from typing import Any

from msgspec import Struct, field
from rich.style import Style


class MarkdownStyles(Struct, frozen=True):
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
    tokens: dict[Any, Style] = field(default_factory=dict)
    """The style on the panel of each Pygments token met so far."""

    @classmethod
    def from_inks(
        cls,
        *,
        foreground: Style,
        primary: Style,
        secondary: Style,
        accent: Style,
        success: Style,
        warning: Style,
        error: Style,
        muted: Style,
        border: Style,
        panel: Style,
    ) -> "MarkdownStyles":
        """From the style of each colour of a theme; all but `border` must be readable on the
        background and on `panel`, the style of what lies behind code."""
        bold, italic = Style(bold=True), Style(italic=True)
        return cls(
            text=Style(),
            muted=muted,
            headings=(
                primary + bold,
                primary + bold,
                foreground + bold,
                muted + bold,
            ),
            strong=bold,
            emphasis=italic,
            strike=muted + Style(strike=True),
            code=accent + panel,
            code_panel=foreground + panel,
            code_label=muted + panel,
            link=primary + Style(underline=True),
            quote_bar=secondary,
            quote=muted + italic,
            border=border,
            bullet=accent,
            syntax=(
                ("Comment", muted + italic),
                ("Keyword", secondary),
                ("Keyword.Constant", warning),
                ("Name.Function", primary),
                ("Name.Class", primary + bold),
                ("Name.Builtin", primary),
                ("Name.Decorator", warning),
                ("Name.Tag", secondary),
                ("Name.Attribute", primary),
                ("Name.Exception", error),
                ("Literal.String", success),
                ("Literal.String.Escape", warning),
                ("Literal.Number", warning),
                ("Operator.Word", secondary),
                ("Generic.Deleted", error),
                ("Generic.Inserted", success),
                ("Generic.Heading", primary + bold),
                ("Generic.Subheading", primary),
                ("Generic.Prompt", muted),
            ),
        )

    @classmethod
    def dark(cls) -> "MarkdownStyles":
        """Styles for a dark background, where no theme is at hand."""
        colors = {
            "foreground": "#dbe2ea", "primary": "#62b6dd", "secondary": "#a99bf5",
            "accent": "#e3a95c", "success": "#7fca83", "warning": "#e8b955", "error": "#f27983",
            "muted": "#8e9aa7", "border": "#555d66", "panel": "on #171d24",
        }  # fmt: skip
        return cls.from_inks(**{name: Style.parse(color) for name, color in colors.items()})


def same_look(a: Style | None, b: Style | None) -> bool:
    """Whether two styles are equal. Rich compares them field by field, but knows their hashes."""
    return a is b or (hash(a) == hash(b) and a == b)
