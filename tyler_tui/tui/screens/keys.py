"""All keys and commands, from the one table that defines them."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tyler_tui.commands import COMMANDS, EDITING_KEYS, Command, key_label


class KeysScreen(ModalScreen[None]):
    """Closes with Esc, F1, q or Enter."""

    BINDINGS = [("escape,f1,q,enter,ctrl+c", "dismiss", "Close")]

    DEFAULT_CSS = """
    KeysScreen {
        align: center middle;
        & > VerticalScroll {
            width: 84;
            max-width: 96%;
            height: auto;
            max-height: 92%;
            background: $surface;
            border: round $primary;
            border-title-color: $primary;
            padding: 0 2;
        }
        & Static { height: auto; }
    }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "Keys and commands"
            scroll.border_subtitle = "Esc closes"
            yield Static(self._table(), markup=False)

    def _table(self) -> Content:
        groups: dict[str, list[tuple[str, str]]] = {"Writing": list(EDITING_KEYS)}
        for command in COMMANDS:
            groups.setdefault(command.group, []).append((_how(command), command.help))
        width = max(len(how) for rows in groups.values() for how, _ in rows) + 2
        parts: list[Content | str | tuple[str, str]] = []
        for group, rows in groups.items():
            parts.append((f"{group}\n", "bold $primary"))
            for how, help_text in rows:
                parts += [(how.ljust(width), "$accent"), (f"{help_text}\n", "$foreground")]
            parts.append("\n")
        return Content.assemble(*parts[:-1])


def _how(command: Command) -> str:
    keys = [key_label(key) for key in command.keys]
    return "  ".join([*keys, *(f"/{word}" for word in command.slash[:1])])
