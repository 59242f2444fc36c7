"""The Textual app: themes, signals, and which screen is on. All else belongs to the screens."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App
from textual.notifications import Notification, Notify
from textual.screen import ModalScreen, Screen
from textual.theme import Theme
from textual.timer import Timer

from tyler_tui.commands import by_id
from tyler_tui.errors import TylerError
from tyler_tui.terminals import has_italics
from tyler_tui.tui import clipboard, themes
from tyler_tui.tui.attention import Attention
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.bindings import bound, keymap
from tyler_tui.tui.collecting import LATEST_SECONDS, QUIET_SECONDS, Collecting
from tyler_tui.tui.fault import Fault
from tyler_tui.tui.launch import Launch
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.remembered import Remembered
from tyler_tui.tui.run_record import Farewell
from tyler_tui.tui.screens.chat import ChatScreen
from tyler_tui.tui.terminal import TERMINATING_SIGNALS, teach_keys
from tyler_tui.tui.themes.plugged import plugged_themes
from tyler_tui.tui.type_ahead import TypeAhead

if TYPE_CHECKING:
    from tyler_tui.backend import Backend

LEAVING_SECONDS = 10.0
"""How long a signal waits for answers to be kept; what hangs must not keep the program alive."""

_log = logging.getLogger(__name__)


class TylerApp(App[Farewell | TylerError], inherit_bindings=False):
    """Returns what is to be told at the end, or the error that kept a session from opening."""

    TITLE = "tyler-chat"
    ENABLE_COMMAND_PALETTE = False  # ours has the keys, and is no screen of all programs
    BINDINGS = [  # these two work over every dialog
        bound(by_id("app.quit"), "quit", priority=True),
        bound(by_id("app.palette"), "command_palette", priority=True),
    ]
    # Textual reads the style sheets of screens that are pushed, not that of the default screen.
    CSS_PATH = "screens/chat.tcss"
    CSS = """
    ChatScreen { background: $background; }
    Toast { max-width: 60; }
    ToastRack { margin-bottom: 3; }  /* what is written stays on view */
    ModalScreen Toast { display: none; }
    Input > .input--placeholder { color: $text-muted; }
    /* Textual cannot wrap into no columns at all. */
    OptionList, TextArea { min-width: 8; }
    OptionList:ansi > .option-list--option-highlighted {
        color: $block-cursor-foreground; background: $block-cursor-background;
    }
    """

    def __init__(self, backend: "Backend", launch: Launch) -> None:
        self._styles: tuple[Theme, Palette] | None = None
        super().__init__()
        if not has_italics(os.environ):
            from tyler_tui.tui.italics import WithoutItalics  # noqa: PLC0415 - seldom needed

            self._filters.append(WithoutItalics())
        if launch.no_truecolor:
            from tyler_tui.tui.nearest_color import NearestColor  # noqa: PLC0415 - likewise

            self._filters.append(NearestColor())
        teach_keys()
        self.backend = backend
        self.launch = launch
        self._is_ending = False
        self._untold: list[Callable[[], None]] = []
        self._calls: dict[str, Notification] = {}
        """What was told last about a session, by its id."""
        """What was to be told while a dialog was open."""
        for theme in themes.built_in_themes():
            self.register_theme(theme)
        if launch.theme not in (*self.available_themes, *themes.BY_TERMINAL):
            self.take_themes(plugged_themes())
        self.wanted_theme = launch.theme
        """auto, dark, light, or the name of a theme."""
        self._dress(self.theme_for(launch.theme))
        self.attention = Attention(self, launch)
        self.type_ahead = TypeAhead(self, super().on_event)
        self.collecting: Collecting | None = None
        """Set by who has the process for the app alone."""
        self._collection: Timer | None = None
        self._collect_by = 0.0
        self._touched_at = 0.0
        if launch.reduced_motion:
            self.animation_level = "none"

    @property
    def palette(self) -> Palette:
        """The styles of the theme in use."""
        theme = self.current_theme
        if self._styles is None or self._styles[0] is not theme:
            self._styles = theme, Palette.from_theme(theme)
        return self._styles[1]

    def get_css_variables(self) -> dict[str, str]:
        """With `$muted`, for what matters less: Textual's own for that, `$text-muted`, is the very
        brightest where it stands in a Content, which knows no background to mix it with."""
        variables = super().get_css_variables()
        color = self.palette.muted.color
        triplet = color.triplet if color is not None else None
        variables["muted"] = triplet.hex if triplet is not None else "ansi_default"
        return variables

    def theme_for(self, wanted: str) -> str:
        """The name of the theme for what a user wants: auto, dark, light, or a name."""
        name = themes.theme_name(
            wanted,
            self.available_themes,
            is_dark=self.launch.dark,
            few_colors=self.launch.few_colors,
        )
        if self.no_color and self.available_themes[name].ansi:
            # Without colours there are only greys, and the terminal's own colours have none: they
            # would all be black.
            return themes.DARK if self.available_themes[name].dark else themes.LIGHT
        return name

    def _dress(self, theme: str) -> None:
        """Begin with a theme. The watcher of `theme` would have all style sheets parsed twice
        before the first paint."""
        self.set_reactive(TylerApp.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        dark = self.current_theme.dark
        self.set_class(True, f"-theme-{theme}", update=False)
        self.set_class(dark, "-dark-mode", update=False)
        self.set_class(not dark, "-light-mode", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)

    def take_themes(self, plugged: Iterable[Theme]) -> None:
        """Offer themes of plug-ins; one of ours that is called so goes before it."""
        for theme in plugged:
            if theme.name not in self.available_themes:
                self.register_theme(theme)

    def wear(self, wanted: str) -> None:
        """Take the theme for what a user wants, and remember it unless something else sets it."""
        self.wanted_theme = wanted
        self.theme = self.theme_for(wanted)
        if not self.launch.theme_origin:
            Remembered(self.launch.state).keep_theme(wanted)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._touched_at = time.monotonic()
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.type_ahead.take(event)
        else:
            await super().on_event(event)

    def get_default_screen(self) -> Screen[object]:
        return ChatScreen(self.backend, self.launch)

    def on_load(self) -> None:
        self._handle_signals()  # before the terminal is changed

    async def on_mount(self) -> None:
        self._handle_signals()  # again: Textual's driver for browsers takes them for itself
        self.set_keymap(keymap(self.launch.keys))
        self.attention.begin()
        self.screen_change_signal.subscribe(self, self._screen_changed)
        self.app_suspend_signal.subscribe(self, lambda _: self.attention.end())
        self.app_resume_signal.subscribe(self, lambda _: self.attention.begin())

    def notify(self, message: str, *, about: str = "", **how: Any) -> None:
        """Tell something in a corner; while a dialog is open it waits, for it would cover what is
        read or written there. With the id of a session that it is `about`, `seen` takes it back."""
        if about:
            tell = partial(self._tell_about, about, message, **how)
        else:
            tell = partial(super().notify, message, **how)
        screen = next(reversed(self.screen_stack), None)  # there is none when the program ends
        if isinstance(screen, ModalScreen):
            self._untold.append(tell)
        else:
            tell()

    def seen(self, session_id: str) -> None:
        """The session is on the screen: what called there would only cover it."""
        if session_id in self._calls:
            # Behind what may still be on its way to the app.
            self.call_later(self._unnotify, self._calls.pop(session_id))

    def _tell_about(self, session_id: str, message: str, **how: Any) -> None:
        self.seen(session_id)  # what it called for before is out of date
        self._calls[session_id] = Notification(message, timeout=self.NOTIFICATION_TIMEOUT, **how)
        self.post_message(Notify(self._calls[session_id]))

    def _screen_changed(self, screen: Screen[Any]) -> None:
        if not isinstance(screen, ModalScreen):
            untold, self._untold = self._untold, []
            for tell in untold:
                tell()

    def collect_soon(self) -> None:
        """Behind what a model said: do what would hold up the keys while nobody presses any, or
        LATEST_SECONDS after it was due for the first time."""
        if self.collecting is None:
            return
        if self._collection is None:
            self._collect_by = time.monotonic() + LATEST_SECONDS
        else:
            self._collection.stop()
        if time.monotonic() > self._collect_by:
            self._collect()
        else:
            self._collection = self.set_timer(QUIET_SECONDS, self._collect_if_quiet)

    def _collect_if_quiet(self) -> None:
        if time.monotonic() - self._touched_at > QUIET_SECONDS:
            self._collect()
        else:
            self.collect_soon()

    def _collect(self) -> None:
        self._collection = None
        if self.collecting is not None:
            self.collecting.look_again()

    def copy_to_clipboard(self, text: str) -> None:
        """Through the terminal, also from within tmux and screen."""
        self._clipboard = text
        if self._driver is not None and (sequence := clipboard.terminal_sequence(text)):
            self._driver.write(sequence)

    def _handle_signals(self) -> None:
        """Leave in order when asked to end: the terminal is restored, the answer is kept."""
        loop = asyncio.get_running_loop()
        for name in TERMINATING_SIGNALS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self._terminate, 128 + number)

    def terminal_gone(self) -> None:
        """Nobody can see or type anything any more."""
        self._terminate(128 + signal.SIGHUP)

    def _terminate(self, code: int) -> None:
        if not self._is_ending:  # a second signal must not end what the first one still keeps
            self._is_ending = True
            run_beside(self, partial(self._leave, code), "leave")

    async def _leave(self, code: int) -> None:
        try:
            await self._keep_all()
        finally:
            self.exit(return_code=code)

    async def _keep_all(self) -> None:
        """Stop what runs in all sessions, keeping the partial answers."""
        async with asyncio.timeout(LEAVING_SECONDS):
            for screen in self.screen_stack:
                if isinstance(screen, ChatScreen):
                    await screen.desk.close()

    async def _shutdown(self) -> None:
        """After a fault nobody has told the sessions, and the end of the event loop may close the
        store before their turns have saved what they have."""
        if self._exception is not None:
            try:
                await self._keep_all()
            except Exception as error:
                _log.warning("after a fault: %r", error)
        await super()._shutdown()

    def exit(self, *args: Any, **kwargs: Any) -> None:
        self.attention.end()  # while the terminal is ours
        super().exit(*args, **kwargs)

    def _handle_exception(self, error: Exception) -> None:
        """Textual would print the traceback with the values of variables, keys among them."""
        self.attention.end()
        if self._exit:  # what still ran misses the widgets that are gone
            _log.warning("on the way out: %r", error)
            return
        super()._handle_exception(Fault(error))

    async def action_quit(self) -> None:
        """Textual's own key for leaving is asked before any of ours."""
        for screen in self.screen_stack:
            if isinstance(screen, ChatScreen):
                await screen.leaving.leave()

    def action_command_palette(self) -> None:
        if isinstance(self.screen, ChatScreen):
            self.screen.action_command("app.palette")
