"""Where a track stands, folded from its events."""

from __future__ import annotations

from manual_slop.conductor.track_state import TrackState, plan_digest
from manual_slop.values.tickets import Ticket, Verdict
from manual_slop.values.track_events import (
    GateClosed,
    GateOpened,
    RunEnded,
    RunStarted,
    TicketAdded,
    TicketChanged,
    TicketSet,
    TrackChanged,
    TrackEvent,
    TrackPlanned,
    VerdictGiven,
)

A, B = Ticket("a", "A", "do a"), Ticket("b", "B", "do b", ("a",))


def planned(*tickets: Ticket, spec: str = "the spec") -> TrackPlanned:
    return TrackPlanned("T", "the goal", "/project", "epic", plan_digest(spec, tickets), spec, tickets)


def folded(*events: TrackEvent) -> TrackState:
    return TrackState("t", events)


def test_a_plan_is_in_force_with_its_tickets_before_anybody_approved_it():
    state = folded(planned(A, B))
    assert (state.track.title, state.track.goal, state.project, state.status) == (
        "T",
        "the goal",
        "/project",
        "planned",
    )
    assert [*state.tickets] == ["a", "b"]
    assert not state.approved
    assert state.ready() == ("a",)


def test_a_gate_lets_exactly_one_digest_pass():
    plan = planned(A, B)
    state = folded(plan, GateOpened("plan", plan.digest, "ada"))
    assert state.approved
    assert not state.is_open("plan", plan_digest("the spec", (A,)))
    assert not state.is_open("plan", "")
    assert not folded(plan, GateOpened("plan", plan.digest, "ada"), GateClosed("plan", "no")).approved


def test_a_newer_plan_waits_until_it_is_approved_and_then_keeps_what_was_done():
    old, new = planned(A, B), planned(A, B, Ticket("c", "C", "do c", ("b",)))
    done = TicketChanged("a", "done", commit="abc")
    state = folded(old, GateOpened("plan", old.digest, "ada"), done, new)
    assert [*state.tickets] == ["a", "b"]
    assert (state.digest, state.newest) == (old.digest, new.digest)
    state.apply(GateOpened("plan", new.digest, "ada"))
    assert [*state.tickets] == ["a", "b", "c"]
    assert state.approved
    assert state.states["a"].commit == "abc"
    assert state.ready() == ("b",)


def test_a_change_leaves_what_it_does_not_name_and_never_counts_attempts_back():
    state = folded(
        planned(A),
        TicketChanged("a", "running", attempt=2, model="m", session_id="s", branch="w"),
        TicketChanged("a", "review", "by itself"),
    )
    ticket = state.states["a"]
    assert (ticket.status, ticket.attempt, ticket.model, ticket.session_id) == ("review", 2, "m", "s")
    assert (ticket.branch, ticket.reason) == ("w", "by itself")


def test_a_verdict_a_model_and_a_priority_are_kept_on_their_ticket():
    verdict = Verdict(True, ("good",), "d1")
    state = folded(planned(A, B), VerdictGiven("a", 1, verdict, "m"), TicketSet("b", "x/y", "high", "ada"))
    assert state.states["a"].verdict == verdict
    assert (state.tickets["b"].model, state.tickets["b"].priority) == ("x/y", "high")
    assert state.track.tickets == (A, B)


def test_work_that_turned_up_is_part_of_the_graph_and_survives_a_new_plan():
    clash = Ticket("b-conflict", "Clash", "both sides", ("a",))
    old, new = planned(A, B), planned(A)
    state = folded(old, TicketAdded(clash, "b clashes"), TicketChanged("a", "done"))
    assert state.ready() == ("b", "b-conflict")
    state.apply(new)
    assert [*state.tickets] == ["a", "b-conflict"]


def test_a_run_is_known_until_that_very_run_ends():
    state = folded(planned(A), RunStarted("r2", step=True), RunEnded("r1", "late news"))
    assert state.run == RunStarted("r2", step=True)
    state.apply(RunEnded("r2", "all is done"))
    assert (state.run, state.last_run_ended) == (None, "all is done")


def test_what_is_told_of_unknown_tickets_breaks_nothing():
    state = folded(TicketChanged("ghost", "done"), TicketSet("ghost", "m"), TrackChanged("paused", "why", "ada"))
    assert state.states["ghost"].status == "done"
    assert (state.status, state.reason) == ("paused", "why")
    assert state.ready() == ()


def test_the_digest_changes_with_every_word_of_spec_and_tickets_but_not_with_blank_ends():
    before = plan_digest("spec", (A, B))
    assert plan_digest("spec\n", (A, B)) == before
    others = [
        ("spec.", (A, B)),
        ("spec", (B, A)),
        ("spec", (A,)),
        ("spec", (A, Ticket("b", "B", "do b", ("a",), ("f",)))),
    ]
    assert len({before, *(plan_digest(*one) for one in others)}) == 5
