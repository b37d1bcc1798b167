"""Runs with the scripted model at its weakest: each ends in the right status, with a reason, and nothing hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from manual_slop.conductor.approving import approve, proposal
from manual_slop.conductor.plan_files import open_project, write_track
from manual_slop.conductor.run_setup import Wishes, run_track
from manual_slop.conductor.standing import TrackStanding, standing
from manual_slop.safety.shell.shell import available
from manual_slop.store.shared import close_shared_stores, shared_store
from manual_slop.values import paths
from manual_slop.values.tickets import Ticket
from tests.support.repositories import git
from tests.support.works import MEND, a_track, sums

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")
AFTER = Ticket("after", "After it", "Fix the failing test in test_calc.py.", depends_on=("mend-add",))


@pytest.fixture
def go(tmp_path: Path) -> Iterator[Callable[..., TrackStanding]]:
    """Runs a track with these settings and models; how it ended."""

    def run(settings: str = "", worker: str = "", qa: str = "") -> TrackStanding:
        project = tmp_path / "project"
        sums(project)
        own = paths.config_dir() / "conductor" / "tiers.toml"
        own.parent.mkdir(parents=True)
        own.write_text(settings)
        write_track(workspace := open_project(project), a_track(MEND, AFTER))
        approve(shared_store(), proposal(shared_store(), workspace, "t1"), "me")
        models = {tier: f"rehearsal/{weak}" for tier, weak in (("3", worker), ("4", qa)) if weak}
        before = git(project, "rev-parse", "HEAD")
        run_track(shared_store(), "t1", Wishes(models=models))  # type: ignore[arg-type]
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
