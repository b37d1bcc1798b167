"""The conductor by the window alone: a goal is planned, approved, worked on with a word to each worker, and merged.

WALK_PICTURES=/tmp/walk pytest tests/gui/test_conductor_window.py     also takes a picture of every step (takes EGL)
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from manual_slop.app.planning import MERGE, PLAN, PLANNED
from manual_slop.app.track_view import TrackView
from manual_slop.app_controller import AppController
from manual_slop.gui.approval_desk import desk_of
from manual_slop.gui.context import App
from manual_slop.gui.dashboard.view import view_of
from manual_slop.safety.shell.shell import available
from manual_slop.store.shared import shared_store
from tests.support.gui import Person, use, window_like
from tests.support.repositories import git
from tests.support.works import sums

PICTURES = os.environ.get("WALK_PICTURES", "")
PANEL = "MMA Dashboard"
PAGE = f"//{PANEL}/pages/Tracks"
GATE = "//What passes this gate"
START = f"{PAGE}/\uf04b##Start it, or go on with it"

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")


def test_a_goal_is_planned_approved_worked_on_and_merged_by_the_window_alone(tmp_path: Path) -> None:
    project = tmp_path / "project"
    sums(project)
    git(project, "config", "user.name", "Ada")
    git(project, "config", "user.email", "ada@example.org")
    app = App(AppController(project))
    app.controller.choose_model("rehearsal/demo")

    def walk(person: Person) -> None:
        plans(person)
        approves_the_plan(person)
        begins_a_run_that_asks(person)
        answers_the_worker(person)
        watches_it_to_its_end(person)
        before = git(project, "rev-parse", "main")
        merges(person)
        assert git(project, "rev-parse", "main") != before
        sees_what_it_cost(person)

    try:
        use(app, walk, size=(1440, 900), pictures=Path(PICTURES) if PICTURES else None)
    finally:
        app.controller.close()
    assert "a + b" in (project / "calc.py").read_text()
    assert git(project, "branch", "--list", "--all").split() == ["*", "main"]


def track(person: Person) -> TrackView:
    [one] = person.app.state.tracks.tracks
    return one


def plans(person: Person) -> None:
    person.opens(PANEL)
    person.clicks(PAGE)
    person.waits(3)
    person.takes("c01-no-track-yet")
    person.writes(f"{PAGE}/##goal", "fix the failing tests")
    person.takes("c02-a-goal")
    person.clicks(f"{PAGE}/\uf0ae  Plan")
    person.waits_until(lambda: person.app.controller.planning.at_work, "the planning")
    person.takes("c03-it-is-planned")
    person.waits_until(lambda: person.app.state.fetched(PLANNED).value, "the plan")
    person.waits_until(lambda: person.app.state.tracks.tracks, "the track")
    person.takes("c04-a-track")
    assert track(person).status == "planned"
    assert not track(person).approved


def approves_the_plan(person: Person) -> None:
    app = person.app
    person.clicks(f"{PAGE}/\uf3ed  Plan…")
    person.waits_until(lambda: app.state.fetched(PLAN, track(person).id).value, "the plan in full")
    person.takes("c05-the-plan-gate")
    assert "fix the failing tests" in person.reads()
    person.clicks(f"{GATE}/edit")
    person.takes("c05a-the-plan-is-edited")
    source = app.state.fetched(PLAN, track(person).id).value.source
    person.writes(f"{GATE}/##plan.json", source.replace("Make the tests of calc.py pass", "Mend calc.py"))
    person.clicks(f"{GATE}/\uf00c  Take this plan")
    person.waits_until(lambda: track(person).tickets[0].title == "Mend calc.py", "the other plan")
    person.waits_until(lambda: app.state.fetched(PLAN, track(person).id).value.source != source, "its sheet")
    person.presses("Enter")
    person.waits(3)
    assert not track(person).approved, "Enter opens no gate"
    passes(person, "\uf00c  Approve the plan")
    person.waits_until(lambda: track(person).approved, "the open gate")
    person.takes("c06-it-is-approved")


def begins_a_run_that_asks(person: Person) -> None:
    person.clicks(f"{PAGE}/\uf1de##options")
    person.clicks("//$FOCUSED/Ask before each worker begins, with what it would be told")
    person.writes("//$FOCUSED/##budget", "2.00")
    person.waits(3)
    person.takes("c06a-how-it-begins")
    person.presses("Escape")
    person.waits(3)
    assert person.app.controller.conducting.run.budget == "2.00"
    person.clicks(START)
    person.waits_until(lambda: person.app.state.waiting, "the question before the worker")
    person.takes("c07-a-worker-is-to-begin")


def answers_the_worker(person: Person) -> None:
    [request] = person.app.state.waiting.values()
    assert track(person).id in request.action.origin
    lets_begin(person, "c08-what-it-would-be-told")


def lets_begin(person: Person, name: str = "") -> None:
    """Read what waits to its end, then click."""
    desk, waiting = desk_of(person.app), person.app.state.waiting
    person.opens("Approvals")
    person.waits_until(lambda: desk.chosen in desk.reviews and desk.reviews[desk.chosen].frames > 40)
    asked = desk.chosen
    if not desk.reviews[asked].ended:
        person.ctx.scroll_to_bottom(window_like(f"what it does{asked}"))
        person.waits_until(lambda: desk.reviews[asked].ended, "its end")
    if name:
        person.takes(name)
    person.clicks("//Approvals/**/\uf00c  Approve  A")
    person.waits_until(lambda: asked not in waiting, "that it is answered")


def watches_it_to_its_end(person: Person) -> None:
    person.opens(PANEL)
    view_of(person.app).shown = "workers"
    person.waits_until(lambda: track(person).tickets[0].status in ("running", "review", "done"), "a worker")
    person.takes("c09-at-work")
    view_of(person.app).shown = "graph"
    person.waits_until(lambda: goes_on(person) and track(person).status == "mergeable", "the end")
    person.takes("c10-the-graph")
    view_of(person.app).shown, view_of(person.app).ticket = "tickets", track(person).tickets[0].id
    person.takes("c11-all-done")
    assert {one.status for one in track(person).tickets} == {"done"}


def goes_on(person: Person) -> bool:
    """Further workers are let begin, too."""
    if person.app.state.waiting:
        lets_begin(person)
        person.opens(PANEL)
    return True


def merges(person: Person) -> None:
    app = person.app
    person.clicks(f"{PAGE}/\uf387  Merge…")
    person.waits_until(lambda: app.state.fetched(MERGE, track(person).id).value, "what would be merged")
    person.takes("c12-the-merge-gate")
    assert "calc.py (" in person.reads()
    passes(person, "\uf00c  Merge")
    person.waits_until(lambda: track(person).status == "merged", "the merge")
    person.takes("c13-merged")


def passes(person: Person, label: str) -> None:
    """Read the sheet to its end and agree."""
    person.ctx.scroll_to_bottom(window_like("sheet"))
    person.waits(40)  # half a second and a bit: before that no gate can be opened
    person.clicks(f"{GATE}/{label}")
    person.waits_until(lambda: not person.app.popup, "that the sheet goes")


def sees_what_it_cost(person: Person) -> None:
    usage = person.app.controller.mma_tier_usage
    assert all(usage[f"Tier {tier}"]["calls"] for tier in (1, 2, 3, 4)), usage
    view_of(person.app).scope = "track"
    person.app.controller.spending.models = ("openai/gpt-4o", "openai/o3-mini")
    person.clicks(f"//{PANEL}/pages/Costs")
    calls = len([*shared_store().ledger(track=track(person).id)])
    person.waits_until(lambda: f"{calls} calls" in person.reads(), "the calls of the track")
    person.takes("c14-what-it-cost")
    person.clicks(f"//{PANEL}/pages/What if")
    person.waits(20)
    person.takes("c15-elsewhere")
    assert "o3-mini" in person.reads()
