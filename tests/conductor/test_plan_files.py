"""Plans on disk: read with care, written whole, refused with all that is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from manual_slop.conductor.plan_files import open_project, plan_text, read_track, set_up, track_ids, write_track
from manual_slop.conductor.plan_json import PlanError, id_problem, read_tickets, slug
from manual_slop.values.errors import ConfigError
from manual_slop.values.tickets import Ticket, Track

TICKETS = (
    Ticket("a", "A", "do a", (), ("src/a.py",), ("f",), ("`pytest -q` passes",), "high", "x/y"),
    Ticket("b", "B", "do b\n\nin lines", ("a",), ("src/b.py",)),
)
TRACK = Track("shop", "The shop — größer", "a goal", "# Spec\n\nwords\n", TICKETS, "epic-1")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def put(project: Path, tickets: Any, name: str = "shop") -> None:
    folder = project / "conductor" / "tracks" / name
    folder.mkdir(parents=True, exist_ok=True)
    text = tickets if isinstance(tickets, str) else json.dumps({"version": 1, "tickets": tickets})
    (folder / "plan.json").write_text(text, "utf-8")


def problems_of(project: Path, name: str = "shop") -> tuple[str, ...]:
    with pytest.raises(PlanError) as caught:
        read_track(open_project(project), name)
    return caught.value.problems


def test_a_track_is_read_back_as_it_was_written_byte_for_byte_the_same_each_time(project: Path):
    workspace = open_project(project)
    write_track(workspace, TRACK)
    files = sorted(path for path in project.rglob("*") if path.is_file())
    before = [path.read_bytes() for path in files]
    assert [path.name for path in files] == ["metadata.json", "plan.json", "spec.md"]
    assert read_track(workspace, "shop") == TRACK
    write_track(workspace, read_track(workspace, "shop"))
    assert [path.read_bytes() for path in files] == before
    assert track_ids(workspace) == ("shop",)


def test_setting_up_makes_a_folder_that_says_what_it_is_for_and_never_twice(project: Path):
    workspace = open_project(project)
    assert set_up(workspace) == ("conductor/tracks/README.md",)
    assert set_up(workspace) == ()
    assert "spec.md" in (project / "conductor/tracks/README.md").read_text("utf-8")
    assert track_ids(workspace) == ()


def test_a_track_that_other_programs_wrote_is_read(project: Path):
    put(
        project,
        [
            {"id": "a", "description": "do it", "status": "completed", "priority": "medium", "model_override": None},
            {"id": "b", "brief": "then this", "dependencies": ["a"], "retry_count": 2},
        ],
    )
    (project / "conductor/tracks/shop/spec.md").write_text("# The shop\n", "utf-8")
    track = read_track(open_project(project), "shop")
    assert (track.title, [one.brief for one in track.tickets]) == ("The shop", ["do it", "then this"])
    assert (track.tickets[0].priority, track.tickets[1].depends_on) == ("normal", ("a",))


@pytest.mark.parametrize(
    ("tickets", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "expected a JSON object"),
        ('{"tickets": [], "tickets": []}', "stands twice"),
        ('{"version": 2, "tickets": []}', "newer version"),
        ({"a": 1}, "must be a list"),
        ([1], "ticket 1 is no object"),
        ([{"brief": "x"}], "an id must be a text"),
        ([{"id": "../up", "brief": "x"}], "is no id"),
        ([{"id": "nul", "brief": "x"}], "device"),
        ([{"id": "a"}], "has no brief"),
        ([{"id": "a", "brief": "x", "depend_on": []}], "“depend_on” is not known here"),
        ([{"id": "a", "brief": "x", "title": "two\nlines"}], "one line"),
        ([{"id": "a", "brief": "x" * 50_000}], "at most 40,000"),
        ([{"id": "a", "brief": "x", "files": "a.py"}], "must be a list of texts"),
        ([{"id": "a", "brief": "x", "files": ["../a.py"]}], "`..` is not allowed"),
        ([{"id": "a", "brief": "x", "files": ["/etc/passwd"]}], "outside the project"),
        ([{"id": "a", "brief": "x", "files": ["src/*.py"]}], "a pattern"),
        ([{"id": "a", "brief": "x", "files": ["."]}], "the whole project"),
        ([{"id": "a", "brief": "x", "files": [".git/hooks/pre-commit"]}], "no ticket may change this"),
        ([{"id": "a", "brief": "x", "files": ["conductor/tracks/shop/plan.json"]}], "no ticket may change this"),
        ([{"id": "a", "brief": "x", "priority": "urgent"}], "high, normal or low"),
        ([{"id": "a", "brief": "x", "depends_on": ["b"]}], "“b”, which is no ticket here"),
        ([{"id": "a", "brief": "x", "depends_on": ["a"]}], "a → a"),
        ([{"id": "a", "brief": "x"}, {"id": "a", "brief": "y"}], "used by more than one"),
        ([{"id": "a", "brief": "x"}, {"id": "A", "brief": "y"}], "upper and lower case"),
    ],
)
def test_a_plan_that_cannot_be_used_says_what_is_wrong(project: Path, tickets: Any, said: str):
    put(project, tickets)
    assert said in "; ".join(problems_of(project))


def test_everything_that_is_wrong_is_said_at_once(project: Path):
    put(project, [{"id": "a", "files": [7]}, {"id": "b", "brief": "x", "depends_on": ["c"]}])
    assert len(problems_of(project)) == 3


def test_a_huge_plan_is_refused_and_not_read(project: Path):
    put(project, "[" * 3_000_000)
    assert "larger than" in problems_of(project)[0]


@pytest.mark.parametrize("name", ["../shop", "a/b", "", ".", "con", "-x", "x" * 61, "ä"])
def test_names_that_are_no_ids_lead_nowhere(project: Path, name: str):
    assert id_problem(name)
    assert problems_of(project, name)


def links(project: Path) -> list[Callable[[], None]]:
    folder, outside = project / "conductor" / "tracks", project.parent / "outside"

    def plan() -> None:
        (folder / "shop").mkdir(parents=True)
        (folder / "shop" / "plan.json").symlink_to(outside / "plan.json")

    def track() -> None:
        folder.mkdir(parents=True)
        (folder / "shop").symlink_to(outside)

    def tracks() -> None:
        (project / "conductor").mkdir()
        folder.symlink_to(outside)

    return [plan, track, tracks]


@pytest.mark.parametrize("which", [0, 1, 2])
def test_links_are_followed_neither_in_reading_nor_in_writing(project: Path, which: int):
    outside = project.parent / "outside"
    (outside / "shop").mkdir(parents=True)
    secret = json.dumps({"tickets": [{"id": "a", "brief": "secret"}]})
    for place in (outside / "plan.json", outside / "shop" / "plan.json"):
        place.write_text(secret, "utf-8")
    links(project)[which]()
    workspace = open_project(project)
    assert not any("secret" in one for one in problems_of(project))
    with pytest.raises(ConfigError):
        write_track(workspace, TRACK)
    assert (outside / "plan.json").read_text("utf-8") == secret
    assert sorted(one.name for one in outside.rglob("*")) == ["plan.json", "plan.json", "shop"]


def test_a_link_to_another_file_of_the_project_is_not_read_either(project: Path):
    put(project, [{"id": "a", "brief": "x"}], "other")
    (project / "conductor" / "tracks" / "shop").mkdir()
    (project / "conductor" / "tracks" / "shop" / "plan.json").symlink_to("../other/plan.json")
    assert problems_of(project) == ("is no plain file, and is not read",)


def test_of_several_tracks_all_are_written_or_none(project: Path):
    workspace = open_project(project)
    (project / "conductor" / "tracks" / "b").mkdir(parents=True)
    (project / "conductor" / "tracks" / "b" / "plan.json").mkdir()
    with pytest.raises(ConfigError):
        write_track(workspace, Track("a", "A", "", "s", TICKETS), Track("b", "B", "", "s", TICKETS))
    assert track_ids(workspace) == ("b",)


def test_a_graph_that_cannot_be_run_is_not_written(project: Path):
    with pytest.raises(PlanError, match="wait for each other"):
        write_track(open_project(project), Track("t", "T", "", "", (Ticket("a", "A", "x", ("a",)),)))
    assert not [*project.iterdir()]


def test_all_keys_stand_in_the_file_to_be_filled_in():
    written = json.loads(plan_text(Track("t", "T", "", "", (Ticket("a", "A", "x"),))))
    assert [*written["tickets"][0]] == [
        "id", "title", "brief", "depends_on", "files", "symbols", "acceptance", "priority", "model"
    ]  # fmt: skip


def test_ids_made_of_words_are_stable_short_and_each_once():
    assert slug("Fix the *failing* Tests!") == "fix-the-failing-tests"
    assert slug("Fix", ["FIX", "fix-2"]) == "fix-3"
    assert slug("äöü ?") == "track"
    assert slug("NUL") == "track"
    long = slug("many words " * 20)
    assert len(long) <= 40
    assert not id_problem(long)


def test_ten_thousand_tickets_are_the_most():
    assert "too many" in read_tickets([{}] * 10_001)[1][0]
