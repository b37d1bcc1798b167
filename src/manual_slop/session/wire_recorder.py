"""Keeps each provider call of a recorded session as it went over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manual_slop.session.settings import session_settings
from manual_slop.store.errors import StoreError
from manual_slop.values.wire import WireCall

if TYPE_CHECKING:
    from manual_slop.providers.exchange import Exchange
    from manual_slop.session.session import Session
    from manual_slop.store.wire_log import WireLog


class WireRecorder:
    """Puts a tap on each call. Trouble with the store costs the call's record and nothing else: the session's own
    recorder tells the person of such trouble.
    """

    def __init__(self, log: WireLog) -> None:
        self._log = log

    def begin(self, exchange: Exchange) -> None:
        """A call is about to be made."""
        from manual_slop.providers.wire_tap import Tap  # only where calls are kept

        exchange.tap = Tap()

    def end(self, call: WireCall) -> None:
        """It is over."""
        try:
            self._log.keep(call)
        except StoreError:
            return


def keep_wire(session: Session, log: WireLog) -> None:
    """Keep the calls of a recorded session, unless the person's settings say otherwise."""
    if session_settings(session.access.config).wire_log:
        session.wire = WireRecorder(log)
