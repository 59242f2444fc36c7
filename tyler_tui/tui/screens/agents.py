"""Choose the agent that goes on with a session."""

from collections.abc import Mapping

from rich.console import Group
from rich.padding import Padding
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tyler_tui.config import Profile
from tyler_tui.sanitize import one_line
from tyler_tui.tui.dialogs import Dialog
from tyler_tui.tui.palette import Palette


class AgentsScreen(Dialog[str | None]):
    """Returns the name of the agent that was chosen, or None."""

    BINDINGS = [("q", "cancel", "Close")]

    DEFAULT_CSS = """
    AgentsScreen {
        & > Vertical { width: 84; max-height: 92%; }
        & OptionList, & OptionList:focus { padding: 0; }
        & OptionList > .option-list--option { color: $text-muted; }
        & OptionList:focus > .option-list--option-highlighted {
            background: $primary 30%; color: $foreground; text-style: none;
        }
    }
    """

    def __init__(self, agents: Mapping[str, Profile], current: str) -> None:
        super().__init__()
        self._agents = agents
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Agent"
            box.border_subtitle = "Enter chooses · Esc closes"
            yield OptionList(*map(self._option, self._agents), markup=False)

    def on_mount(self) -> None:
        names = list(self._agents)
        if self._current in names:
            self.query_one(OptionList).highlighted = names.index(self._current)

    def _option(self, name: str) -> Option:
        profile = self._agents[name]
        mark = "● " if name == self._current else "  "
        name_style = Palette.from_theme(self.app.current_theme).strong
        head = Text(mark + one_line(name, 40), name_style)
        if profile.model:
            head.append(f"  {one_line(profile.model, 60)}", "not bold")
        purpose = one_line(profile.description or profile.purpose or "", 200)
        return Option(Group(head, Padding(Text(purpose), (0, 0, 0, 2))))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(list(self._agents)[event.option_index])
