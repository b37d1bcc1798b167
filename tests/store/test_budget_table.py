"""Budgets: what is spent and set aside never passes a limit, whoever asks, however many at once, whatever dies."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from manual_slop.store import budget_nodes, ledger_table
from manual_slop.store.budget_table import BudgetTable
from manual_slop.store.database import Database
from manual_slop.store.entry_rows import pack
from manual_slop.values.budget import Amount, BudgetExceeded, Limit, NodeState, Rules
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.usage import Cost, Usage
from tests.support.entries import NOON

D = Decimal
ALL = ("all",)
S1 = ("all", "session s1")
TIER = (*S1, "epic e", "track t", "tier 3")
TICKET = (*TIER, "ticket k")


def call(call_id: str, usd: str | None = "0", tokens: int = 0, **more: Any) -> UsageRecorded:
    """A settled call of session s1, or the draft of one."""
    cost = Cost(None, "unpriced") if usd is None else Cost(D(usd), "list price")
    given: dict[str, Any] = {"call_id": call_id, "session_id": "s1", "provider": "acme", "began": NOON, "ended": NOON}
    return UsageRecorded("acme/m1", Usage(tokens), cost, **{**given, **more})


def deep(call_id: str, usd: str = "0", tokens: int = 0) -> UsageRecorded:
    """A call of a worker's own session, far down in the tree."""
    return call(call_id, usd, tokens, session_id="worker", origin=Origin("s1", "e", "t", "3", "k"))


