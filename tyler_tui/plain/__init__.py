"""Line mode: a conversation in lines, for screen readers, Braille displays and dumb terminals.

Nothing on the screen is ever drawn over. Each line is written once and whole: the answer, a few
sentences at a time, and in words what happens beside it. One thing happens after the other: a
prompt is read, answered to the end, and the next one is read. `actions` holds the commands.
"""

from tyler_tui.plain.run import run_plain

__all__ = ["run_plain"]
