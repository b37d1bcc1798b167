"""The store for commands: opened once, its troubles told as those of any other setting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from manual_slop.store.errors import StoreError
from manual_slop.store.shared import shared_store
from manual_slop.store.store import Store
from manual_slop.values.errors import ConfigError


@contextmanager
def opened() -> Iterator[Store]:
    """The person's store. Raises `ConfigError` for what goes wrong with it, also while it is used."""
    problem = ""
    try:
        yield shared_store()
    except StoreError as error:
        problem = str(error)
    if problem:
        raise ConfigError(problem)
