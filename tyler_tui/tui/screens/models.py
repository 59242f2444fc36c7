"""Pick the model for the next turn: filtered while typing, thousands of names at hand."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tyler_tui.backend import Backend
from tyler_tui.model_list import Group, ListedModel
from tyler_tui.tui import fuzzy
from tyler_tui.tui.dialogs import Dialog, is_open
from tyler_tui.tui.widgets.model_list import AsTyped, Choice, Heading, ModelList, Row, columns
from tyler_tui.tui.widgets.stepper import Stepper

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent

HEADINGS = {
    Group.CONFIGURED: "Configured",
    Group.RECENT: "Used lately",
    Group.KEY: "By a key in the environment",
    Group.FOUND: "Found on this machine",
    Group.KNOWN: "Known to LiteLLM",
}
EFFORTS = ("minimal", "low", "medium", "high")
TEMPERATURES = tuple(tenth / 10 for tenth in range(21))
HINT = "Enter uses it from the next prompt · Tab settings · Esc closes"


@dataclass(frozen=True, slots=True)
class Picked:
    """What was chosen: a model by name, at an address where that is known, and how it is asked."""

    model: str
    api_base: str | None
    temperature: float | None
    reasoning: Any


class ModelsScreen(Dialog[Picked | None]):
    """Returns what was picked, or None."""

    BINDINGS = [
        ("ctrl+l", "cancel", "Close"),
        ("down", "move(1)", "Next"),
        ("up", "move(-1)", "Previous"),
        ("pagedown", "pages(1)", "Next page"),
        ("pageup", "pages(-1)", "Previous page"),
        ("enter", "choose", "Choose"),
    ]

    DEFAULT_CSS = """
    ModelsScreen {
        & > Vertical { width: 110; height: 34; max-height: 94%; }
        & #model-columns { height: 1; color: $text-muted; }
        & Horizontal { height: 1; margin: 1 0 0 0; }
    }
    """

    def __init__(self, backend: Backend, agent: "Agent", wanted: str = "") -> None:
        """`agent` is what answers now, `wanted` what to look for at first."""
        super().__init__()
        self._backend = backend
        self._agent = agent
        self._wanted = wanted
        self._models: list[ListedModel] = []
        self._moved = False
        """Whether the cursor is where the user put it."""

    def compose(self) -> ComposeResult:
        agent = self._agent
        with Vertical() as box:
            box.border_title = "Model"
            box.border_subtitle = HINT
            yield Input(self._wanted, placeholder="Type to filter, or any LiteLLM name")
            yield Static("", id="model-columns", markup=False)
            yield ModelList(current=agent.model_name, id="models")
            with Horizontal():
                yield Stepper("Reasoning", _efforts(agent.reasoning), agent.reasoning, id="effort")
                yield Stepper(
                    "Temperature",
                    _temperatures(agent.temperature),
                    agent.temperature,
                    id="temperature",
                )

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._load()
        self._search()

    @property
    def _list(self) -> ModelList:
        return self.query_one(ModelList)

    # What there is to choose from

    @work(exclusive=True, group="known")
    async def _load(self) -> None:
        agent, at_hand = self._agent, await self._backend.models_at_hand()
        if all(model.name != agent.model_name for model in at_hand):
            now = (agent.model_name, Group.CONFIGURED, "in use", agent.model_info, agent.api_base)
            at_hand = [ListedModel(*now), *at_hand]
        self._add(at_hand)
        self._add(await asyncio.to_thread(self._backend.known_models))

    @work(exclusive=True, group="search")
    async def _search(self) -> None:
        self._add(await self._backend.models_found())

    def _add(self, models: Sequence[ListedModel]) -> None:
        self._models += models
        order = list(Group)
        self._models.sort(key=lambda model: order.index(model.group))
        if is_open(self):
            self._fill(keep=True)

    # Filtering

    @on(Input.Changed)
    def _filter(self) -> None:
        self._moved = False
        self._fill(keep=False)

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_columns)

    def _show_columns(self) -> None:
        self.query_one("#model-columns", Static).update(columns(self._list.room))

    def _fill(self, *, keep: bool) -> None:
        """Show what fits. The cursor stays on its row when that is to be kept."""
        typed = self.query_one(Input).value.strip()
        rows = self._fitting(typed.casefold().split())
        is_known = any(model.name == typed for model in self._models)
        if typed and not is_known:
            rows.insert(0, AsTyped(typed))
        choices = [number for number, row in enumerate(rows) if isinstance(row, Choice)]
        cursor = choices[0] if choices else 0
        is_kept = keep and (self._moved or isinstance(self._list.row, Choice))
        if is_kept and self._list.row in rows:
            cursor = rows.index(self._list.row)
        elif not typed:
            cursor = self._current(rows, cursor)
        self._list.show(rows, cursor)

    def _fitting(self, words: Sequence[str]) -> list[Row]:
        rows: list[Row] = []
        for group in Group:
            found: list[tuple[int, Choice]] = []
            for model in self._models:
                if model.group is group:
                    match = fuzzy.match(words, model.name.casefold())
                    if match is not None:
                        found.append((match.score if words else 0, Choice(model, match.positions)))
            if found:
                found.sort(key=lambda one: -one[0])
                rows += [Heading(HEADINGS[group]), *(choice for _, choice in found)]
        return rows

    def _current(self, rows: Sequence[Row], otherwise: int) -> int:
        """Where the model that answers now stands."""
        for number, row in enumerate(rows):
            if isinstance(row, Choice) and row.model.name == self._agent.model_name:
                return number
        return otherwise

    # Choosing

    def action_move(self, by: int) -> None:
        self._moved = True
        self._list.move(by)

    def action_pages(self, by: int) -> None:
        self._moved = True
        self._list.move_pages(by)

    @on(Input.Submitted)
    def action_choose(self) -> None:
        self._choose(self._list.row)

    @on(ModelList.Chosen)
    def _clicked(self, event: ModelList.Chosen) -> None:
        self._choose(event.row)

    def _choose(self, row: Row | None) -> None:
        if not self.is_current:  # a second press on the way out chooses nothing more
            return
        effort = self.query_one("#effort", Stepper)
        temperature = self.query_one("#temperature", Stepper)
        match row:
            case Choice(model):
                name, api_base = model.name, model.api_base
            case AsTyped(name):
                api_base = None
            case _:
                return
        self.dismiss(Picked(name, api_base, temperature.value, effort.value))


def _efforts(now: Any) -> list[tuple[Any, str]]:
    values: list[tuple[Any, str]] = [(None, "default"), *((effort, effort) for effort in EFFORTS)]
    if now is not None and now not in EFFORTS:
        values.append((now, now if isinstance(now, str) else "as configured"))
    return values


def _temperatures(now: float | None) -> list[tuple[float | None, str]]:
    values = sorted({*TEMPERATURES, *([] if now is None else [now])})
    return [(None, "default"), *((value, f"{value:g}") for value in values)]
