"""Two tracks of one project and a discussion at once: none waits for what another asks, and nothing is shared."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from manual_slop import ai_client
from manual_slop.conductor.approving import approve, proposal
from manual_slop.conductor.plan_files import open_project, write_track
from manual_slop.conductor.run_setup import Wishes, run_track
from manual_slop.conductor.standing import standing
from manual_slop.safety.shell.shell import available
from manual_slop.store.inbox_table import Asked
from manual_slop.store.shared import shared_store
from manual_slop.values.approval import Answer
from tests.support.patience import wait_until
from tests.support.repositories import git
from tests.support.works import MEND, a_track, sums

pytestmark = pytest.mark.skipif(not available(), reason="no commands can be run on this system")


def test_two_tracks_and_a_discussion_do_not_wait_for_each_others_approvals(tmp_path: Path) -> None:
    project = tmp_path / "project"
    sums(project)
    workspace, store = open_project(project), shared_store()
    for name in ("careful", "free"):
        write_track(workspace, replace(a_track(MEND), id=name))
        approve(store, proposal(store, workspace, name), "me")
    before = git(project, "rev-parse", "HEAD")
    careful = threading.Thread(target=run_track, args=(store, "careful", Wishes(mode="ask")), daemon=True)
    careful.start()
    wait_until(lambda: store.inbox.pending("careful"))

    assert run_track(store, "free", Wishes(mode="all")) == "all is done"
    talk = ai_client.new_session("rehearsal/demo", project=project, record=True)
    said = talk.send("what does this project do?")
    assert said.text
    assert [one.status for one in standing(store, "free").tickets] == ["done"]
    assert [one.status for one in standing(store, "careful").tickets] == ["running"]
    assert not store.inbox.pending("free")
    assert (project / "calc.py").read_text().count("a - b") == 1
    assert git(project, "show", "mma/free:calc.py").count("a + b") == 1
    assert git(project, "show", "mma/careful:calc.py").count("a - b") == 1

    while careful.is_alive():
        for asked in store.inbox.pending("careful"):
            _agree(asked)
        careful.join(0.05)
    assert [one.status for one in standing(store, "careful").tickets] == ["done"]
    assert git(project, "rev-parse", "HEAD") == before
    calls = {name: {call.session_id for call in standing(store, name).calls} for name in ("careful", "free")}
    assert not calls["careful"] & calls["free"]
    assert {call.origin.track for call in store.ledger(talk.id)} == {""}
    talk.close()


def _agree(asked: Asked) -> None:
    request = asked.request
    shared_store().inbox.answer(request.id, request.action.digest, Answer("approve", by="me"))
