"""What planners are shown of a project."""

from __future__ import annotations

from pathlib import Path

from manual_slop.conductor.outline import project_outline, skeletons
from manual_slop.conductor.plan_files import open_project
from tests.support.plans import two_parts


def test_an_outline_lists_files_and_what_they_define_tests_last(tmp_path: Path):
    told = project_outline(open_project(two_parts(tmp_path / "p")), "a goal")
    assert told.index("shop/orders.py  Python") < told.index("tests/test_orders.py  Python")
    assert "def due(amounts, discount)" in told


def test_files_that_the_goal_names_come_first(tmp_path: Path):
    told = project_outline(open_project(two_parts(tmp_path / "p")), "change words/titles.py")
    assert told.index("words/titles.py  Python") < told.index("shop/orders.py  Python")


def test_an_outline_fits_its_room_and_counts_what_did_not(tmp_path: Path):
    folder = two_parts(tmp_path / "p")
    for number in range(3000):
        (folder / "shop" / f"m{number}.py").write_text(f"def f{number}(): pass\n", "utf-8")
    told = project_outline(open_project(folder), "a goal", room=2000)
    assert len(told) < 24_000
    assert "and more files are not listed" in told
    assert "more files did not fit" in told


def test_plans_and_files_that_may_hold_keys_are_not_shown(tmp_path: Path):
    folder = two_parts(tmp_path / "p")
    (folder / "conductor" / "tracks" / "t").mkdir(parents=True)
    (folder / "conductor" / "tracks" / "t" / "plan.json").write_text("{}", "utf-8")
    (folder / ".env").write_text("KEY=very-secret\n", "utf-8")
    told = project_outline(open_project(folder), "a goal")
    assert "plan.json" not in told
    assert "very-secret" not in skeletons(open_project(folder), [".env"])


def test_skeletons_leave_bodies_out_and_say_what_is_new(tmp_path: Path):
    told = skeletons(open_project(two_parts(tmp_path / "p")), ["shop/prices.py", "shop/tax.py", "../up.py"])
    assert "def total(amounts):" in told
    assert "result += amount" not in told
    assert "### shop/tax.py\n(a new file)" in told


def test_a_folder_stands_for_its_source_files(tmp_path: Path):
    told = skeletons(open_project(two_parts(tmp_path / "p")), ["shop"])
    assert "### shop/orders.py" in told
    assert "### words" not in told


def test_an_empty_project_has_an_outline_too(tmp_path: Path):
    assert "(there are none yet)" in project_outline(open_project(tmp_path), "a goal")
