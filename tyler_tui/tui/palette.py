"""The Rich styles that line items draw with, derived from the Textual theme in use."""

from msgspec import Struct
from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from tyler_tui.tui.contrast import readable
from tyler_tui.tui.markdown import MarkdownStyles

_INKS = ("foreground", "primary", "secondary", "accent", "success", "warning", "error")
"""The colours of a theme that text is drawn with."""


class Palette(Struct, frozen=True):
    """One style for each role that text plays on the screen."""

    text: Style
    muted: Style
    strong: Style
    primary: Style
    accent: Style
    success: Style
    warning: Style
    error: Style
    mark: Style
    user_bar: Style
    user_fill: Style
    error_bar: Style
    error_fill: Style
    added: Style
    removed: Style
    found: Style
    """Words that were looked for."""
    chosen_bar: Style
    chosen_fill: Style
    """The row of a list that the cursor stands on."""
    markdown: MarkdownStyles

    @classmethod
    def from_theme(cls, theme: Theme) -> "Palette":
        """The styles of a theme. Colours of text that are hard to read on its background, as some
        of many themes are, are moved until they can be."""
        colors = {
            name: Color.parse(color)
            for name, color in theme.to_color_system().generate().items()
            if name in (*_INKS, "background", "surface", "panel")
        }
        background = colors["background"]
        surface = background if colors["surface"].is_transparent else colors["surface"]
        grounds = (background, surface)
        inks = {name: _ink(readable(colors[name], grounds)) for name in _INKS}
        fill, bold = Style(bgcolor=surface.rich_color), Style(bold=True)
        if background.ansi is None:
            failed = background.blend(colors["error"], 0.10)
            cursor = surface.blend(colors["primary"], 0.18)
            own = theme.variables.get("muted")
            dim = Color.parse(own) if own else background.blend(colors["foreground"], 0.62)
            dim = readable(dim, (*grounds, colors["panel"]))
            muted, border = _ink(dim), _ink(_between(background, dim, 0.55))
            error_bar, error_fill = _on(failed, colors["error"]), _on(failed, colors["foreground"])
            chosen_bar = _on(cursor, colors["primary"])
            chosen_fill = _on(cursor, colors["foreground"])
            found = _on(colors["warning"], background) + bold
            strong = inks["foreground"] + bold
        else:
            # Of the terminal's own palette no two colours are sure to differ enough.
            muted = border = Style(dim=True)
            error_bar, error_fill = inks["error"], inks["foreground"]
            chosen_bar = chosen_fill = Style(reverse=True)
            found = Style(reverse=True, bold=True)
            strong = bold  # in the colour of its row, which may be the chosen one
        return cls(
            text=inks["foreground"],
            muted=muted,
            strong=strong,
            primary=inks["primary"] + bold,
            accent=inks["accent"] + bold,
            success=inks["success"],
            warning=inks["warning"],
            error=inks["error"],
            mark=inks["accent"] + bold,
            user_bar=inks["accent"] + fill,
            user_fill=inks["foreground"] + fill,
            error_bar=error_bar,
            error_fill=error_fill,
            added=inks["success"],
            removed=inks["error"],
            found=found,
            chosen_bar=chosen_bar,
            chosen_fill=chosen_fill,
            markdown=MarkdownStyles.from_inks(**inks, muted=muted, border=border, panel=fill),
        )


def _ink(color: Color) -> Style:
    return Style(color=color.rich_color)


def _on(ground: Color, color: Color) -> Style:
    """`color` on `ground`, so that it can be read there."""
    return _ink(readable(color, [ground])) + Style(bgcolor=ground.rich_color)


def _between(one: Color, other: Color, share: float) -> Color:
    """The colour so far on the way from one to the other, rounded and not cut."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one.rgb, other.rgb, strict=True))
    return Color(red, green, blue)
