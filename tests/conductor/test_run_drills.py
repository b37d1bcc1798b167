"""Runs with the scripted model at its weakest: each ends in the right status, with a reason, and nothing hangs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manual_slop.conductor.approving import approve, proposal
from manual_slop.conductor.plan_files import open_project, write_track
from manual_slop.conductor.run_setup import Wishes, run_track
from manual_slop.conductor.running import Clock
from manual_slop.conductor.standing import TrackStanding, standing
from manual_slop.safety.shell.shell import available
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.values import paths
from manual_slop.values.tickets import Ticket
from manual_slop.values.track_events import TicketChanged
from tests.support.repositories import git
from tests.support.vendors import Vendors
from tests.support.works import MEND, a_track, sums

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")
SOON = 120.0


def _creating(name: str, text: str) -> str:
    return f"Create the file {name} with the content:\n```python\n{text}\n```"


AFTER = Ticket("after", "After it", "Fix the failing test in test_calc.py.", depends_on=("mend-add",))


THIRD_ALONE = Ticket("third", "Third", _creating("third.py", "z = 3"), depends_on=("mend-add",))
THIRD = Ticket("third", "Third", _creating("third.py", "z = 3"), depends_on=("one", "two"))


def _named(model: str) -> str:
    return model if "/" in model else f"rehearsal/{model}"


class Hasty(Clock):
    """A clock that goes on by itself when everybody waits for something that is soon due."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return super().now() + self._ahead

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        if seconds > SOON:
            super().wait(condition, seconds)
        elif not condition.wait(min(seconds, 0.1)):
            self._ahead += seconds


@pytest.fixture
def go(tmp_path: Path) -> Iterator[Callable[..., TrackStanding]]:
    """Runs a track with these settings and models; how it ended."""

    def run(
        settings: str = "", worker: str = "", qa: str = "", tickets: tuple[Ticket, ...] = (MEND, AFTER)
    ) -> TrackStanding:
        project = tmp_path / "project"
        sums(project)
        own = paths.config_dir() / "conductor" / "tiers.toml"
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(settings)
        write_track(workspace := open_project(project), a_track(*tickets))
        approve(shared_store(), proposal(shared_store(), workspace, "t1"), "me")
        models = {
            tier: weak if "/" in weak else f"rehearsal/{weak}" for tier, weak in (("3", worker), ("4", qa)) if weak
        }
        before = git(project, "rev-parse", "HEAD")
        run_track(shared_store(), "t1", Wishes(models=models), clock=Hasty())  # type: ignore[arg-type]
        assert git(project, "rev-parse", "HEAD") == before
        assert git(project, "status", "--short").split() == ["??", "conductor/"]
        return standing(shared_store(), "t1")

    yield run
    close_shared_stores()


@pytest.mark.parametrize(
    ("worker", "reason"),
    [("weak-liar", "failed"), ("weak-loop", "repeated the same call"), ("weak-idle", "changed no file")],
)
def test_a_weak_worker_fails_its_ticket_and_what_depends_on_it_is_blocked(go, worker: str, reason: str):
    found = go("[tiers.3]\nattempts = 1\n", worker)
    mend, after = found.tickets
    assert (mend.status, after.status) == ("failed", "blocked")
    assert reason in mend.state.reason
    assert (after.state.blocked_by, after.state.attempt) == ("dependency", 0)
    assert found.state.status == "failed"


def test_a_better_model_gets_its_turn_when_the_first_one_failed(go):
    found = go('[tiers.3]\nattempts = 1\nescalation = ["rehearsal/demo"]\n', "weak-idle")
    mend = found.tickets[0]
    assert (mend.status, mend.state.attempt, mend.state.model) == ("done", 2, "rehearsal/demo")


def test_a_ticket_that_has_used_up_its_budget_fails_and_says_so(go):
    found = go('[tiers.3]\nattempts = 2\nbudget = "3000tok"\n')
    mend, after = found.tickets
    assert (mend.status, after.status) == ("failed", "blocked")
    assert "budget" in mend.state.reason
    assert "ticket mend-add" in mend.state.reason
    assert mend.state.attempt == 1


def test_every_call_of_a_run_is_under_its_tier_and_ticket(go):
    found = go('[tiers.3]\nattempts = 1\nescalation = ["rehearsal/demo"]\n', "weak-idle")
    places = {(call.origin.tier, call.origin.ticket) for call in found.calls}
    assert {("3", "mend-add"), ("4", "mend-add")} <= places
    assert sum(one.cost.calls for one in found.tickets) == len(found.calls) == found.cost.calls


def test_a_provider_that_is_down_for_a_while_costs_no_attempt_and_the_run_goes_on(go):
    with Vendors(down=7) as vendors:
        paths.config_dir().mkdir(parents=True)
        (paths.config_dir() / "config.toml").write_text(vendors.config())
        (paths.config_dir() / "credentials.toml").write_text('[acme]\napi_key = "key-of-acme-0123456789"\n')
        (paths.config_dir() / "credentials.toml").chmod(0o600)
        found = go(worker="acme/m1", tickets=(MEND, THIRD_ALONE))
        assert vendors.down == 0
    assert [(one.status, one.state.attempt) for one in found.tickets] == [("done", 1)] * 2
    said = [entry.event.reason for entry in shared_store().tracks.events("t1") if _waited(entry.event)]
    assert "we are being mended" in said[0]


def test_a_worker_that_breaks_off_in_the_middle_is_tried_again_and_what_depends_on_it_goes_on(go):
    found = go(worker="weak-crash-1", tickets=(MEND, THIRD_ALONE))
    assert [(one.status, one.state.attempt) for one in found.tickets] == [("done", 2)] * 2


def test_work_that_clashes_is_brought_together_and_what_depends_on_both_goes_on(go, tmp_path: Path):
    one, two = (Ticket(name, name.title(), _creating("both.py", text)) for name, text in (("one", "x"), ("two", "y")))
    found = go(tickets=(one, two, THIRD))
    assert {ticket.status for ticket in found.tickets} == {"done"}, [one.state.reason for one in found.tickets]
    assert len(found.tickets) == 4
    project = tmp_path / "project"
    assert sorted(git(project, "show", "mma/t1:both.py").split()) == ["x", "y"]
    assert git(project, "show", "mma/t1:third.py").split() == ["z", "=", "3"]


def test_a_clash_that_nobody_resolves_fails_and_the_work_of_both_is_kept(go, tmp_path: Path):
    one, two = (Ticket(name, name.title(), _creating("both.py", text)) for name, text in (("one", "x"), ("two", "y")))
    found = go("[tiers.3]\nattempts = 1\n", qa="weak-harsh", tickets=(one, two, THIRD))
    assert [ticket.status for ticket in found.tickets] == ["failed", "failed", "blocked"]
    saved = git(tmp_path / "project", "for-each-ref", "--format=%(refname:short)", "refs/heads/mma-tickets").split()
    assert {"mma-tickets/t1/one", "mma-tickets/t1/two"} <= {*saved}


def _waited(event: object) -> bool:
    return isinstance(event, TicketChanged) and event.reason.startswith("waits for acme")
