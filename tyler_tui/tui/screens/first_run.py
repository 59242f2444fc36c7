"""No model is set up: show what was found, take a key for this run, and offer the demo."""

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.backend import Backend
from tyler_tui.sanitize import one_line
from tyler_tui.tui.dialogs import Dialog, is_open

if TYPE_CHECKING:
    from tyler_tui.providers.catalog import Found

DEMO, KEY = "demo", "key"

_ADVICE = Content.assemble(
    ("For good", "bold"),
    ", set a key where your shell finds it, or name a model or server:\n",
    ("  export ANTHROPIC_API_KEY=…\n", "$accent"),
    ("  tyler-chat -m anthropic/claude-sonnet-5\n", "$accent"),
    ("  OPENAI_API_BASE=http://localhost:8000/v1 tyler-chat -m openai/my-model", "$accent"),
)


class FirstRunScreen(Dialog[None]):
    """Enter takes the highlighted model: the demo, until another is chosen. Tells the backend; one
    who leaves has chosen none."""

    BINDINGS = [("ctrl+q", "cancel", "Quit")]

    DEFAULT_CSS = """
    FirstRunScreen {
        background: $background;
        & > Vertical { width: 78; max-width: 98%; max-height: 100%; padding: 1 2; }
        & OptionList { height: auto; max-height: 9; margin: 1 0; }
        & .first-run--found { color: $text-muted; margin: 0 0 1 0; }
    }
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self._backend = backend
        self._found: dict[str, Found] = {}

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Welcome to tyler-chat"
            box.border_subtitle = "Enter chooses · Esc quits"
            yield Static("No model is set up yet.", markup=False)
            yield OptionList(
                _option(DEMO, "Try the demo", "built in, no key, no network"),
                _key_option(),
                markup=False,
            )
            yield Static("Looking for models on this machine…", classes="first-run--found")
            yield Static(_ADVICE)

    def on_mount(self) -> None:
        self.query(OptionList).focus()  # there is none when it is left at once
        self._look()

    @work
    async def _look(self) -> None:
        found = await self._backend.find_models()
        if not is_open(self):
            return
        self._found = {model.model: model for model in found}
        options = self.query_one(OptionList)
        at = options.highlighted_option
        options.remove_option(KEY)  # which stands last
        options.add_options(
            _option(model.model, one_line(model.model, 40), one_line(model.label, 40))
            for model in self._found.values()
        )
        options.add_option(_key_option())
        options.highlighted = options.get_option_index(at.id if at is not None and at.id else DEMO)
        remark = self.query_one(".first-run--found", Static)
        if found:
            remark.update(Content(f"Found on this machine: {len(found)}. Enter chooses one."))
        else:
            remark.update(
                Content(
                    "No key in the environment, and no Ollama, LM Studio, llama.cpp or vLLM "
                    "server on this machine."
                )
            )

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        if not self.is_current:
            return  # a second press on the way out
        if event.option_id == KEY:
            self._take_key()
            return
        model = event.option_id or DEMO
        found = self._found.get(model)
        self._choose(model, found.api_base if found else None)

    @work
    async def _take_key(self) -> None:
        from tyler_tui.tui.screens.key import KeyScreen  # noqa: PLC0415 - seldom wanted

        given = await self.app.push_screen_wait(KeyScreen())
        if given is not None:
            self._backend.use_key(given.source.variable, given.key)
            self._choose(given.source.default_model, None)

    def _choose(self, model: str, api_base: str | None) -> None:
        self._backend.use_model(model, api_base)
        self.dismiss()


def _option(id: str, name: str, detail: str) -> Option:
    return Option(Content.assemble((name, "bold"), f"  {detail}"), id=id)


def _key_option() -> Option:
    return _option(KEY, "Paste a key…", "for this run; it stays in memory")
