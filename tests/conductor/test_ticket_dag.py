"""The graph of tickets: readiness, cascades, cycles, overlaps, order."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

import pytest

from manual_slop.conductor.ticket_dag import Move, TicketDag
from manual_slop.values.tickets import Ticket, TicketState

STATUSES = ("todo", "running", "review", "done", "failed", "blocked", "skipped", "unknown")


def ticket(name: str, *needs: str, files: tuple[str, ...] = (), priority: str = "normal") -> Ticket:
    return Ticket(name, name.upper(), "", needs, files, priority=priority)  # type: ignore[arg-type]


def kinds(dag: TicketDag) -> list[str]:
    return [fault.kind for fault in dag.faults()]


def random_graph(dice: random.Random) -> tuple[list[Ticket], dict[str, TicketState]]:
    names = [f"t{at}" for at in range(dice.randint(0, 9))]
    pool = [*names, "nowhere"]
    tickets = [ticket(name, *dice.sample(pool, dice.randint(0, min(3, len(pool))))) for name in names]
    states = {name: TicketState(dice.choice(STATUSES)) for name in names if dice.random() < 0.8}  # type: ignore[arg-type]
    return tickets, states


def ready_by_hand(tickets: list[Ticket], states: Mapping[str, TicketState]) -> set[str]:
    def status(name: str) -> str:
        return states[name].status if name in states else "todo"

    there = {one.id for one in tickets}
    return {
        one.id
        for one in tickets
        if status(one.id) == "todo"
        and all(needed in there and status(needed) in {"done", "skipped"} for needed in one.depends_on)
    }


def on_a_cycle(tickets: list[Ticket]) -> set[str]:
    needs = {one.id: set(one.depends_on) for one in tickets}
    reach = {name: set(direct) & needs.keys() for name, direct in needs.items()}
    for _ in needs:
        reach = {name: far.union(*(reach[one] for one in far)) if far else far for name, far in reach.items()}
    return {name for name, far in reach.items() if name in far}


def test_readiness_equals_that_by_hand_on_ten_thousand_random_graphs():
    dice = random.Random(6)
    for _ in range(10_000):
        tickets, states = random_graph(dice)
        found = TicketDag(tickets).ready(states)
        assert set(found) == ready_by_hand(tickets, states)
        assert len(found) == len(set(found))


def test_cycles_are_named_exactly_where_there_are_some_on_random_graphs():
    dice = random.Random(7)
    for _ in range(3000):
        tickets, _ = random_graph(dice)
        needs = {one.id: one.depends_on for one in tickets}
        circles = [fault.tickets for fault in TicketDag(tickets).faults() if fault.kind == "cycle"]
        assert bool(circles) == bool(on_a_cycle(tickets))
        for circle in circles:
            assert all(after in needs[one] for one, after in zip(circle, (*circle[1:], circle[0]), strict=True))


def test_an_order_puts_each_behind_what_it_needs_on_random_graphs():
    dice = random.Random(8)
    for _ in range(2000):
        tickets, _ = random_graph(dice)
        dag = TicketDag(tickets)
        order = dag.topological()
        assert all(order.index(needed) < at for at, name in enumerate(order) for needed in dag.by_id[name].depends_on)


def test_urgent_ones_come_first_then_those_that_most_wait_for_then_as_planned():
    dag = TicketDag(
        [
            ticket("late", priority="low"),
            ticket("plain"),
            ticket("base"),
            ticket("top", "base"),
            ticket("now", priority="high"),
        ]
    )
    assert dag.ready({}) == ("now", "base", "plain", "late")
    assert dag.ready({}, {"late": "high"}) == ("late", "now", "base", "plain")


def test_a_failure_blocks_all_that_needs_it_and_a_retry_lets_them_go():
    dag = TicketDag([ticket("a"), ticket("b", "a"), ticket("c", "b"), ticket("d")])
    moves = dag.cascade({"a": TicketState("failed")})
    assert moves == (Move("b", True, "a"), Move("c", True, "b"))
    blocked = TicketState("blocked", blocked_by="dependency")
    assert dag.cascade({"a": TicketState("failed"), "b": blocked, "c": blocked}) == ()
    assert dag.cascade({"a": TicketState("todo"), "b": blocked, "c": blocked}) == (Move("b", False), Move("c", False))


def test_what_a_person_blocked_stays_blocked_and_blocks_others():
    dag = TicketDag([ticket("a"), ticket("b", "a")])
    by_hand = TicketState("blocked", blocked_by="person")
    assert dag.cascade({"a": TicketState("done"), "b": by_hand}) == ()
    assert dag.cascade({"a": by_hand}) == (Move("b", True, "a"),)


def test_a_skipped_ticket_lets_its_dependants_go_on():
    dag = TicketDag([ticket("a"), ticket("b", "a")])
    assert dag.ready({"a": TicketState("skipped")}) == ("b",)
    assert dag.cascade({"a": TicketState("skipped")}) == ()


def test_what_runs_already_is_not_blocked_any_more():
    dag = TicketDag([ticket("a"), ticket("b", "a")])
    assert dag.cascade({"a": TicketState("failed"), "b": TicketState("running")}) == ()


def test_a_cycle_is_told_with_the_names_on_it():
    dag = TicketDag([ticket("a", "c"), ticket("b", "a"), ticket("c", "b"), ticket("d", "d"), ticket("e", "a")])
    told = [fault for fault in dag.faults() if fault.kind == "cycle"]
    assert [set(fault.tickets) for fault in told] == [{"a", "b", "c"}, {"d"}]
    assert "a → c → b → a" in told[0].message
    assert dag.topological() == ()


def test_a_cycle_behind_a_missing_ticket_is_found_too():
    assert sorted(kinds(TicketDag([ticket("a", "b", "c"), ticket("b", "gone"), ticket("c", "a")]))) == [
        "cycle",
        "missing",
    ]


def test_two_tickets_with_one_id_are_told_once():
    assert kinds(TicketDag([ticket("a"), ticket("a"), ticket("a")])) == ["duplicate"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("src/a.py", "src/a.py"), ("src/a.py", "./src/a.py"), ("src", "src/deep/a.py"), ("src/", "src/a.py")],
)
def test_files_that_two_may_change_at_once_are_told(one: str, other: str):
    told = TicketDag([ticket("a", files=(one,)), ticket("b", files=(other,))]).faults()
    assert [(fault.kind, set(fault.tickets), fault.stops) for fault in told] == [("overlap", {"a", "b"}, False)]


@pytest.mark.parametrize(("one", "other"), [("src/a.py", "src/ab.py"), ("src", "srcs/a.py"), ("a/b", "b")])
def test_other_files_do_not_overlap(one: str, other: str):
    assert not TicketDag([ticket("a", files=(one,)), ticket("b", files=(other,))]).faults()


def test_tickets_that_wait_for_each_other_by_way_of_others_may_share_a_file():
    chain = [ticket("a", files=("x",)), ticket("m", "a"), ticket("b", "m", files=("x",)), ticket("c", "a")]
    assert not TicketDag(chain).faults()
    beside = TicketDag([*chain, ticket("d", "c", files=("x",))])
    assert [set(fault.tickets) for fault in beside.faults()] == [{"b", "d"}]


def test_the_critical_path_is_the_chain_that_weighs_most():
    dag = TicketDag([ticket("a"), ticket("b", "a"), ticket("c", "b"), ticket("big"), ticket("d", "big", "a")])
    assert dag.critical_path() == ("a", "b", "c")
    assert dag.critical_path(lambda one: 10.0 if one.id == "big" else 1.0) == ("big", "d")
    assert TicketDag([]).critical_path() == ()


def test_ten_thousand_tickets_take_about_as_long_for_each_as_a_thousand_do():
    def seconds(count: int) -> float:
        tickets = [ticket(f"t{at}", *{f"t{at // 2}", f"t{at - 1}"} if at else ()) for at in range(count)]
        began = time.process_time()
        dag = TicketDag(tickets)
        dag.ready({})
        dag.cascade({"t0": TicketState("failed")})
        return time.process_time() - began

    small = min(seconds(1000) for _ in range(5))
    assert min(seconds(10_000) for _ in range(3)) < 40 * small
