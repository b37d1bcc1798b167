"""The store of this person, opened once in a process."""

from __future__ import annotations

import functools
import threading
from pathlib import Path

from manual_slop.store.store import Store
from manual_slop.values import paths


class _Opened:
    """Stores by their folder."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stores: dict[Path, Store] = {}


@functools.cache
def _opened() -> _Opened:
    return _Opened()


def shared_store() -> Store:
    """The store of the data folder; all of a process share it, and it is closed at its end. Raises `StoreError`."""
    folder = paths.data_dir()
    opened = _opened()
    with opened.lock:
        store = opened.stores.get(folder)
        if store is None or store.closed:
            store = opened.stores[folder] = Store.open(folder)
        return store


def close_shared_stores(patience: float = 5.0) -> None:
    """Write what waits and close them: for whoever ends the process without the usual ceremony.

    A store that is not done after so many seconds is left as it is: what was acknowledged is on the disk anyway.
    """
    opened = _opened()
    with opened.lock:
        while opened.stores:
            opened.stores.popitem()[1].close(patience)


def store_in_memory() -> Store:
    """A store that nobody else sees and nothing is left of: for where the shared one cannot be used."""
    return Store.open(None)
