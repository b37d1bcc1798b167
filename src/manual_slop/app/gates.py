"""What stands at a gate of a track, written out for the person who opens it: a plan, or a merge with its tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from manual_slop.safety.consent import render
from manual_slop.safety.consent_escape import escape
from manual_slop.safety.consent_sheet import Sheet
from manual_slop.values.tickets import Ticket
from manual_slop.values.usage import format_usd

if TYPE_CHECKING:
    from manual_slop.ai_client import Access
    from manual_slop.conductor.approving import Proposal
    from manual_slop.conductor.forecast import Spread, TrackForecast
    from manual_slop.conductor.merge_gate import MergeGate
    from manual_slop.conductor.merging import Offer
    from manual_slop.conductor.tiers import Tiers
    from manual_slop.safety.workspace import Workspace
    from manual_slop.store.store import Store

_SHOWN_OF_A_CHECK = 40  # lines, of the end


@dataclass(frozen=True, slots=True)
class GateSheet:
    """What a person is shown before they open a gate, which is opened for just what has this `digest`.

    `opened` says that it is open for it already, `refused` why it cannot be; `source` is a plan as its file has it.
    """

    gate: Literal["plan", "merge"]
    track: str
    title: str
    digest: str
    sheet: Sheet
    opened: bool = False
    refused: str = ""
    source: str = ""


def plan_sheet(store: Store, workspace: Workspace, access: Access, tiers: Tiers, one: Proposal) -> GateSheet:
    """A plan as its files have it, with all of its tickets and what they may come to."""
    from manual_slop.conductor.history import project_forecast
    from manual_slop.conductor.plan_files import plan_text
    from manual_slop.conductor.ticket_dag import TicketDag

    track, dag = one.track, TicketDag(one.track.tickets)
    forecast = project_forecast(store, access, workspace.root, track.id, track.tickets, tiers)
    facts = (
        ("goal", " ".join(track.goal.split())),
        ("tickets", f"{len(track.tickets)}, the longest chain {len(dag.critical_path())}"),
        *_forecast(forecast),
        ("plan", f"conductor/tracks/{track.id}/plan.json"),
        ("digest", one.digest[:12]),
    )
    warnings = tuple(fault.message for fault in dag.faults())
    refused = "" if track.tickets else "it has no tickets"
    body = "\n".join(_plan_lines(track.spec, track.tickets))
    sheet, source = _sheet(facts, body, warnings), plan_text(track)
    return GateSheet("plan", track.id, track.title, one.digest, sheet, one.approved, refused, source)


def merge_sheet(gate: MergeGate, offer: Offer) -> GateSheet:
    """A merge as it would be done: tests and verdicts in words, the diff in full."""
    title = gate.state.track.title
    where = "the project folder, which is no git repository" if gate.repository.shadow else f"the branch {offer.onto}"
    verdicts = [(ticket.id, _verdict(gate, ticket)) for ticket in gate.state.tickets.values()]
    facts = (
        ("goes to", where),
        ("files", ", ".join(f"{one.path} ({one.how})" for one in offer.files)),
        *((check.command, "passed" if check.passed else f"FAILED ({check.how})") for check in offer.checks),
        *verdicts,
        ("digest", offer.digest[:12]),
    )
    clashes = ", ".join(clash.path for clash in offer.clashes)
    refused = f"it clashes with what is on {offer.onto} in {clashes}: bring {offer.onto} up to date" if clashes else ""
    sheet = _sheet(facts, offer.diff, tuple(_against(gate, offer)), diff=True)
    return GateSheet("merge", gate.id, title, offer.digest, sheet, False, refused)


def _sheet(facts: tuple[tuple[str, str], ...], body: str, warnings: tuple[str, ...], *, diff: bool = False) -> Sheet:
    shown = render(body, "diff" if diff else "text")
    escaped = tuple((escape(label), escape(" ".join(value.split()))) for label, value in facts)
    return Sheet(escaped, shown, shown, (*(escape(" ".join(one.split())) for one in warnings), *shown.oddities))


def _plan_lines(spec: str, tickets: tuple[Ticket, ...]) -> Iterator[str]:
    yield from spec.rstrip().split("\n")
    for ticket in tickets:
        after = f", after {', '.join(ticket.depends_on)}" if ticket.depends_on else ""
        yield ""
        yield f"━━ {ticket.id}  {ticket.title}  ({ticket.priority}{after})"
        yield from ticket.brief.rstrip().split("\n")
        yield f"   may change: {', '.join(ticket.files) or 'any file'}"
        if ticket.symbols:
            yield f"   looks at: {', '.join(ticket.symbols)}"
        yield from (f"   must hold: {one}" for one in ticket.acceptance)
        if ticket.model:
            yield f"   model: {ticket.model}"


def _verdict(gate: MergeGate, ticket: Ticket) -> str:
    stands = gate.state.states[ticket.id]
    reasons = "; ".join(stands.verdict.reasons) if stands.verdict else stands.reason
    return f"{stands.status}, {ticket.title}{': ' if reasons else ''}{reasons}"


def _against(gate: MergeGate, offer: Offer) -> Iterator[str]:
    """What speaks against it."""
    if missing := gate.missing():
        yield f"not done: {', '.join(ticket.id for ticket in missing)}"
    for check in offer.checks:
        if not check.passed:
            said = " / ".join(line.strip() for line in check.output.splitlines()[-_SHOWN_OF_A_CHECK:] if line.strip())
            yield f"{check.command} failed: {said}"
    if not offer.checks:
        yield "no command checks it"


def _forecast(found: TrackForecast) -> Iterator[tuple[str, str]]:
    if found.tokens is None or found.seconds is None:
        yield "forecast", "none: no ticket of this project was worked on before"
        return
    whole = f"{_range(found.tokens)} tokens, {_money(found.usd)}, {_range(found.seconds)} s"
    yield "forecast", f"{whole} (half of the cases to nine in ten, from {found.n} earlier tickets)"
    for one in found.tiers:
        yield f"tier {one.tier}", f"{one.model}: {_range(one.tokens)} tokens, {_money(one.usd)}"


def _range(spread: Spread) -> str:
    return f"{spread.p50:,.0f} to {spread.p90:,.0f}"


def _money(spread: Spread | None) -> str:
    if spread is None:
        return "unpriced"
    low, high = (format_usd(Decimal(str(round(number, 6)))) for number in (spread.p50, spread.p90))
    return "no charge" if spread.p90 == 0 else f"{low} to {high}"
