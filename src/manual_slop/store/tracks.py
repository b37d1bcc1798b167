"""Tracks across programs: what happened to each, who works on it, and what a person wants of whoever does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar, get_args

from manual_slop.store import tracks_table
from manual_slop.store.codec import as_plain, from_plain
from manual_slop.store.database import Database
from manual_slop.store.errors import StoreError
from manual_slop.store.sessions_table import moment
from manual_slop.store.tracks_table import TrackSummary
from manual_slop.values.track_commands import TrackCommand
from manual_slop.values.track_events import TrackEvent

T = TypeVar("T")
_PAGE = 1000
_NOTHING: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class TrackEntry:
    """An event of a track as it is kept: `number` counts from 1 without a gap, `at` is in UTC."""

    track_id: str
    number: int
    at: datetime
    event: TrackEvent


class Tracks:
    """The tracks of a person. Safe to use from several threads, and from several programs at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self,
        track_id: str,
        events: Sequence[TrackEvent],
        *,
        outcomes: Mapping[int, str] = _NOTHING,
        seen: int | None = None,
    ) -> int:
        """Add events to a track, which begins with a `TrackPlanned`; on the disk on return. The last one's number.

        `outcomes` says in the same breath what came of commands, by their numbers. With `seen`, nothing is added
        unless that is the number of the last event there is. Raises `StoreError`.
        """
        at = datetime.now(UTC)
        bodies = [_written(event) for event in events]

        def write(connection: sqlite3.Connection) -> int:
            summary = tracks_table.summary_of(connection, track_id)
            if seen is not None and seen != (summary.events if summary else 0):
                raise StoreError(f"track {track_id} has changed meanwhile: look at it again", "other")
            for event in events:
                try:
                    summary = tracks_table.after(summary, track_id, event, at)
                except LookupError:
                    raise _missing(track_id) from None
            if summary is None:
                raise _missing(track_id)
            tracks_table.keep(connection, summary)
            tracks_table.put_events(connection, track_id, summary.events, at, bodies)
            for number, outcome in outcomes.items():
                tracks_table.answer(connection, number, outcome)
            return summary.events

        return self._database.write(write)

    def events(self, track_id: str, after: int = 0) -> Iterator[TrackEntry]:
        """What happened to a track behind a number, in order. What only a newer version understands is left out."""
        while True:
            with self._database.reading() as connection:
                rows = tracks_table.page(connection, track_id, after, _PAGE)
            for number, at, body in rows:
                event = _read(body)
                if event is not None:
                    yield TrackEntry(track_id, number, moment(at), event)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def list(self, project: str | None = None) -> Sequence[TrackSummary]:
        """Tracks, the last changed first; those of one project folder (absolute path) where it is given."""
        return [self._seen(one) for one in self._look(lambda found: tracks_table.summaries(found, project))]

    def summary(self, track_id: str) -> TrackSummary:
        """What a list shows of one track. Raises `StoreError` where there is none of that id."""
        found = self._look(lambda connection: tracks_table.summary_of(connection, track_id))
        if found is None:
            raise _missing(track_id)
        return self._seen(found)

    def move(self, track_id: str, project: str) -> None:
        """The project folder of a track is elsewhere now. Raises `StoreError` where there is no such track."""
        self.summary(track_id)
        self._database.write(lambda connection: tracks_table.move(connection, track_id, project))

    def claim(self, track_id: str) -> None:
        """Work on a track alone, until `release` or the end of the process; what was to stop is forgotten.

        Raises `StoreError` while another program works on it, or this one already does.
        """

        def take(connection: sqlite3.Connection) -> None:
            summary = tracks_table.summary_of(connection, track_id)
            if summary is None:
                raise _missing(track_id)
            if summary.owner and self._database.owners.alive(summary.owner):
                raise StoreError(f"track {track_id} is being worked on: `manual-slop mma status` shows it", "locked")
            tracks_table.set_owner(connection, track_id, self._database.owners.me())
            connection.execute("DELETE FROM track_stops WHERE track = ?", (track_id,))

        self._database.write(take)

    def release(self, track_id: str) -> None:
        """Let others work on it; nothing where it is not ours."""

        def give_up(connection: sqlite3.Connection) -> None:
            summary = tracks_table.summary_of(connection, track_id)
            if summary is not None and summary.owner == self._database.owners.me():
                tracks_table.set_owner(connection, track_id, "")

        self._database.write(give_up)

    def command(self, track_id: str, command: TrackCommand) -> int:
        """Tell whoever works on a track to do something; the number to ask `outcome` about. Raises `StoreError`."""
        body, at = json.dumps(as_plain(command)), datetime.now(UTC)

        def put(connection: sqlite3.Connection) -> int:
            if tracks_table.summary_of(connection, track_id) is None:
                raise _missing(track_id)
            return tracks_table.put_command(connection, track_id, at, body, command.kind, command.ticket)

        return self._database.write(put)

    def commands(self, track_id: str) -> Sequence[tuple[int, TrackCommand]]:
        """What nobody has done yet, by number, in the order it was told. `append` says what came of it."""
        rows = self._look(lambda connection: tracks_table.waiting(connection, track_id))
        return [(number, from_plain(TrackCommand, json.loads(body))) for number, body in rows]

    def outcome(self, number: int) -> str | None:
        """What came of a command; `None` while nobody has taken it."""
        return self._look(lambda connection: tracks_table.outcome(connection, number))

    def stop(self, track_id: str, ticket: str, reason: str) -> None:
        """Ask the worker of a ticket to stop, all of them where `ticket` is empty; no reason takes that back."""
        self._database.write(lambda connection: tracks_table.set_stop(connection, track_id, ticket, reason))

    def why_stop(self, track_id: str, ticket: str, owner: str) -> str:
        """Why the worker of a ticket is to stop now, which began under that owner; nothing while it may go on.

        A reason is also that the program that gave it the work is gone, or that a person said so just now.
        """

        def look(connection: sqlite3.Connection) -> tuple[str, str]:
            summary = tracks_table.summary_of(connection, track_id)
            return tracks_table.stop_reason(connection, track_id, ticket), summary.owner if summary else ""

        reason, now = self._look(look)
        if reason:
            return reason
        gone = now != owner or not self._database.owners.alive(owner)
        return "the run that began it has ended" if gone else ""

    def owner(self, track_id: str) -> str:
        """Who works on a track, for `why_stop`; empty while nobody does."""
        summary = self.summary(track_id)
        return summary.owner if summary.running else ""

    def _seen(self, summary: TrackSummary) -> TrackSummary:
        return replace(summary, running=bool(summary.owner) and self._database.owners.alive(summary.owner))

    def _look(self, look: Callable[[sqlite3.Connection], T]) -> T:
        if self._database.path is None:  # a reader in memory would see what is half written
            return self._database.write(look)
        with self._database.reading() as connection:
            return look(connection)


def _written(event: TrackEvent) -> str:
    return json.dumps({"type": type(event).__name__, **as_plain(event)}, separators=(",", ":"))


def _read(body: str) -> TrackEvent | None:
    record = json.loads(body)
    kind = next((one for one in get_args(TrackEvent) if one.__name__ == record.get("type")), None)
    try:
        return None if kind is None else from_plain(kind, record)
    except (ValueError, TypeError, LookupError):
        return None


def _missing(track_id: str) -> StoreError:
    return StoreError(f"there is no track {track_id}: `manual-slop mma status` shows them", "missing")
