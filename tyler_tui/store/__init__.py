"""Where threads are kept: SQLite today, chosen by the URL that `ThreadStore.create` gets.

Names are imported when they are first used: who only lists sessions, with a ThreadIndex, is not to
wait for what loads and saves them.
"""

from typing import TYPE_CHECKING

from tyler_tui.lazy_names import lazy_names

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


__getattr__ = lazy_names(__name__, _HOMES)
