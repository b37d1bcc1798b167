"""Runs that a window begins: they go on when it is closed, and another window sees where they stand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from manual_slop.app.planning import MERGE, PLAN
from manual_slop.app.run_choices import RunChoices
from manual_slop.app_controller import AppController
from manual_slop.conductor.approving import approve, proposal
from manual_slop.conductor.plan_files import open_project, write_track
from manual_slop.safety.shell.shell import available
from manual_slop.store.shared import shared_store
from manual_slop.values.budget import Limit
from manual_slop.values.track_events import RunStarted
from tests.support.patience import wait_until
from tests.support.works import MEND, a_track, sums

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a track whose plan is approved."""
    folder = tmp_path / "project"
    sums(folder)
    workspace = open_project(folder)
    write_track(workspace, a_track(MEND))
    store = shared_store()
    approve(store, proposal(store, workspace, a_track(MEND).id), "Ada")
    return folder


def test_a_run_goes_on_when_the_window_that_began_it_is_closed(project: Path) -> None:
    store, name = shared_store(), a_track(MEND).id
    first = AppController(project)
    assert first.tracks is not None
    first.tracks.start(name)
    wait_until(lambda: store.tracks.summary(name).running)
    first.close()
    second = AppController(project)
    try:
        second.conducting.begin()
        wait_until(lambda: second.pump() >= 0 and status(second) == "mergeable")
        [track] = second.state.tracks.tracks
        assert {one.status for one in track.tickets} == {"done"}
        assert second.mma_tier_usage["Tier 3"]["calls"] == len([*store.ledger(track=name)]) - qa_calls(name)
    finally:
        second.close()


def test_a_run_that_cannot_begin_says_why_and_nothing_runs(project: Path) -> None:
    name, window = a_track(MEND).id, AppController(project)
    assert window.tracks is not None
    try:
        for run, why in (
            (RunChoices(workers="0"), "no number of workers"),
            (RunChoices(workers="many"), "no number of workers"),
            (RunChoices(budget="plenty"), "is no budget"),
        ):
            window.conducting.run = run
            window.tracks.start(name)
            wait_until(lambda why=why: window.pump() >= 0 and why in said(window))
        window.conducting.run = RunChoices()
        write_track(open_project(project), replace(a_track(MEND), spec="# Something else"))
        window.tracks.start(name)
        wait_until(lambda: window.pump() >= 0 and "did not begin: the plan of t1 is not approved" in said(window))
        assert not shared_store().tracks.summary(name).run_id
    finally:
        window.close()


def test_a_run_is_begun_as_it_was_chosen_in_the_window(project: Path) -> None:
    store, name, window = shared_store(), a_track(MEND).id, AppController(project)
    assert window.tracks is not None
    try:
        window.conducting.begin()
        window.conducting.run = RunChoices(step=True, mode="all", workers=" 2 ", budget=" 2.00 ")
        window.tracks.start(name)
        wait_until(lambda: window.pump() >= 0 and window.state.waiting)
        [begun] = [one.event for one in store.tracks.events(name) if isinstance(one.event, RunStarted)]
        assert begun.step
        assert [one.limit for one in store.budgets.limited()] == [Limit(usd=Decimal("2.00"))]
        window.tracks.stop(name)
        wait_until(lambda: not store.tracks.summary(name).running)
    finally:
        window.close()


def test_a_report_is_written_where_no_other_file_is(project: Path, tmp_path: Path) -> None:
    name, window, place = a_track(MEND).id, AppController(project), tmp_path / "report.html"
    assert window.tracks is not None
    try:
        window.tracks.report(name, f" {place} ")
        wait_until(lambda: window.pump() >= 0 and f"wrote {place}" in said(window))
        assert "<html" in place.read_text("utf-8")
        assert MEND.title in place.read_text("utf-8")
        window.tracks.report(name, str(place))
        wait_until(lambda: window.pump() >= 0 and "already there" in said(window))
        window.tracks.report(name, str(tmp_path / "report.txt"))
        wait_until(lambda: window.pump() >= 0 and "has to end with .md or .html" in said(window))
        assert not (tmp_path / "report.txt").exists()
    finally:
        window.close()


def test_a_ticket_is_held_back_and_freed_where_nobody_works_on_the_track(project: Path) -> None:
    name, ticket = a_track(MEND).id, a_track(MEND).tickets[0].id
    window = AppController(project)
    assert window.tracks is not None
    try:
        window.conducting.begin()
        window.tracks.block(name, ticket, "wait for the release")
        wait_until(lambda: window.pump() >= 0 and first_ticket(window) == ("blocked", "wait for the release"))
        window.tracks.unblock(name, ticket)
        wait_until(lambda: window.pump() >= 0 and first_ticket(window)[0] == "ready")
        window.tracks.kill(name, ticket)
        wait_until(lambda: window.pump() >= 0 and "nobody works on this track" in said(window))
    finally:
        window.close()


def test_a_plan_that_changed_after_it_was_shown_is_not_let_pass(project: Path) -> None:
    name = a_track(MEND).id
    window = AppController(project)
    try:
        window.conducting.begin()
        window.planning.show_plan(name)
        wait_until(lambda: window.pump() >= 0 and window.state.fetched(PLAN, name).value)
        shown = window.state.fetched(PLAN, name).value
        assert shown.opened
        write_track(open_project(project), replace(a_track(MEND), spec="# Something else"))
        window.planning.open_gate(shown)
        wait_until(lambda: window.pump() >= 0 and "not what was agreed to" in said(window))
        window.planning.write_plan(shown, "{")
        wait_until(lambda: window.pump() >= 0 and "plan.json" in said(window))
        window.planning.show_plan(name)
        wait_until(lambda: window.pump() >= 0 and window.state.fetched(PLAN, name).value)
        assert not window.state.fetched(PLAN, name).value.opened
    finally:
        window.close()


def test_nothing_is_merged_where_nothing_was_done_and_nothing_planned_without_a_project(project: Path) -> None:
    name = a_track(MEND).id
    window = AppController(project)
    try:
        window.planning.show_merge(name)
        wait_until(lambda: window.pump() >= 0 and window.state.fetched(MERGE, name).error)
        assert "no ticket of track t1 is done" in window.state.fetched(MERGE, name).error
        window.choices.project = None
        window.planning.plan("make tea")
        wait_until(lambda: window.pump() >= 0 and "open a project folder first" in said(window))
    finally:
        window.close()


def status(window: AppController) -> str:
    return next((one.status for one in window.state.tracks.tracks), "")


def first_ticket(window: AppController) -> tuple[str, str]:
    return next(((one.tickets[0].status, one.tickets[0].reason) for one in window.state.tracks.tracks), ("", ""))


def said(window: AppController) -> str:
    return "\n".join(line.text for line in window.state.log)


def qa_calls(track: str) -> int:
    return sum(one.origin.tier != "3" for one in shared_store().ledger(track=track))
