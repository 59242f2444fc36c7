"""Conversations of other programs, of our own exports and of other stores, into the store.

One module a source, each of which only knows that program's form; `draft.py` makes threads of what
they find, `bringing.py` puts them into the store. Ids are made of what the source calls things, so
that the same conversation is the same session, however often it is imported.
"""

from tyler_tui.importing.bringing import Outcome, State, bring
from tyler_tui.importing.found import ImportFailedError, Reading
from tyler_tui.importing.own import KIND as OWN_KIND
from tyler_tui.importing.own_database import conversations_of_server
from tyler_tui.importing.sources import KINDS, check_kind, opened

__all__ = [
    "KINDS",
    "OWN_KIND",
    "ImportFailedError",
    "Outcome",
    "Reading",
    "State",
    "bring",
    "check_kind",
    "conversations_of_server",
    "opened",
]
