"""The Rich styles that line items draw with, derived from the Textual theme in use."""

from dataclasses import dataclass

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from tyler_tui.tui.markdown import MarkdownStyles


@dataclass(frozen=True, slots=True)
class Palette:
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
        colors = theme.to_color_system().generate()
        background = Color.parse(colors["background"])
        surface = Color.parse(colors["surface"])
        foreground = Color.parse(colors["foreground"])
        primary = Color.parse(colors["primary"])
        accent = Color.parse(colors["accent"])
        error = Color.parse(colors["error"])
        success = Color.parse(colors["success"])
        warning = Color.parse(colors["warning"])
        muted = Color.parse(theme.variables.get("muted") or background.blend(foreground, 0.62).hex)
        error_surface = background.blend(error, 0.10)
        chosen = surface.blend(primary, 0.18)

        def ink(color: Color, on: Color | None = None, *, bold: bool = False) -> Style:
            return Style(
                color=color.rich_color, bgcolor=on.rich_color if on else None, bold=bold or None
            )

        return cls(
            text=ink(foreground),
            muted=ink(muted),
            strong=ink(foreground, bold=True),
            primary=ink(primary, bold=True),
            accent=ink(accent, bold=True),
            success=ink(success),
            warning=ink(warning),
            error=ink(error),
            mark=ink(accent, bold=True),
            user_bar=ink(accent, surface),
            user_fill=ink(foreground, surface),
            error_bar=ink(error, error_surface),
            error_fill=ink(foreground, error_surface),
            added=ink(success),
            removed=ink(error),
            found=ink(background, warning, bold=True),
            chosen_bar=ink(primary, chosen),
            chosen_fill=ink(foreground, chosen),
            markdown=MarkdownStyles.from_colors(
                foreground=foreground.hex,
                background=background.hex,
                primary=primary.hex,
                secondary=colors["secondary"],
                accent=accent.hex,
                success=success.hex,
                warning=warning.hex,
                error=error.hex,
                muted=muted.hex,
                panel=surface.hex,
            ),
        )
