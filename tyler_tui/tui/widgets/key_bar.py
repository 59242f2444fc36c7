"""What the keys do here, on one line: a click on a key is a press of it."""

from collections.abc import Sequence

from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from tyler_tui.commands import key_label


class KeyBar(Static):
    """Shows (key in Textual's names, word, action of the screen)."""

    DEFAULT_CSS = """
    KeyBar {
        height: auto;
        color: $text-muted;
        link-style: none;
        link-color: $text-muted;
        link-background: initial;
        link-style-hover: none;
        link-color-hover: $foreground;
        link-background-hover: $primary 30%;
    }
    """

    def show(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """Show these keys in place of others."""
        pieces: list[str | Content] = []
        for key, word, action in keys:
            label = Content.assemble((short_key(key), "bold $foreground"), f" {word}")
            pieces += ["   ", label.stylize(Style.from_meta({"@click": f"screen.{action}"}))]
        self.update(Content.assemble(*pieces[1:]))


def short_key(key: str) -> str:
    """A key in few letters: "ctrl+r" -> "^R"."""
    label = key_label(key.split(",")[0])
    return label.replace("Ctrl+", "^") if len(label) == len("Ctrl+R") else label
