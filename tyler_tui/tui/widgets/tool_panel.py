"""The tool panel: how many calls there are, what is looked for, the calls, and the keys."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tyler_tui.commands import PANEL, keys_of
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun
from tyler_tui.tui.widgets.key_bar import KeyBar
from tyler_tui.tui.widgets.tool_rows import ToolRows

if TYPE_CHECKING:
    from tyler_tui.tools.mcp import ServerStatus

COUNTED = (RunState.RUNNING, RunState.ASKING, RunState.FAILED, RunState.DENIED)


class ToolPanel(Vertical):
    """The rows under a head that counts them, above the keys while it has the focus."""

    DEFAULT_CSS = """
    ToolPanel {
        background: $surface;
        & > .panel--head {
            height: 1; padding: 0 1 0 2; background: $panel; color: $text-muted;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > Input {
            height: 1; border: none; padding: 0 2; background: $surface;
            color: $accent;
            &:focus { border: none; }
        }
        & > KeyBar { display: none; padding: 0 1 0 2; background: $panel; }
        /* Textual looks for this only at nodes that have a rule of their own with it. */
        &:focus-within { background: $surface; }
        &:focus-within > KeyBar { display: block; }
    }
    """

    def __init__(self, keys: Mapping[str, str], *, id: str | None = None) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(id=id)
        self._keys = keys

    def compose(self) -> ComposeResult:
        yield Static(self._head([], 0), classes="panel--head", markup=False)
        yield ToolRows(self._keys)
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(KeyBar).show(
            [
                (keys_of(command, self._keys)[0], command.name, f"command({command.id!r})")
                for command in PANEL
            ]
        )

    def show_servers(self, statuses: "Sequence[ServerStatus]") -> None:
        """Show how it stands with the MCP servers, under the head."""
        from tyler_tui.tui.widgets.server_list import ServerList  # noqa: PLC0415 - most have none

        if not self.query(ServerList):
            self.mount(ServerList(), after=".panel--head")
        self.query_one(ServerList).show(statuses)

    @property
    def rows(self) -> ToolRows:
        return self.query_one(ToolRows)

    def has_run(self, run: ToolRun) -> bool:
        return self.rows.has_run(run)

    def add_runs(self, runs: Sequence[ToolRun], palette: Palette, *, older: bool = False) -> None:
        self.rows.add_runs(runs, palette, older=older)
        self._count()

    def run_changed(self, run: ToolRun) -> None:
        self.rows.run_changed(run)
        self._count()

    def forget_all(self) -> None:
        self.rows.forget_all()
        self._count()

    def ask_for_words(self) -> None:
        """Ask which rows are wanted."""
        entry = self._entry
        if entry is None:
            entry = Input(placeholder="words, such as failed or files-", id="tools-filter")
            self.mount(entry, before=self.rows)
        entry.display = True
        entry.focus()

    @property
    def _entry(self) -> Input | None:
        """Where words are written, once they were."""
        return next(iter(self.query(Input)), None)

    def open_run(self, run: ToolRun, pattern: re.Pattern[str] | None = None) -> None:
        """Open the row of a call and bring it on view, where `pattern` finds something, also when
        others are looked for."""
        if not any(row.run is run for row in self.rows.shown):
            self._show_all()
        self.rows.open_run(run, pattern)

    def _show_all(self) -> None:
        if (entry := self._entry) is not None:
            entry.value = ""
            entry.display = False
        self.rows.look_for("")
        self._count()

    @on(Input.Changed)
    def _words_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.rows.look_for(event.value)
        self._count()

    @on(Input.Submitted)
    def _words_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self._show_all()
        self.rows.focus()

    def on_key(self, event: events.Key) -> None:
        entry = self._entry
        if entry is None:
            return
        if event.key == "escape" and entry.display:
            event.stop()
            self._show_all()
            self.rows.focus()
        elif event.key == "down" and entry.has_focus:
            event.stop()
            self.rows.focus()

    def _count(self) -> None:
        rows = self.rows
        self.query_one(".panel--head", Static).update(self._head(rows.runs, len(rows.shown)))

    def _head(self, runs: Sequence[ToolRun], shown: int) -> Content:
        states = [run.state for run in runs]
        parts = [f"{len(runs)}" if shown == len(runs) else f"{shown} of {len(runs)}"]
        parts = parts if runs else ["none yet"]
        for state in COUNTED:
            if count := states.count(state):
                parts.append(f"{count} {state.value}")
        return Content.assemble(("Tools", "bold $foreground"), f"  {' · '.join(parts)}")
