"""Editing the line that is typed, with Python's own readline."""

import os
from collections.abc import Iterable, Sequence
from types import ModuleType

_SETTINGS = ("colored-stats off", "colored-completion-prefix off", "show-mode-in-prompt off")
"""Against what a user's own file of settings may ask for: signs that are noise to hear."""
_BARE_SETTINGS = ("enable-bracketed-paste off", "enable-active-region off", "enable-keypad off")


def line_editor(history: Iterable[str], words: Sequence[str], *, bare: bool) -> ModuleType | None:
    """The module readline with that history, in which Tab completes `words` at the beginning of a
    line; None where Python has none. With `bare` it moves the cursor by backspaces alone."""
    terminal = os.environ.get("TERM")
    if bare:
        os.environ["TERM"] = "dumb"  # it looks there once, while it is imported
    try:
        import readline  # noqa: PLC0415 - it writes to the terminal as soon as it is imported
    except ImportError:
        return None
    finally:
        if terminal is None:
            os.environ.pop("TERM", None)
        else:
            os.environ["TERM"] = terminal
    if "libedit" in (readline.__doc__ or ""):
        readline.parse_and_bind("bind ^I rl_complete")
    else:
        for setting in (*_SETTINGS, *(_BARE_SETTINGS if bare else ())):
            readline.parse_and_bind(f"set {setting}")
        readline.parse_and_bind("tab: complete")
    readline.set_auto_history(False)
    for prompt in history:
        readline.add_history(prompt)

    def complete(begun: str, number: int) -> str | None:
        fitting = [word for word in words if word.startswith(begun)] if begun else []
        is_first = readline.get_begidx() == 0
        return fitting[number] + " " if is_first and number < len(fitting) else None

    readline.set_completer_delims(" ")
    readline.set_completer(complete)
    return readline
