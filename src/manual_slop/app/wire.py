"""What the window does with the wire log, in the background: list a session's calls, open one, hand one out as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from manual_slop.app.app_state import AppState
from manual_slop.app.news import Loaded, News
from manual_slop.app.wire_lines import WireLines
from manual_slop.values.events import TurnFailed, TurnFinished
from manual_slop.values.ledger import UsageRecorded

WIRE, WIRE_CALL, WIRE_JSON = "wire", "wire call", "wire json"
"""Tables of `AppState.loaded`: `WireLines` by session; a `WirePage` and a text by call."""

Load = Callable[[str, str, Callable[[], Any]], None]


class Wire:
    """The wire log as commands; each returns at once, and what comes of it is in `state.fetched(TABLE, key)`."""

    def __init__(self, state: AppState, load: Load) -> None:
        self._state = state
        self._load = load
        self._stale: set[str] = set()

    def read(self, session_id: str, entries: Sequence[UsageRecorded] = ()) -> None:
        """List a session's calls, or those that came since; `entries` is what the ledger holds of them."""
        fetched, spent = self._state.fetched(WIRE, session_id), tuple(entries)
        known = fetched.value or WireLines()
        if fetched.loading:
            self._stale.add(session_id)
            return
        self._stale.discard(session_id)
        self._load(WIRE, session_id, lambda: known.then(_log().heads(session_id, known.last), spent))

    def show(self, session_id: str, call_id: str) -> None:
        """Read all of one call; the ones read before are forgotten, because they may be large."""
        table = self._state.loaded.setdefault(WIRE_CALL, {})
        for other in [key for key, one in table.items() if key != call_id and not one.loading]:
            del table[other]
        self._load(WIRE_CALL, call_id, lambda: _page(session_id, call_id))

    def as_json(self, session_id: str, call_id: str) -> None:
        """One call as JSON text without keys."""
        self._load(WIRE_JSON, call_id, lambda: _json(session_id, call_id))

    def take_up(self, news: News) -> None:
        """A list that was read grows with each call that is settled."""
        match news.what:
            case UsageRecorded() | TurnFinished() | TurnFailed():
                conversation = self._state.conversations.get(news.source)
                if conversation is not None and conversation.session_id in self._state.loaded.get(WIRE, {}):
                    self.read(conversation.session_id, conversation.calls)
            case Loaded(what="wire", key=session_id) if session_id in self._stale:
                self.read(session_id, self._entries(session_id))

    def _entries(self, session_id: str) -> Sequence[UsageRecorded]:
        found = (one.calls for one in self._state.conversations.values() if one.session_id == session_id)
        return next(found, ())


def _log() -> Any:
    from manual_slop.store.shared import shared_store  # SQLite: only when it is wanted

    return shared_store().wire


def _call(session_id: str, call_id: str) -> Any:
    from manual_slop import ai_client
    from manual_slop.session.export.keys import learn_keys
    from manual_slop.values.errors import ConfigError

    learn_keys(ai_client.new_access())
    call = _log().call(session_id, call_id)
    if call is None:
        raise ConfigError("this call is not in the wire log any more")
    return call


def _page(session_id: str, call_id: str) -> Any:
    from manual_slop.app.wire_page import wire_page

    return wire_page(_call(session_id, call_id))


def _json(session_id: str, call_id: str) -> str:
    import json

    from manual_slop.session.export.keys import without_keys
    from manual_slop.store.wire_json import encode

    return without_keys(json.dumps(encode(_call(session_id, call_id)), indent=2, ensure_ascii=False))[0]
