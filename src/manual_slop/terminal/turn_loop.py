"""Runs a turn on a thread of its own while this one shows what happens and listens to Ctrl-C."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from manual_slop.terminal.exit_codes import DONE, exit_code
from manual_slop.terminal.interrupts import stopping
from manual_slop.values.cancel import Cancel
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import Event, TurnFailed, TurnFinished

_FRAME = 0.08  # seconds between two redraws
_LAST_WORDS = 1.0  # seconds a turn gets to end when nobody can see it any more

Tell = Callable[[Event], None]
Work = Callable[[Tell, Cancel], object]
"""Does the turn: tells its events, heeds the cancel button. Raises `ProviderError` and `ConfigError`."""


class View(Protocol):
    """What `run_turn` needs of whatever shows a turn."""

    def begin(self) -> None:
        """A turn begins."""

    def show(self, event: Event) -> None:
        """Something happened."""

    def redraw(self) -> None:
        """A little time has passed."""

    def end(self) -> None:
        """The turn is over."""

    def fail(self, error: ProviderError | ConfigError) -> None:
        """The turn could not begin, or broke off without an ending of its own."""

    def crashed(self, error: BaseException) -> None:
        """Something went wrong that nobody foresaw; it will be raised."""


@dataclass(frozen=True, slots=True)
class _Ended:
    error: BaseException | None


def run_turn(work: Work, view: View) -> int:
    """Do the work, show it, and return the exit code that stands for how it went.

    Raises what `work` and `view` raise, but for the two errors that are there to be shown; `KeyboardInterrupt` when
    the person does not want to wait for the work to stop.
    """
    cancel = Cancel()
    inbox: queue.SimpleQueue[Event | _Ended] = queue.SimpleQueue()
    thread = threading.Thread(target=_do, args=(work, inbox.put, cancel), name="turn", daemon=True)
    try:
        with stopping(cancel):
            view.begin()
            thread.start()
            error, told = _watch(inbox, view)
    except KeyboardInterrupt:
        view.fail(ProviderError("cancelled", "", "", "stopped at once"))
        raise
    except BaseException:
        cancel.request()  # nobody is watching: it should not go on and cost money
        if thread.is_alive():
            thread.join(_LAST_WORDS)
        raise
    view.end()
    if error is None:
        return DONE
    if not isinstance(error, ProviderError | ConfigError):
        if not told:
            view.crashed(error)
        raise error
    if not told:
        view.fail(error)
    return exit_code(error)


def _do(work: Work, put: Callable[[Event | _Ended], None], cancel: Cancel) -> None:
    try:
        work(put, cancel)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it belongs to the thread that waits
        put(_Ended(error))
    else:
        put(_Ended(None))


def _watch(inbox: queue.SimpleQueue[Event | _Ended], view: View) -> tuple[BaseException | None, bool]:
    """Show everything until the end. Returns the error, and whether the turn told its own ending."""
    told = False
    due = time.monotonic()
    while True:
        try:
            item = inbox.get(timeout=_FRAME)
            if isinstance(item, _Ended):
                return item.error, told
            view.show(item)
            told = told or isinstance(item, TurnFinished | TurnFailed)
        except queue.Empty:
            pass
        if time.monotonic() >= due:
            view.redraw()
            due = time.monotonic() + _FRAME
