"""Runs that a window begins: they go on when it is closed, and another window sees where they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from manual_slop.app.planning import MERGE, PLAN
from manual_slop.app_controller import AppController
from manual_slop.conductor.approving import approve, proposal
from manual_slop.conductor.plan_files import open_project, write_track
from manual_slop.safety.shell.shell import available
from manual_slop.store.shared import shared_store
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
