"""Pick a theme while looking at it."""

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.theme import Theme
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.tui import fuzzy, themes
from tyler_tui.tui.dialogs import ListDialog

if TYPE_CHECKING:
    from tyler_tui.tui.app import TylerApp

AUTO = "auto"


class ThemesScreen(ListDialog[str | None]):
    """Shows the theme under the cursor on all that stands beside. Returns the name of the one that
    was picked, or `auto`; without a pick the theme is as it was."""

    app: "TylerApp"

    DEFAULT_CSS = """
    ThemesScreen {
        align: right top;
        background: transparent;
        & > Vertical { width: 42; max-width: 60%; max-height: 100%; }
        & OptionList { height: auto; max-height: 100h; }
        & .themes--empty { color: $text-muted; display: none; }
    }
    """

    def __init__(self, wanted: str) -> None:
        """`wanted` is what is set now: a name, or `auto`."""
        super().__init__()
        self._wanted = wanted

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Theme"
            box.border_subtitle = "Enter keeps · Esc closes"
            yield Input(placeholder="Type to filter")
            yield OptionList(markup=False)
            yield Static("No theme fits.", classes="themes--empty", markup=False)

    def on_mount(self) -> None:
        self._before = self.app.theme
        if self._wanted not in self._names:
            self._wanted = self._before
        self._fill("")

    @property
    def _names(self) -> list[str]:
        """What there is, ours first, the dark ones before the light ones."""
        ours = [theme.name for theme in themes.built_in_themes()]
        others = [theme for theme in self.app.available_themes.values() if theme.name not in ours]
        others.sort(key=lambda theme: (not theme.dark, theme.name))
        return [AUTO, *ours, *(theme.name for theme in others)]

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, typed: str) -> None:
        words = typed.casefold().split()
        names = [name for name in self._names if fuzzy.match(words, name) is not None]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([Option(self._label(name), id=name) for name in names])
        options.highlighted = names.index(self._wanted) if self._wanted in names else 0
        options.display = bool(names)
        self.query_one(".themes--empty").display = not names

    def _label(self, name: str) -> Content:
        theme = self.app.available_themes.get(name)
        mark = "● " if name == self._wanted else "  "
        return Content.assemble(mark, name.ljust(22), _kind(theme))

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        if self.is_current and event.option_id is not None:
            self.app.theme = self.app.theme_for(event.option_id)

    @on(Input.Submitted)
    def _submit(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        if self.is_current and event.option_id is not None:
            self.app.theme = self.app.theme_for(event.option_id)
            self.dismiss(event.option_id)

    def action_cancel(self) -> None:
        self.app.theme = self._before
        self.dismiss(None)


def _kind(theme: Theme | None) -> str:
    if theme is None:
        return "by terminal"
    return "dark" if theme.dark else "light"
