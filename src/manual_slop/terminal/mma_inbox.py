"""`manual-slop mma inbox`: what waits for a person in any program, shown and answered here."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Annotated

import typer

from manual_slop.conductor.duty import watcher_of
from manual_slop.safety.consent_sheet import sheet
from manual_slop.safety.shared_inbox import SharedInbox
from manual_slop.safety.shell.lineage import require_person
from manual_slop.store.inbox_table import Asked
from manual_slop.store.store import Store
from manual_slop.terminal.approval_prompt import ApprovalPrompt
from manual_slop.terminal.exit_codes import DONE, REFUSED
from manual_slop.terminal.json_lines import document
from manual_slop.terminal.mma_common import JsonOption, who
from manual_slop.terminal.screen import say, screen
from manual_slop.terminal.sessions_store import opened
from manual_slop.terminal.tables import grid
from manual_slop.terminal.visible import one_line
from manual_slop.values.approval import Answer
from manual_slop.values.errors import ConfigError


def inbox_command(
    track: Annotated[str | None, typer.Argument(metavar="[TRACK]", help="Only what this track asks.")] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Show what waits, and ask nothing.")] = False,
    approve: Annotated[
        str | None, typer.Option(metavar="ID:DIGEST", help="Approve exactly this, as --json showed it.")
    ] = None,
    refuse: Annotated[str | None, typer.Option(metavar="ID", help="Refuse this.")] = None,
    reason: Annotated[str, typer.Option(metavar="WORDS", help="Why it is refused; the model reads it.")] = "",
    json: JsonOption = False,
) -> int:
    """Answer what workers ask for: each is shown in full, and approved, edited or refused."""
    with opened() as store:
        if approve is not None or refuse is not None:
            return _answer(store, approve, refuse, reason)
        waiting = store.inbox.pending(track)
        if json:
            screen().put(document({"type": "inbox", "requests": [_fields(one) for one in waiting]}, indent=2))
        elif list_only or not sys.stdin.isatty():
            _list(waiting)
        else:
            _ask(store, track)
    return DONE


def _list(waiting: list[Asked]) -> None:
    if not waiting:
        screen().note("nothing waits for you")
        return
    table = grid("id", "track", "who", "what", "why")
    for one in waiting:
        action = one.request.action
        what = f"{action.tool}: {one_line(action.preview.text, 60)}"
        table.add_row(one.request.id[:12], one.track, one_line(action.origin, 60), what, one_line(one.request.why, 60))
    say(screen().out, table)


def _ask(store: Store, track: str | None) -> None:
    """One after the other, until nothing waits."""
    with closing(SharedInbox(store.inbox, watcher_of(store), track)) as inbox:
        prompt = ApprovalPrompt(screen(), inbox)
        if not inbox.pending():
            screen().note("nothing waits for you")
        while waiting := inbox.pending():
            prompt(waiting[0])


def _answer(store: Store, approve: str | None, refuse: str | None, reason: str) -> int:
    name, _, digest = (approve or refuse or "").partition(":")
    found = [one for one in store.inbox.pending() if name and one.request.id.startswith(name)]
    if len(found) != 1:
        raise ConfigError(f"no request begins with {name!r}" if not found else f"several requests begin with {name!r}")
    (one,) = found
    if approve and (len(digest) < 12 or not one.digest.startswith(digest)):
        raise ConfigError(f"to approve it unseen, name its digest: --approve {one.request.id[:12]}:{one.digest[:12]}")
    answer = Answer("approve", by=who()) if approve else Answer("refuse", reason=reason or "refused", by=who())
    if approve:
        require_person("answering what waits for a person")
    if store.inbox.answer(one.request.id, one.digest, answer):
        screen().note("approved" if approve else "refused", "good")
        return DONE
    screen().note("it waits no more", "warn")
    return REFUSED


def _fields(one: Asked) -> dict[str, object]:
    action, shown = one.request.action, sheet(one.request)
    return {
        "id": one.request.id,
        "digest": one.digest,
        "track": one.track,
        "origin": action.origin,
        "tool": action.tool,
        "risk": action.risk,
        "arguments": action.arguments,
        "why": one.request.why,
        "asked_at": one.request.asked_at,
        "warnings": list(shown.warnings),
        "preview": {"kind": action.preview.kind, "text": action.preview.text, "targets": action.preview.targets},
    }
