"""Print mode: one prompt in, its answer on standard output, all else on standard error.

`text` is the answer as it streams. Tool calls, refusals and errors are lines on standard error.

`stream-json` is one object a line, an event each, as it happens; `json` is one object when all is
over. `schemas` says exactly what is in them, in JSON Schema. The `type` and `data` of an event are
those of `tyler_tui.events.EventType`, and the last line is `execution_complete`,
`execution_cancelled` or `execution_error`. `version` grows when a key changes its meaning or goes;
keys and types of events may be added at any time. JSON is ASCII, so nothing in it can act on a
terminal.

A tool call that must be asked about is asked about where a person sits at the terminal; else it
is denied.
"""

from tyler_tui.printer.printing import (
    print_answer,
    print_failure,
    print_missing,
    print_unsaved,
)

__all__ = ["print_answer", "print_failure", "print_missing", "print_unsaved"]
