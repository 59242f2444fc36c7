"""Ask for a provider's key: hidden as it is pasted, for this run alone."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tyler_tui.providers.catalog import KEY_SOURCES, KeySource, source_of_key
from tyler_tui.tui.dialogs import Dialog
from tyler_tui.tui.widgets.stepper import Stepper

SHORTEST = 8
"""A text with fewer letters is no key."""


@dataclass(frozen=True, slots=True)
class GivenKey:
    """A key, and whose it is."""

    source: KeySource
    key: str


class KeyScreen(Dialog[GivenKey | None]):
    """Returns the key with its provider, which is guessed from how the key begins until the user
    says otherwise; None when there is none."""

    BINDINGS = [
        ("down", "step(1)", "Next provider"),
        ("up", "step(-1)", "Provider before"),
    ]

    DEFAULT_CSS = """
    KeyScreen {
        & > Vertical { width: 74; padding: 1 2; }
        & Input, & Input:focus { margin: 1 0; }
        & Stepper { padding: 0; }
        & #key-keeping { margin: 1 0 0 0; }
    }
    """

    def __init__(self, source: KeySource | None = None) -> None:
        """`source` is the provider that most likely is meant."""
        super().__init__()
        self._source = source or KEY_SOURCES[0]
        self._is_chosen = False
        """Whether the user has said whose key it is."""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "A key for this run"
            box.border_subtitle = "Enter uses it · ↑↓ provider · Esc closes"
            yield Static("Paste the key. It is not shown.", markup=False)
            yield Input(password=True, placeholder="sk-…", id="key")
            providers = [(source, source.provider) for source in KEY_SOURCES]
            yield Stepper("Provider", providers, self._source, id="key-provider")
            yield Static(id="key-keeping")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._tell()

    @property
    def _providers(self) -> Stepper[KeySource]:
        return self.query_one("#key-provider", Stepper)

    @property
    def _key(self) -> str:
        """What was pasted, without the spaces and line ends round it."""
        return "".join(self.query_one(Input).value.split())

    def _tell(self, problem: str = "") -> None:
        variable = self._providers.value.variable
        said = Content.assemble(
            "It stays in memory until tyler-chat ends, and is stored nowhere.\n",
            "For good, put this into your shell's profile, such as ~/.bashrc:\n",
            (f"  export {variable}=…", "$accent"),
            (f"\n\n{problem}" if problem else "", "$text-error"),
        )
        self.query_one("#key-keeping", Static).update(said)

    @on(Input.Changed)
    def _guess(self) -> None:
        guessed = source_of_key(self._key)
        if guessed is not None and not self._is_chosen:
            self._providers.value = guessed
        self._tell()

    def action_step(self, by: int) -> None:
        self._is_chosen = True
        self._providers.action_step(by)
        self._tell()

    @on(Input.Submitted)
    def _use(self) -> None:
        if not self.is_current:  # a second press on the way out
            return
        key = self._key
        if len(key) < SHORTEST or not key.isascii() or not key.isprintable():
            self._tell("That is no key: they are long, and of plain letters and digits.")
            return
        self.dismiss(GivenKey(self._providers.value, key))
