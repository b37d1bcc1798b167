"""Tracks and tickets as tables: where each stands, who works on it, what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from manual_slop.conductor.standing import TicketStanding, TrackStanding
from manual_slop.money.ledger import sum_by
from manual_slop.store.tracks_table import TrackSummary
from manual_slop.terminal.tables import grid
from manual_slop.terminal.visible import one_line
from manual_slop.terminal.wording import DOT, sum_words
from manual_slop.values.usage import CostSum

_SIGNS: Mapping[str, tuple[str, str]] = {
    "todo": ("·", "dim"),
    "ready": ("○", "none"),
    "running": ("▶", "tool"),
    "review": ("◇", "tool"),
    "done": ("✓", "good"),
    "skipped": ("–", "dim"),
    "failed": ("✗", "bad"),
    "blocked": ("■", "warn"),
    "unknown": ("?", "warn"),
}
_REASON = 60
_WIDE = 100
_WIDEST_SCREEN = 1000  # what is wider is a file or a pipe


def track_table(standing: TrackStanding, width: int) -> RenderableType:
    """A track: how far it is, its tickets, and what it cost so far."""
    summary, state = standing.summary, standing.state
    done, all_of_them = standing.settled, len(standing.tickets)
    alive = "" if summary.running or state.status != "running" else " (its program has ended: `mma resume` goes on)"
    heading = Text.assemble(
        (one_line(state.track.title or summary.id), "name"),
        (f"{DOT}{state.status}{alive}{DOT}{done} of {all_of_them}{DOT}{sum_words(standing.cost)}", "none"),
    )
    why = [Text(one_line(state.reason, 300), "warn")] if state.reason and state.status != "mergeable" else []
    bar = [ProgressBar(max(1, all_of_them), done, width=min(60, width - 4))] if width <= _WIDEST_SCREEN else []
    return Group(heading, *why, *bar, tickets_table(standing.tickets, width))


def tickets_table(tickets: Iterable[TicketStanding], width: int) -> Table:
    """A row for each ticket; who works on it where there is room."""
    more = ("model",) if width >= _WIDE else ()
    table = grid("", "ticket", "status", "try", *more, "cost", "why", numbers=("try", "cost"))
    for one in tickets:
        sign, style = _SIGNS.get(one.status, ("", "none"))
        tries = str(one.state.attempt) if one.state.attempt else ""
        model = [one_line(one.state.model or one.ticket.model)] if more else []
        cost = sum_words(one.cost) if one.cost.calls else ""
        why = Text(one_line(one.state.reason, _REASON), "dim")
        table.add_row(Text(sign, style), one_line(one.ticket.id), Text(one.status, style), tries, *model, cost, why)
    return table


def tracks_table(tracks: Iterable[TrackSummary]) -> Table:
    """A row for each track."""
    table = grid("track", "title", "status", "changed")
    for one in tracks:
        lost = one.status == "running" and not one.running
        status = Text("interrupted" if lost else one.status, "warn" if lost else "none")
        table.add_row(one_line(one.id), one_line(one.title, _REASON), status, f"{one.changed:%Y-%m-%d %H:%M}")
    return table


def track_fields(standing: TrackStanding) -> dict[str, Any]:
    """A track for programs."""
    summary, state = standing.summary, standing.state
    tiers = {
        row.key: {"calls": row.cost.calls, "usage": row.usage, **cost_fields(row.cost)}
        for row in sum_by(standing.calls, "tier")
    }
    return {
        "type": "track",
        "id": summary.id,
        "title": state.track.title,
        "goal": state.track.goal,
        "epic": state.track.epic,
        "project": state.project,
        "status": state.status,
        "reason": state.reason,
        "running": summary.running,
        "approved": state.approved,
        "run_id": summary.run_id,
        "tickets": [ticket_fields(one) for one in standing.tickets],
        "cost": cost_fields(standing.cost),
        "tiers": tiers,
    }


def ticket_fields(one: TicketStanding) -> dict[str, Any]:
    """A ticket for programs."""
    state, ticket = one.state, one.ticket
    verdict = None if state.verdict is None else {"passed": state.verdict.passed, "reasons": state.verdict.reasons}
    return {
        "id": ticket.id,
        "title": ticket.title,
        "status": one.status,
        "reason": state.reason,
        "blocked_by": state.blocked_by,
        "attempt": state.attempt,
        "model": state.model or ticket.model,
        "priority": ticket.priority,
        "depends_on": ticket.depends_on,
        "session_id": state.session_id,
        "commit": state.commit,
        "verdict": verdict,
        "cost": cost_fields(one.cost),
    }


def summary_fields(one: TrackSummary) -> dict[str, Any]:
    """A track in a list, for programs."""
    names = ("id", "project", "title", "epic", "status", "running", "run_id")
    times = {"opened": one.opened.isoformat(), "changed": one.changed.isoformat()}
    return {**{name: getattr(one, name) for name in names}, **times}


def cost_fields(cost: CostSum) -> dict[str, Any]:
    """Money for programs: `usd` is `null` where no call could be priced; `unpriced` counts those a sum leaves out."""
    unknown = cost.calls > 0 and cost.unpriced == cost.calls
    return {"usd": None if unknown else cost.usd, "unpriced": cost.unpriced, "calls": cost.calls}
