"""No model is set up: show what was found, and offer the demo."""

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.backend import Backend
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.providers.catalog import Found

DEMO = "demo"

_ADVICE = Content.assemble(
    ("To use a model of your own", "bold"),
    ", set its key before you start, for example\n",
    ("  export OPENAI_API_KEY=…      export ANTHROPIC_API_KEY=…\n", "$accent"),
    "or name any model or server:\n",
    ("  tyler-chat -m anthropic/claude-sonnet-5\n", "$accent"),
    ("  OPENAI_API_BASE=http://localhost:8000/v1 tyler-chat -m openai/my-model", "$accent"),
)


class FirstRunScreen(ModalScreen[None]):
    """Enter takes the highlighted model: the demo, until another is chosen. Tells the backend; one
    who leaves has chosen none."""

    BINDINGS = [("escape,ctrl+c,ctrl+q", "leave", "Quit")]

    DEFAULT_CSS = """
    FirstRunScreen {
        align: center middle;
        background: $background;
        & > Vertical {
            width: 78;
            max-width: 98%;
            height: auto;
            border: round $primary;
            border-title-color: $primary;
            padding: 1 2;
            background: $surface;
        }
        & OptionList, & OptionList:focus {
            height: auto; max-height: 9; border: none; margin: 1 0; background: $surface;
        }
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
                Option(
                    Content.assemble(
                        ("Try the demo", "bold"),
                        ("  built in, no key, no network", "$text-muted"),
                    ),
                    id=DEMO,
                ),
                markup=False,
            )
            yield Static("Looking for models on this machine…", classes="first-run--found")
            yield Static(_ADVICE)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self._look()

    @work
    async def _look(self) -> None:
        found = await self._backend.find_models()
        options = self.query_one(OptionList)
        for model in found:
            if model.model not in self._found:
                self._found[model.model] = model
                options.add_option(
                    Option(
                        Content.assemble(
                            (one_line(model.model, 40), "bold"),
                            (f"  {one_line(model.label, 40)}", "$text-muted"),
                        ),
                        id=model.model,
                    )
                )
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
        model = event.option_id or DEMO
        found = self._found.get(model)
        self._backend.use_model(model, found.api_base if found else None)
        self.dismiss()

    def action_leave(self) -> None:
        self.dismiss()
