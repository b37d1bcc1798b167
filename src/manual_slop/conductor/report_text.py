"""A track's report as Markdown, and as one page of HTML made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from manual_slop.conductor.report import TrackReport, score
from manual_slop.conductor.track_words import event_words
from manual_slop.money.ledger import Row
from manual_slop.session.export.html import page, rendered
from manual_slop.session.export.markdown import fenced, plain, quoted
from manual_slop.session.export.wording import moment
from manual_slop.store.tracks import TrackEntry
from manual_slop.values.tickets import TIER_NAMES, Ticket, TicketState


def as_markdown(report: TrackReport) -> str:
    """The whole report."""
    track = report.state.track
    where = f"Track `{track.id}` of {plain(report.state.project)}"
    head = f"{where} · {report.state.status} · plan `{report.state.digest[:12]}`"
    blocks = [
        f"# {plain(track.title)}",
        head,
        "## Goal",
        quoted(track.goal),
        "## Spec",
        quoted(track.spec),
        "## Tickets",
        _tickets(report),
        "## Costs",
        _costs(report),
        "## Forecast and actual",
        _forecast(report),
        *_details(report),
        "## What happened",
        _happened(report.entries),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def as_html(report: TrackReport) -> str:
    """The same as one page: no script, nothing fetched, all text escaped."""
    foot = f"{report.total.cost.calls} provider calls · {report.total.cost}"
    body = f"<article>{rendered(as_markdown(report))}</article>"
    return page(f"{report.state.track.title}: report", body, foot)


def _tickets(report: TrackReport) -> str:
    rows = [
        (
            f"`{one.id}`",
            plain(one.title),
            plain(", ".join(one.depends_on)),
            plain(", ".join(one.files)),
            (state := report.state.states.get(one.id, TicketState())).status,
            str(state.attempt or ""),
            plain(state.model),
        )
        for one in report.state.tickets.values()
    ]
    return _table(("ticket", "title", "waits for", "files", "status", "attempts", "model"), rows)


def _costs(report: TrackReport) -> str:
    rows = [_cost_row(_tier(row.key), row) for row in report.tiers]
    table = _table(("tier", "calls", "in", "cached", "out", "cost"), [*rows, _cost_row("all", report.total)])
    if report.planning.cost.calls:
        return f"{table}\n\nBeside it tier 1, for all tracks of the goal together: {plain(str(report.planning.cost))}."
    return table


def _cost_row(name: str, row: Row) -> tuple[str, ...]:
    used = row.usage
    counts = (row.cost.calls, used.input_tokens, used.cache_read_tokens, used.output_tokens)
    return (name, *(f"{count:,}" for count in counts), plain(str(row.cost)))


def _tier(key: str) -> str:
    return f"{key} {TIER_NAMES[key]}" if key in TIER_NAMES else plain(key or "none")


def _forecast(report: TrackReport) -> str:
    found, actual = report.forecast, report.actual
    usd = plain(str(report.working.cost))
    if found.tokens is None or found.seconds is None:
        told = "There was no forecast: no ticket of this project had been worked on when the plan was approved."
        return f"{told}\n\nActual: {actual.tokens:,} tokens, {usd}, {actual.seconds:.1f} s."
    money = ("unpriced", "") if found.usd is None else (f"${found.usd.p50:.4f}", f"${found.usd.p90:.4f}")
    rows = [
        (
            "tokens",
            f"{found.tokens.p50:,.0f}",
            f"{found.tokens.p90:,.0f}",
            f"{actual.tokens:,}",
            score(found.tokens, actual.tokens),
        ),
        ("cost", *money, usd, score(found.usd, actual.usd)),
        (
            "seconds",
            f"{found.seconds.p50:.1f}",
            f"{found.seconds.p90:.1f}",
            f"{actual.seconds:.1f}",
            score(found.seconds, actual.seconds),
        ),
    ]
    table = _table(("", "half of the cases below", "nine in ten below", "actual", "so it was"), rows)
    return f"{table}\n\nTiers 3 and 4, drawn from {found.n} earlier tickets of the project."


def _details(report: TrackReport) -> Iterator[str]:
    for ticket in report.state.tickets.values():
        state = report.state.states.get(ticket.id, TicketState())
        yield f"## Ticket {plain(ticket.id)}: {plain(ticket.title)}"
        yield _standing(state)
        yield quoted(ticket.brief)
        yield _held(ticket)
        if state.verdict is not None:
            said = "passed" if state.verdict.passed else "did not pass"
            yield "\n".join([f"QA: {said}", "", *(f"- {plain(reason)}" for reason in state.verdict.reasons)])
        if ticket.id in report.diffs:
            yield fenced(report.diffs[ticket.id].rstrip("\n"), "diff")


def _standing(state: TicketState) -> str:
    parts = [
        state.status,
        state.reason,
        f"session {state.session_id[:8]}" if state.session_id else "",
        state.commit[:12],
    ]
    return f"*{plain(' · '.join(filter(None, parts)))}*"


def _held(ticket: Ticket) -> str:
    return (
        "\n".join(["What had to hold:", "", *(f"- {plain(one)}" for one in ticket.acceptance)])
        if ticket.acceptance
        else ""
    )


def _happened(entries: Iterable[TrackEntry]) -> str:
    return "\n".join(f"- {moment(one.at)}: {plain(event_words(one.event))}" for one in entries)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