@pytest.fixture(params=["memory", "file"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(None if request.param == "memory" else tmp_path / "sessions.db")
    yield opened
    opened.close()


@pytest.fixture
def budget(database: Database) -> BudgetTable:
    return BudgetTable(database)


def test_what_a_call_may_come_to_is_set_aside_and_what_it_used_is_spent(budget: BudgetTable):
    budget.set_limit(S1, Limit(D(2), 1_000))
    budget.reserve(call("c1"), Amount(D("0.5"), 300))
    assert budget.state(S1) == NodeState(S1, Limit(D(2), 1_000), Amount(), Amount(D("0.5"), 300))
    budget.settle(call("c1", "0.1", 50))
    assert budget.state(S1) == NodeState(S1, Limit(D(2), 1_000), Amount(D("0.1"), 50), Amount())


def test_a_cancelled_call_gives_back_what_it_did_not_use(budget: BudgetTable):
    budget.set_limit(S1, Limit(D(1)))
    budget.reserve(call("c1"), Amount(D(1)))
    with pytest.raises(BudgetExceeded):
        budget.reserve(call("c2"), Amount(D("0.01")))
    budget.settle(call("c1", "0.2", purpose="cancelled"))
    budget.reserve(call("c2"), Amount(D("0.8")))
    budget.release("c2")
    assert budget.state(S1).reserved == Amount()


def test_what_children_spend_counts_for_everybody_above_them(budget: BudgetTable):
    budget.reserve(deep("c1"), Amount(D("0.5")))
    budget.settle(deep("c1", "0.4", 10))
    for path in (ALL, S1, TIER[:3], TIER[:4], TIER, TICKET, (*ALL, "day 2026-11-23"), (*ALL, "month 2026-11")):
        assert budget.state(path).spent == Amount(D("0.4"), 10), path
    assert budget.state(("all", "session worker")).spent == Amount()


@pytest.mark.parametrize("path", [ALL, S1, TIER, TICKET])
def test_a_full_node_anywhere_on_the_path_stops_the_call_and_is_named(budget: BudgetTable, path: tuple[str, ...]):
    budget.set_limit(path, Limit(D(1)))
    budget.reserve(deep("c1"), Amount(D("0.75")))
    with pytest.raises(BudgetExceeded) as caught:
        budget.reserve(deep("c2"), Amount(D("0.3")))
    assert caught.value.node.path == path
    assert (caught.value.kind, caught.value.node.reserved.usd) == ("budget", D("0.75"))
    assert "may come to $0.3000, and $0.2500 of the $1.00 for " in caught.value.message
    assert "$0.7500 set aside for calls under way" in caught.value.message
    assert caught.value.advice.startswith("Nothing was sent: raise ")
    assert budget.state(path).reserved == Amount(D("0.75"))


def test_tokens_have_a_limit_too(budget: BudgetTable):
    budget.set_limit(S1, Limit(None, 1_000))
    budget.settle(call("c1", "5", 900))
    with pytest.raises(BudgetExceeded, match="101 tokens, and 100 of the 1,000 for session s1 are left"):
        budget.reserve(call("c2"), Amount(D(9), 101))
    budget.reserve(call("c2"), Amount(D(9), 100, 1))


def test_unpriced_calls_are_stopped_where_dollars_are_limited(budget: BudgetTable):
    budget.set_limit(S1, Limit(D(100)))
    with pytest.raises(BudgetExceeded, match="nobody knows what acme/m1 costs, and session s1 has a budget in USD"):
        budget.reserve(call("c1"), Amount(D(0), 10, 1))
    budget.set_limit(S1, Limit(D(100), unpriced=True))
    budget.reserve(call("c1"), Amount(D(0), 10, 1))
    budget.settle(call("c1", None, 7))
    assert budget.state(S1).spent == Amount(D(0), 7, 1)


def test_of_the_nodes_that_a_call_counts_for_those_with_a_limit_are_told(database: Database):
    table = BudgetTable(database, Rules(per_session=Limit(D(1))))
    table.set_limit(TIER, Limit(None, 500))
    table.settle(deep("c1", "0.25", 40))
    assert table.states(deep("c2")) == [
        NodeState(S1, Limit(D(1)), Amount(D("0.25"), 40)),
        NodeState(TIER, Limit(None, 500), Amount(D("0.25"), 40)),
    ]
    assert table.states(call("c3", session_id="other")) == [NodeState(("all", "session other"), Limit(D(1)))]


def test_a_call_that_costs_nothing_is_made_even_where_everything_is_spent(budget: BudgetTable):
    budget.set_limit(S1, Limit(D(1)))
    budget.settle(call("c1", "1.5"))
    with pytest.raises(BudgetExceeded, match=r"\$0 of the \$1.00"):
        budget.reserve(call("c2"), Amount(D("0.0001"), 10))
    budget.reserve(call("c2"), Amount(D(0), 10))


def test_a_warning_is_given_once_for_each_limit(budget: BudgetTable):
    budget.set_limit(S1, Limit(D(1)))
    budget.set_limit(TIER, Limit(D(10)))
    assert budget.settle(call("c1", "0.79")) == ()
    (warned,) = budget.settle(call("c2", "0.01"))
    assert (warned.path, warned.spent.usd) == (S1, D("0.80"))
    assert budget.settle(call("c3", "0.1")) == ()
    budget.set_limit(S1, Limit(D("1.05")))
    assert [node.path for node in budget.settle(call("c4", "0.01"))] == [S1]


def test_the_rules_hold_for_days_months_and_sessions_in_utc(database: Database):
    rules = Rules(per_day=Limit(D(1)), per_month=Limit(D("1.5")), per_session=Limit(D("1.2")))
    budget = BudgetTable(database, rules)
    tomorrow, next_month = NOON + timedelta(days=1), NOON + timedelta(days=10)
    budget.settle(call("c1", "0.9", session_id="s0"))
    with pytest.raises(BudgetExceeded, match="for day 2026-11-23"):
        budget.reserve(call("c2"), Amount(D("0.2")))
    budget.reserve(call("c3", began=tomorrow), Amount(D("0.2")))
    budget.settle(call("c3", "0.5", began=tomorrow))
    with pytest.raises(BudgetExceeded, match="for month 2026-11"):
        budget.reserve(call("c4", began=tomorrow), Amount(D("0.2")))
    budget.reserve(call("c5", began=next_month), Amount(D("0.2")))
    budget.settle(call("c5", "0.6", began=next_month))
    with pytest.raises(BudgetExceeded, match="for session s1"):
        budget.reserve(call("c6", began=next_month), Amount(D("0.2")))


def test_a_limit_set_for_a_session_stands_above_the_rules_and_stays(tmp_path: Path):
    rules = Rules(per_session=Limit(D(1)))
    first = Database.open(tmp_path / "sessions.db")
    BudgetTable(first, rules).set_limit(S1, Limit(D(5)))
    first.close()
    second = Database.open(tmp_path / "sessions.db")
    budget = BudgetTable(second, rules)
    budget.reserve(call("c1"), Amount(D(4)))
    assert budget.state(S1).limit == Limit(D(5))
    assert budget.state(("all", "session s2")).limit == Limit(D(1))
    second.close()


def test_a_call_is_spent_once_whether_its_event_or_its_budget_is_settled_first(budget: BudgetTable, database: Database):
    budget.reserve(call("c1"), Amount(D(1)))
    database.write(lambda connection: ledger_table.record(connection, call("c1", "0.3")))
    assert budget.state(S1) == NodeState(S1, Limit(), Amount(D("0.3")), Amount())
    budget.settle(call("c1", "0.3"))
    budget.settle(call("c2", "0.3"))
    database.write(lambda connection: ledger_table.record(connection, call("c2", "0.3")))
    assert budget.state(S1).spent == Amount(D("0.6"))


def test_64_threads_never_pass_a_limit_anywhere(database: Database):
    """Random calls, some cancelled, some cheaper than feared, watched all the while by somebody who only reads."""
    budget = BudgetTable(database, Rules(total=Limit(D(3), 4_000_000)))
    for path, usd in ((S1, "2.5"), (TIER, "1.5"), (TICKET, "0.7")):
        budget.set_limit(path, Limit(D(usd)))
    outcomes = {"made": 0, "refused": 0, "released": 0}
    counting, done = threading.Lock(), threading.Event()

    def work(number: int) -> None:
        dice = random.Random(number)
        for turn in range(6):
            origin = Origin(*("s1", "e", "t", "3", "k")[: dice.choice((1, 4, 5))])
            one = call(f"{number}-{turn}", session_id=dice.choice(("s1", f"w{number}")), origin=origin)
            worst = Amount(D(dice.randrange(1, 90)) / 1_000, dice.randrange(100, 9_000))
            outcome = _one_call(budget, one, worst, dice)
            with counting:
                outcomes[outcome] += 1

    broken: list[NodeState] = []
    watcher = threading.Thread(target=_watch, args=(budget, done, broken))
    watcher.start()
    with ThreadPoolExecutor(64) as threads:
        list(threads.map(work, range(64)))
    done.set()
    watcher.join()

    assert not broken
    assert min(outcomes.values()) > 0
    with database.reading() as connection:
        assert connection.execute("SELECT COUNT(*) FROM reservations").fetchone() == (0,)
        kept = list(ledger_table.read(connection))
    assert budget.state(ALL).spent.usd == sum(one.cost.usd for one in kept if one.cost.usd)
    assert budget.state(ALL).reserved == Amount()


def _one_call(budget: BudgetTable, one: UsageRecorded, worst: Amount, dice: random.Random) -> str:
    try:
        budget.reserve(one, worst)
    except BudgetExceeded:
        return "refused"
    if dice.random() < 0.3:
        budget.release(one.call_id)
        return "released"
    used = worst.usd * dice.randrange(0, 101) / 100
    budget.settle(replace(one, cost=Cost(used, "list price"), usage=Usage(worst.tokens // 2)))
    return "made"


def _watch(budget: BudgetTable, done: threading.Event, broken: list[NodeState]) -> None:
    """Look at every node again and again; what is beyond its limit is remembered."""
    while not done.is_set():
        nodes = [*budget.limited(), budget.state(ALL)]
        for node in nodes:
            limit = node.limit
            whole = node.spent + node.reserved
            if whole.usd > (limit.usd or 0) or whole.tokens > (limit.tokens or whole.tokens):
                broken.append(node)


CHILD = """
import sys
from decimal import Decimal
from pathlib import Path
from manual_slop.store.budget_table import BudgetTable
from manual_slop.store.database import Database
from manual_slop.values.budget import Amount, BudgetExceeded
from tests.store.test_budget_table import call

budget = BudgetTable(Database.open(Path(sys.argv[1])))
mode, name = sys.argv[2:]
for number in range(20):
    try:
        budget.reserve(call(f"{name}-{number}", "0.02", 500, purpose="interrupted"), Amount(Decimal("0.05"), 900))
    except BudgetExceeded:
        print("full", flush=True)
        break
    if mode == "settle":
        budget.settle(call(f"{name}-{number}", "0.05", 900))
    print("made", flush=True)
    if mode == "hang" and number == 2:
        sys.stdin.read()
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts other programs that work on the same file."""
    started: list[subprocess.Popen[str]] = []

    def start(mode: str, name: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", CHILD, str(tmp_path / "sessions.db"), mode, name]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def test_programs_that_share_a_store_share_its_budgets(tmp_path: Path, program: Callable[..., subprocess.Popen[str]]):
    database = Database.open(tmp_path / "sessions.db")
    budget = BudgetTable(database)
    budget.set_limit(ALL, Limit(D("1.00")))
    said = [one.communicate(timeout=100)[0].split() for one in (program("settle", "a"), program("settle", "b"))]
    assert sum(words.count("made") for words in said) == 20
    assert budget.state(ALL) == NodeState(ALL, Limit(D("1.00")), Amount(D("1.00"), 18_000), Amount())
    database.close()


def test_what_a_killed_program_had_under_way_is_entered_as_interrupted(
    tmp_path: Path, program: Callable[..., subprocess.Popen[str]]
):
    database = Database.open(tmp_path / "sessions.db")
    budget = BudgetTable(database)
    budget.set_limit(ALL, Limit(D("0.20")))
    child = program("hang", "dead")
    assert child.stdout is not None
    assert [child.stdout.readline().strip() for _ in range(3)] == ["made"] * 3
    assert budget.recover() == 0  # it still lives
    with pytest.raises(BudgetExceeded):
        budget.reserve(call("mine"), Amount(D("0.10")))

    child.send_signal(signal.SIGKILL)
    child.wait(30)
    budget.reserve(call("mine"), Amount(D("0.10")))  # 0.20 less three calls at an estimate of 0.02
    assert budget.state(ALL) == NodeState(ALL, Limit(D("0.20")), Amount(D("0.06"), 1_500), Amount(D("0.10")))
    with database.reading() as connection:
        assert [one.purpose for one in ledger_table.read(connection)] == ["interrupted"] * 3
    assert budget.recover() == 0
    database.close()


def test_what_the_dead_had_under_way_is_spent_and_may_leave_no_room(database: Database):
    budget = BudgetTable(database)
    budget.set_limit(ALL, Limit(D(1)))
    budget.reserve(call("c1", "0.9"), Amount(D("0.95")))
    database.write(lambda c: c.execute("UPDATE reservations SET owner = '0123456789abcdef'"))
    with pytest.raises(BudgetExceeded):
        budget.reserve(call("c2"), Amount(D("0.2")))
    budget.reserve(call("c3"), Amount(D("0.1")))
    assert budget.state(ALL) == NodeState(ALL, Limit(D(1)), Amount(D("0.9")), Amount(D("0.1")))


def test_what_a_program_set_aside_before_it_died_is_entered_as_it_stood(database: Database):
    budget, draft = BudgetTable(database), deep("c1", "0.25", 100)
    budget.reserve(draft, Amount(D(1)))
    database.write(lambda c: c.execute("UPDATE reservations SET owner = '0123456789abcdef'"))
    assert budget.recover() == 1
    with database.reading() as connection:
        assert list(ledger_table.read(connection)) == [draft]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has one time zone for all programs")
def test_a_day_is_one_in_utc_wherever_the_computer_stands(database: Database, monkeypatch: pytest.MonkeyPatch):
    budget = BudgetTable(database, Rules(per_day=Limit(D(1))))
    with monkeypatch.context() as patch:
        for zone in ("XXX-12", "XXX+12"):
            patch.setenv("TZ", zone)
            time.tzset()
            before, (day,), after = _today(), budget.states(call("c1", began=None, ended=None)), _today()
            assert day.path[-1] in (f"day {before}", f"day {after}")
    time.tzset()


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def test_what_several_killed_programs_had_under_way_is_all_entered(database: Database):
    for number in range(3):
        draft = call(f"c{number}", "0.25", 100, purpose="interrupted")
        packed = json.dumps(astuple(pack(draft)))
        of = (draft, Amount(D(1)), f"{number:016x}", packed)
        database.write(lambda c, of=of: budget_nodes.reserve(c, *of))
    assert BudgetTable(database).recover() == 3
    assert BudgetTable(database).state(ALL) == NodeState(ALL, Limit(), Amount(D("0.75"), 300), Amount())


def test_a_call_that_was_settled_before_the_kill_is_not_entered_again(database: Database):
    budget = BudgetTable(database)
    draft = call("c1", "0.02")
    database.write(lambda c: budget_nodes.reserve(c, draft, Amount(D(1)), "0123456789abcdef", "[]"))
    database.write(lambda c: ledger_table.record(c, call("c1", "0.5")))
    assert budget.recover() == 0
    assert budget.state(ALL).spent.usd == D("0.5")
