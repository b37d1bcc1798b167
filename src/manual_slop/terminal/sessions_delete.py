"""`manual-slop sessions delete` and `prune`: what goes is shown first, and goes only when a person says so."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from manual_slop import ai_client
from manual_slop.session.settings import session_settings
from manual_slop.store import ledger_table
from manual_slop.terminal.exit_codes import DONE, REFUSED
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_list import fields, sessions_table
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import DOT, size
from manual_slop.values.errors import ConfigError

if TYPE_CHECKING:
    from manual_slop.store.sessions_table import SessionSummary
    from manual_slop.store.store import Store


def delete_session(name: str, with_ledger: bool, yes: bool) -> int:
    """Delete one session after saying what goes. Returns the exit code; raises `ConfigError`."""
    with opened() as store:
        summary = store.summary(store.find(name))
        money = "and what its calls cost" if with_ledger else f"what it cost ({summary.cost}) stays in the ledger"
        screen().note(
            f"session {summary.id[:8]}, “{one_line(summary.title)}”: {summary.events:,} events{DOT}pictures and long "
            f"texts that no other session needs{DOT}its wire log{DOT}what `undo` needs of it; {money}",
            "none",
        )
        if not _agreed("delete it for good?", yes):
            return REFUSED
        _delete(store, summary, with_ledger)
    return DONE


def prune_sessions(days: int | None, yes: bool, json: bool) -> int:
    """Delete what is old, after showing it. Returns the exit code; raises `ConfigError`."""
    settings = session_settings(ai_client.new_access().config)
    keep_days = days or settings.keep_days
    now = datetime.now(UTC)
    with opened() as store:
        old = [one for one in store.sessions() if keep_days and now - one.changed > timedelta(days=keep_days)]
        wire_before = now - timedelta(days=settings.wire_days) if settings.wire_days else None
        wire_calls = store.wire.older(wire_before) if wire_before else 0
        if json:
            kept = {"keep_days": keep_days, "wire_days": settings.wire_days, "wire_calls": wire_calls}
            screen().put(document({"sessions": [fields(one) for one in old], **kept}))
        else:
            _tell_old(old, keep_days, wire_calls, settings.wire_days, now)
        if not old and not wire_calls:
            return DONE
        if not _agreed(f"delete {_counted(len(old), 'session')} and {_counted(wire_calls, 'recorded call')}?", yes):
            return REFUSED
        for one in old:
            _delete(store, one, with_ledger=False)
        if wire_before:
            store.wire.prune(wire_before)
    return DONE


def _tell_old(old: list[SessionSummary], keep_days: int, wire_calls: int, wire_days: int, now: datetime) -> None:
    out = screen().out
    if old:
        say(out, sessions_table(old, now, out.width))
    if not keep_days:
        screen().note(
            "sessions are kept for ever: --days N, or keep_days under [sessions] in config.toml, changes that"
        )
    elif not old:
        screen().note(f"no session was left alone for {keep_days} days")
    if wire_calls:
        screen().note(f"{_counted(wire_calls, 'recorded call')} of sessions that made none for {wire_days} days")


def _delete(store: Store, summary: SessionSummary, with_ledger: bool) -> None:
    gone = store.delete(summary.id)
    if with_ledger:
        store.database.write(lambda connection: ledger_table.forget(connection, summary.id))
    contents = f"{_counted(gone.blobs, 'content')} of {size(gone.bytes)}"
    screen().note(f"deleted {summary.id[:8]}{DOT}{gone.events:,} events{DOT}{contents}")


def _agreed(question: str, yes: bool) -> bool:
    """Whether the person says so. Raises `ConfigError` where nobody can be asked."""
    if yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise ConfigError("nobody can be asked here: --yes says that it may be deleted")
    screen().note(f"{question} [y/N] ", "warn")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
