"""Where threads are kept: SQLite today, chosen by the URL that `ThreadStore.create` gets."""

from tyler_tui.store.patient import PatientStore
from tyler_tui.store.summaries import SearchHit, ThreadSummary
from tyler_tui.store.thread_store import ThreadStore

__all__ = ["PatientStore", "SearchHit", "ThreadStore", "ThreadSummary"]
