"""`mma run`, `status`, `pause`, `resume`, `stop`, `ticket`, `inbox` and `cost`, as somebody types them."""

from __future__ import annotations

import io
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from manual_slop import cli
from manual_slop.conductor.approving import approve, proposal
from manual_slop.conductor.duty import watcher_of
from manual_slop.conductor.plan_files import open_project, write_track
from manual_slop.conductor.standing import standing
from manual_slop.safety.store_inbox import StoreInbox
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.terminal.screen import screen
from manual_slop.values.ledger import Origin, UsageRecorded
from manual_slop.values.tickets import Ticket
from manual_slop.values.track_events import TicketChanged, TrackChanged
from manual_slop.values.usage import Cost, Usage
from tests.support.approvals import command
from tests.support.crews import chain
from tests.support.patience import wait_until
from tests.support.works import MEND, a_track, sums

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    sums(folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Does what is typed in this process, where nobody sits; exit code, stdout and stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
        screen.cache_clear()
        code = cli.run(["mma", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    yield run
    screen.cache_clear()
    close_shared_stores()


def ready(project: Path, *tickets: Ticket) -> None:
    """A track of these tickets, planned and approved."""
    workspace = open_project(project)
    write_track(workspace, a_track(*tickets))
    approve(shared_store(), proposal(shared_store(), workspace, "t1"), "me")


def test_a_list_shows_the_tracks_of_the_project_here(project: Path, run: Run):
    assert "no tracks here" in run("status")[2]
    ready(project, MEND)
    code, out, _ = run("status")
    assert code == 0
    assert re.search(r"t1 +Sums +approved", out)
    (track,) = json.loads(run("status", "--json")[1])["tracks"]
    assert (track["id"], track["status"], track["running"]) == ("t1", "approved", False)


def test_a_track_shows_its_tickets_with_status_reason_and_cost(project: Path, run: Run):
    ready(project, *chain("a", "b", "c"))
    store = shared_store()
    moves = [TicketChanged("a", "done", commit="c"), TicketChanged("b", "failed", "no\nluck", attempt=2, model="m/x")]
    store.tracks.append("t1", [*moves, TrackChanged("failed", "1 done, 1 failed")])
    at = datetime.now(UTC)
    for tier, usd in (("3", "0.25"), ("4", "0.05")):
        paid = Cost(Decimal(usd), "list price")
        origin = Origin("run", "", "t1", tier, "a")
        store.append(f"s{tier}", [UsageRecorded("m/x", Usage(9, 1), paid, call_id=tier, origin=origin, began=at)])
    code, out, _ = run("status", "t1")
    assert code == 0
    assert "Sums · failed · 2 of 3 · $0.30" in out
    assert re.search(r"✓ +a +done +\$0.30", out)
    assert re.search(r"✗ +b +failed +2 +m/x +no luck", out)
    found = json.loads(run("status", "t1", "--json")[1])
    assert [(one["id"], one["status"], one["cost"]["usd"]) for one in found["tickets"]] == [
        ("a", "done", "0.30"),
        ("b", "failed", "0"),
        ("c", "todo", "0"),
    ]
    assert {tier: row["usd"] for tier, row in found["tiers"].items()} == {"3": "0.25", "4": "0.05"}
    assert found["cost"] == {"usd": "0.30", "unpriced": 0, "calls": 2}


def test_what_a_track_cost_is_shown_by_tier_with_what_the_usual_models_would_have_come_to(project: Path, run: Run):
    ready(project, MEND)
    for at, tier in enumerate(("2", "3", "3", "4")):
        origin = Origin("run", "", "t1", tier, "mend-add")
        entry = UsageRecorded(
            "openai/gpt-4o", Usage(1000, 100), Cost(Decimal("0.0035"), "list price"), call_id=str(at), origin=origin
        )
        shared_store().append("s", [entry])
    other = UsageRecorded("openai/gpt-4o", Usage(5, 5), Cost(Decimal(9), "billed"), call_id="x", origin=Origin())
    shared_store().append("s", [other])
    bill = json.loads(run("cost", "t1", "--json")[1])
    assert [(row["key"], row["calls"]) for row in bill["rows"]] == [("1", 0), ("2", 1), ("3", 2), ("4", 1)]
    assert bill["total"]["usd"] == "0.0140"
    assert sum(Decimal(row["usd"]) for row in bill["rows"]) == Decimal("0.0140")
    assert [*bill["total"]["what_if"]] == ["openai/gpt-4o", "openai/gpt-4o-mini", "openai/o1", "openai/o3-mini"]
    assert Decimal(bill["total"]["what_if"]["openai/gpt-4o"]["usd"]) == Decimal("0.0140")
    assert "o3-mini" in run("cost", "t1")[1]
    assert run("cost", "t1", "--by", "colour")[0] == 2


def test_nothing_runs_that_nobody_approved(project: Path, run: Run):
    workspace = open_project(project)
    write_track(workspace, a_track(MEND))
    proposal(shared_store(), workspace, "t1")
    code, _, err = run("run", "t1")
    assert code == 2
    assert "is not approved" in err
    assert run("run", "t1", "--detach")[0] == 2
    ready(project, MEND)
    write_track(workspace, a_track(MEND, *chain("more")))
    assert "is not approved" in run("run", "t1")[2]


def test_a_run_of_its_own_that_does_not_begin_is_told_of_and_why(project: Path, run: Run):
    ready(project, MEND)
    write_track(open_project(project), a_track(MEND, *chain("more")))
    code, _, err = run("run", "t1", "--detach")
    assert code == 2
    assert err.startswith("✗ the run of t1 did not begin: the plan of t1 is not approved")
    assert not shared_store().tracks.summary("t1").running


@pytest.mark.parametrize(
    "words",
    [
        ("run", "nothing"),
        ("status", "nothing"),
        ("resume", "nothing"),
        ("stop", "nothing"),
        ("cost", "nothing"),
        ("run", "t1", "--unknown", "perhaps"),
        ("run", "t1", "--approve", "maybe"),
        ("run", "t1", "--tier", "9=x"),
        ("run", "t1", "--budget", "plenty"),
        ("run", "t1", "--detach", "--budget", "plenty"),
        ("ticket", "t1", "mend-add", "paint"),
        ("inbox", "--approve", "nothing"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(project: Path, run: Run, words: tuple[str, ...]):
    ready(project, MEND)
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert err.startswith("✗")


def test_a_ticket_is_held_back_and_let_go_where_nobody_works_on_the_track(project: Path, run: Run):
    ready(project, *chain("a", "b"))
    assert run("ticket", "t1", "a", "block", "wait for Ada")[0] == 0
    found = standing(shared_store(), "t1")
    assert [(one.status, one.state.reason) for one in found.tickets] == [("blocked", "wait for Ada"), ("todo", "")]
    code, _, err = run("ticket", "t1", "b", "unblock")
    assert (code, "b is not blocked" in err) == (8, True)
    assert json.loads(run("ticket", "t1", "a", "unblock", "--json")[1])["done"]
    assert run("pause", "t1")[0] == run("stop", "t1")[0] == 8


def test_what_waits_is_listed_and_answered_by_its_digest(project: Path, run: Run):
    ready(project, MEND)
    store = shared_store()
    assert "nothing waits" in run("inbox")[2]
    with closing(StoreInbox(store.inbox, watcher_of(store), "t1")) as inbox, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(inbox.ask, command("make tea"), "it runs a command")
        wait_until(store.inbox.pending)
        assert "make tea" in run("inbox")[1]
        assert json.loads(run("inbox", "other", "--json")[1])["requests"] == []
        (request,) = json.loads(run("inbox", "t1", "--json")[1])["requests"]
        assert request["preview"]["text"] == "make tea"
        assert run("inbox", "--approve", request["id"])[0] == 2
        assert run("inbox", "--approve", f"{request['id']}:{'0' * 64}")[0] == 2
        assert run("inbox", "--approve", f"{request['id'][:12]}:{request['digest'][:12]}")[0] == 0
        assert asked.result(60).kind == "approve"
        asked = pool.submit(inbox.ask, command("rm tea"), "it runs a command")
        wait_until(store.inbox.pending)
        assert run("inbox", "--refuse", store.inbox.pending()[0].request.id, "--reason", "keep it")[0] == 0
        assert asked.result(60).reason == "keep it"


def test_a_run_of_its_own_is_killed_and_resumed_and_what_it_did_is_there(project: Path, run: Run):
    ready(project, MEND)
    code, _, err = run("run", "t1", "--detach", "--workers", "1")
    assert code == 0
    number = int(re.search(r"process (\d+)", err)[1])  # type: ignore[index]
    store = shared_store()
    wait_until(lambda: standing(store, "t1").tickets[0].status == "running")
    assert store.tracks.summary("t1").running
    assert run("run", "t1")[0] == 2
    os.kill(number, signal.SIGKILL)
    wait_until(lambda: not store.tracks.summary("t1").running)
    assert "its program has ended" in run("status", "t1")[1]
    code, out, err = run("resume", "t1", "--unknown", "retry")
    assert code == 0, err
    assert "mend-add unknown" in out + err
    assert standing(store, "t1").state.status == "mergeable"
    assert {call.origin.tier for call in standing(store, "t1").calls} == {"3", "4"}
