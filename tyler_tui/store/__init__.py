"""Where threads are kept: SQLite today, chosen by the URL that `ThreadStore.create` gets.

Names are imported when they are first used: who only lists sessions, with a ThreadIndex, is not to
wait for what loads and saves them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tyler_tui.store.index import ThreadIndex as ThreadIndex
    from tyler_tui.store.patient import PatientStore as PatientStore
    from tyler_tui.store.summaries import SearchHit as SearchHit
    from tyler_tui.store.summaries import ThreadSummary as ThreadSummary
    from tyler_tui.store.thread_store import ThreadStore as ThreadStore

_HOMES = {
    "PatientStore": "patient",
    "SearchHit": "summaries",
    "ThreadIndex": "index",
    "ThreadStore": "thread_store",
    "ThreadSummary": "summaries",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
