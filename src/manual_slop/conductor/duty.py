"""What an executor runs for a ticket, in any thread or process: it is told to stop, and asked about, in the store."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from manual_slop.conductor.crew import Hands
from manual_slop.conductor.jobs import Review, ReviewJob, WorkerJob, WorkerResult
from manual_slop.conductor.qa import NoVerdict, review
from manual_slop.conductor.run_values import Trouble
from manual_slop.conductor.worker import run_worker_lifecycle
from manual_slop.safety.store_inbox import StoreInbox
from manual_slop.store.errors import StoreError
from manual_slop.store.shared import shared_store
from manual_slop.store.store import Store
from manual_slop.store.watching import Watcher
from manual_slop.values.budget import BudgetExceeded
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ProviderError


def work(job: WorkerJob, owner: str) -> WorkerResult:
    """Make an attempt at a ticket for the run that `owner` is, as long as that lives and lets it."""
    with hands_of(job.track_id, job.ticket.id, owner) as hands:
        return run_worker_lifecycle(job, hands)


def judge(job: ReviewJob, owner: str) -> Review | Trouble:
    """Review an attempt for that run, likewise."""
    with hands_of(job.track_id, job.ticket.id, owner) as hands:
        try:
            return review(job, hands)
        except NoVerdict as error:
            return trouble_of(error.error, str(error))
        except ProviderError as error:
            return trouble_of(error, f"{error.message} {error.advice}")


def trouble_of(error: ProviderError | None, message: str) -> Trouble:
    """What stood in the way, as the engine judges it."""
    if error is None:
        return Trouble("unread", message)
    full = error.node.path[-1] if isinstance(error, BudgetExceeded) else ""
    return Trouble(error.kind, message, error.retry_after, full)


@contextmanager
def hands_of(track_id: str, ticket: str, owner: str) -> Iterator[Hands]:
    """An inbox that any program of the person answers, and a stop that any of them presses."""
    store = shared_store()
    watcher, cancel = watcher_of(store), Cancel()

    def look() -> None:
        try:
            why = store.tracks.why_stop(track_id, ticket, owner)
        except StoreError as error:
            why = str(error)
        if why:
            cancel.request()

    inbox = StoreInbox(store.inbox, watcher, track_id)
    forget = watcher.listen(look)
    try:
        look()
        yield Hands(inbox, cancel)
    finally:
        forget()
        inbox.close()


@functools.cache
def watcher_of(store: Store) -> Watcher:
    """The one thread of this process that watches that store."""
    return Watcher(store.database)
