"""Tiers 1 and 2 on a real small project: the scripted model at its best and going wrong, and scripts of answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from manual_slop import ai_client
from manual_slop.conductor.asking import find_object
from manual_slop.conductor.plan_files import open_project
from manual_slop.conductor.planner import NoPlan, Planned, Planner, Progress
from manual_slop.conductor.tiers import load_tiers
from manual_slop.store.shared import shared_store
from manual_slop.values.errors import ConfigError, ProviderError
from manual_slop.values.events import MessageAdded
from manual_slop.values.ledger import Origin
from manual_slop.values.paths import config_dir
from manual_slop.values.strict_json import StrictJSONError
from manual_slop.values.tickets import TIERS
from tests.support.plans import two_parts
from tests.support.scripted_server import Scripted, ScriptedServer, fails, says

TICKET = {"id": "a", "title": "A", "brief": "do a", "depends_on": [], "files": ["a.py"], "symbols": [],
          "acceptance": [], "priority": "normal"}  # fmt: skip
TRACK = {"title": "The Part", "spec": "what is wanted", "files": ["shop/prices.py"]}


def answer(value: Any) -> Scripted:
    return says(value if isinstance(value, str) else json.dumps(value))


def plan(
    folder: Path, goal: str, model: str = "rehearsal/demo", heard: list[Progress] | None = None, **more: Any
) -> Planned:
    workspace = open_project(folder)
    tiers = load_tiers(workspace, model).with_models(dict.fromkeys(TIERS, model))
    said = [] if heard is None else heard
    return Planner(workspace, tiers, ai_client.new_access(), tell=said.append, **more).plan(goal)


def scripted(folder: Path, script: Sequence[Scripted], goal: str = "a goal", facts: str = "") -> tuple[Any, list[Any]]:
    """What comes of a plan when the model answers by script, and the requests it got."""
    with ScriptedServer(script) as server:
        config_dir().mkdir(parents=True, exist_ok=True)
        (config_dir() / "config.toml").write_text(
            f'[providers.acme]\nlitellm = "openai"\napi_base = "{server.url}/v1"\napi_key_required = false\n{facts}',
            "utf-8",
        )
        try:
            return plan(folder, goal, "acme/m1"), server.seen
        except (NoPlan, ProviderError) as error:
            return error, server.seen


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return two_parts(tmp_path / "project")


def test_a_goal_becomes_tracks_of_tickets_that_wait_for_what_they_import(project: Path):
    planned = plan(project, "fix the failing tests")
    assert [track.id for track in planned.tracks] == ["make-the-tests-of-shop-pass", "make-the-tests-of-words-pass"]
    shop, words = planned.tracks
    assert [(one.id, one.depends_on, one.files) for one in shop.tickets] == [
        ("fix-prices", (), ("shop/prices.py",)),
        ("fix-orders", ("fix-prices",), ("shop/orders.py",)),
    ]
    assert [one.depends_on for one in words.tickets] == [(), ("fix-counting",)]
    assert shop.tickets[0].acceptance == ("python -m pytest -q tests/test_prices.py",)
    assert (shop.goal, shop.epic, planned.failed) == ("fix the failing tests", "fix-the-failing-tests", {})


def test_what_planning_costs_is_recorded_under_its_tier_and_track(project: Path):
    planned = plan(project, "fix the failing tests")
    entries = list(shared_store().ledger())
    first = planned.sessions[0]
    assert [entry.purpose for entry in entries] == ["planning"] * 3
    assert sorted((entry.origin for entry in entries), key=lambda origin: origin.track) == [
        Origin("", "fix-the-failing-tests", "", "1", ""),
        *(Origin(first, "fix-the-failing-tests", track.id, "2", "") for track in planned.tracks),
    ]


def test_ids_are_the_same_for_the_same_goal_and_never_those_that_are_taken(project: Path):
    assert plan(project, "fix the failing tests").tracks == plan(project, "fix the failing tests").tracks
    again = plan(
        project, "fix the failing tests", taken=["make-the-tests-of-shop-pass"], epics=["fix-the-failing-tests"]
    )
    assert again.tracks[0].id == "make-the-tests-of-shop-pass-2"
    assert again.epic == "fix-the-failing-tests-2"


@pytest.mark.parametrize(
    ("weakness", "told"),
    [
        ("garbled", "not valid JSON"),
        ("cycle", "these wait for each other: fix-prices → fix-orders → fix-prices"),
        ("missing", "depends on “nobody-made-this”, which is no ticket here"),
        ("overlap", "both change shop/prices.py and may run at once"),
    ],
)
def test_a_plan_that_is_wrong_goes_back_with_what_is_wrong_and_is_mended(project: Path, weakness: str, told: str):
    heard: list[Progress] = []
    planned = plan(project, "fix the failing tests in shop", f"rehearsal/weak-{weakness}-1", heard)
    assert [one.id for one in planned.tracks[0].tickets] == ["fix-prices", "fix-orders"]
    assert any(told in one.words for one in heard)


def test_a_planner_that_never_mends_its_plan_is_given_up_and_its_last_answer_kept(project: Path):
    heard: list[Progress] = []
    planned = plan(project, "fix the failing tests", "rehearsal/weak-cycle", heard)
    assert [track.tickets for track in planned.tracks] == [(), ()]
    assert [*planned.failed] == [track.id for track in planned.tracks]
    assert "4 answers could not be used" in planned.failed[planned.tracks[0].id]
    assert "fix-orders" in planned.said[planned.tracks[0].id]
    assert sum("is told what is wrong" in one.words for one in heard) == 6
    assert planned.tracks[0].spec


def test_an_orchestrator_that_makes_no_plan_is_an_error_with_its_answer(project: Path):
    with pytest.raises(NoPlan, match="the orchestrator made no plan: 4 answers") as caught:
        plan(project, "fix the failing tests", "rehearsal/weak-garbled")
    assert "oops" in caught.value.said
    said = [one.event for one in shared_store().envelopes(caught.value.session_id)]
    assert sum(isinstance(event, MessageAdded) for event in said) == 4


@pytest.mark.parametrize(
    ("tracks", "told"),
    [
        ({}, "“tracks” must be a list"),
        ({"tracks": []}, "at least one"),
        ({"tracks": [7]}, "“title” must be a few words"),
        ({"tracks": [{"title": "x"}]}, "“spec” must say"),
        ({"tracks": [{**TRACK, "files": [1]}]}, "“files” must be a list of paths"),
        ({"tracks": [TRACK, {**TRACK, "title": "the part"}]}, "two tracks are called"),
        ({"tracks": [{**TRACK, "title": f"t{at}"} for at in range(21)]}, "too many"),
        ('{"tracks": [], "tracks": []}', "stands twice"),
        ("[1]", "expected a JSON object"),
        ("nothing", "not valid JSON"),
    ],
)
def test_whatever_the_orchestrator_answers_is_checked(project: Path, tracks: Any, told: str):
    outcome, seen = scripted(project, [answer(tracks), answer({"tracks": [TRACK]}), answer({"tickets": [TICKET]})])
    assert outcome.tracks[0].id == "the-part"
    assert told in seen[1].body["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("tickets", "told"),
    [
        ({"tickets": []}, "at least one ticket"),
        ({"tickets": [{**TICKET, "id": "../x"}]}, "is no id"),
        ({"tickets": [{**TICKET, "files": ["/etc/passwd"]}]}, "outside the project"),
        ({"tickets": [TICKET, TICKET]}, "used by more than one"),
        ({"tickets": [{**TICKET, "status": "done", "approved": True}]}, "“approved” is not known here"),
    ],
)
def test_whatever_the_tech_lead_answers_is_checked(project: Path, tickets: Any, told: str):
    outcome, seen = scripted(project, [answer({"tracks": [TRACK]}), answer(tickets), answer({"tickets": [TICKET]})])
    assert [one.id for one in outcome.tracks[0].tickets] == ["a"]
    assert told in seen[2].body["messages"][-1]["content"]


def test_the_schema_goes_along_and_beside_it_the_outline_and_skeletons(project: Path):
    _, seen = scripted(project, [answer({"tracks": [TRACK]}), answer({"tickets": [TICKET]})])
    first, second = (one.body for one in seen)
    assert first["response_format"]["json_schema"]["schema"]["required"] == ["tracks"]
    assert second["response_format"]["json_schema"]["name"] == "tickets"
    told = first["messages"][-1]["content"]
    assert "a goal" in told
    assert "shop/prices.py" in told
    assert "def total(amounts)" in told
    assert "def total(amounts):" in second["messages"][-1]["content"]
    assert "result += amount" not in second["messages"][-1]["content"]


def test_a_model_that_takes_no_schema_is_asked_in_words(project: Path):
    script = [
        fails(400, "response_format is not supported"),
        answer({"tracks": [TRACK]}),
        answer({"tickets": [TICKET]}),
    ]
    outcome, seen = scripted(project, script)
    assert outcome.tracks[0].tickets
    assert "response_format" not in seen[1].body
    assert '"required": ["tracks"]' in seen[1].body["messages"][-1]["content"]


def test_a_provider_that_fails_ends_planning_with_its_own_error(project: Path):
    outcome, _ = scripted(project, [fails(401, "bad key", "invalid_api_key")])
    assert isinstance(outcome, ProviderError)
    assert outcome.kind == "auth"


def test_a_provider_that_fails_at_one_track_costs_no_other_its_tickets(project: Path):
    (config_dir() / "conductor").mkdir(parents=True)
    (config_dir() / "conductor" / "tiers.toml").write_text("[tiers.2]\nmax_workers = 1\n", "utf-8")
    two = {"tracks": [TRACK, {**TRACK, "title": "Other"}]}
    planned, _ = scripted(project, [answer(two), answer({"tickets": [TICKET]}), fails(401, "bad key")])
    assert [len(track.tickets) for track in planned.tracks] == [1, 0]
    assert [*planned.failed] == ["other"]
    assert planned.error.kind == "auth"


def test_where_a_model_cannot_be_had_the_tiers_next_one_is_asked(project: Path):
    (config_dir() / "conductor").mkdir(parents=True)
    (config_dir() / "conductor" / "tiers.toml").write_text('[tiers.1]\nfallback = ["rehearsal/demo"]\n', "utf-8")
    heard: list[Progress] = []
    workspace = open_project(project)
    tiers = load_tiers(workspace, "rehearsal/demo").with_models({"1": "rehearsal/fault-401"})
    planned = Planner(workspace, tiers, ai_client.new_access(), tell=heard.append).plan("fix the failing tests")
    assert len(planned.tracks) == 2
    assert any("rehearsal/fault-401 cannot be had (auth): rehearsal/demo is asked" in one.words for one in heard)


def test_a_budget_of_a_tier_stops_planning_before_a_call(project: Path):
    path = config_dir() / "conductor" / "tiers.toml"
    path.parent.mkdir(parents=True)
    path.write_text('[tiers.1]\nbudget = "10tok"\n', "utf-8")
    with pytest.raises(ProviderError, match="10 of the 10") as caught:
        plan(project, "fix the failing tests")
    assert caught.value.kind == "budget"


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}', 'Here it is:\n```json\n{"a": 1}\n```\nGood?', 'Well, {"a": 1} it is.', '```\n{"a": 1}\n```'],
)
def test_an_object_is_found_in_what_is_said_around_it(text: str):
    assert find_object(text) == {"a": 1}


@pytest.mark.parametrize("text", ["", "no", "{", "}{", '```json\n{"a":\n```', "[]"])
def test_where_there_is_no_object_that_is_said(text: str):
    with pytest.raises(StrictJSONError):
        find_object(text)


def test_a_project_that_cannot_be_opened_is_an_error(tmp_path: Path):
    with pytest.raises(ConfigError):
        plan(tmp_path / "nowhere", "a goal")
