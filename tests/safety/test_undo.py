"""What was changed comes back to the byte, unless somebody changed it since."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from manual_slop.safety.changes import Changes
from manual_slop.safety.snapshot import Change, Plan, capture
from manual_slop.safety.undo import redo_last, undo_last
from manual_slop.safety.workspace import Workspace
from manual_slop.store.database import Database
from manual_slop.store.effects import Effect
from manual_slop.store.journal import Journal, MemoryJournal
from manual_slop.store.store_journal import StoreJournal
from tests.support.editing import Editor, editor, tree

CHMOD = """diff --git a/src/a.txt b/src/a.txt
old mode 100644
new mode 100755
--- a/src/a.txt
+++ b/src/a.txt
"""


@pytest.fixture
def ed(tmp_path: Path) -> Editor:
    return editor(tmp_path)


def done(ed: Editor, tool: str, **arguments: object) -> None:
    result = ed.run(tool, **arguments)
    assert not result.is_error, result.content


def test_an_edit_comes_back_with_content_and_permissions(ed: Editor):
    ed.write("a.sh", b"\xef\xbb\xbfone\r\ntwo").chmod(0o750)
    before = tree(ed.project)
    done(ed, "edit_file", path="a.sh", edits=[{"old": "one", "new": "1"}])
    report = undo_last(ed.changes)
    assert report.restored == ("a.sh",)
    assert report.refused == ()
    assert tree(ed.project) == before


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("write_file", {"path": "new/deep/x.txt", "content": "x"}),
        ("delete_file", {"path": "src/a.txt"}),
        ("move_file", {"path": "src/a.txt", "to": "other/place/b.txt"}),
        (
            "apply_patch",
            {"patch": CHMOD},
        ),
        ("apply_patch", {"patch": "--- a/src/a.txt\n+++ b/n/b.txt\n@@ -1 +1 @@\n-one\n+1\n"}),
    ],
)
def test_every_kind_of_change_comes_back_and_can_be_done_again(ed: Editor, tool: str, arguments: dict[str, str]):
    ed.write("src/a.txt", "one\n").chmod(0o644)
    before = tree(ed.project)
    done(ed, tool, **arguments)
    after = tree(ed.project)
    for _ in range(3):
        assert undo_last(ed.changes).refused == ()
        assert tree(ed.project) == before
        assert redo_last(ed.changes).refused == ()
        assert tree(ed.project) == after


def test_undoing_again_goes_further_back_and_then_says_that_nothing_is_left(ed: Editor):
    states = [tree(ed.project)]
    for number in range(4):
        done(ed, "write_file", path="a.txt", content=f"{number}\n")
        states.append(tree(ed.project))
    for state in states[-2::-1]:
        assert undo_last(ed.changes).refused == ()
        assert tree(ed.project) == state
    assert undo_last(ed.changes).refused == ("there is nothing to undo",)
    for state in states[1:]:
        assert redo_last(ed.changes).refused == ()
        assert tree(ed.project) == state
    assert redo_last(ed.changes).refused == ("there is nothing to redo",)


def test_a_whole_turn_comes_back_at_once(ed: Editor):
    ed.write("a.txt", "one\n")
    ed.write("b.txt", "two\n")
    ed.turn = "first"
    done(ed, "edit_file", path="a.txt", edits=[{"old": "one", "new": "1"}])
    between = tree(ed.project)
    ed.turn = "second"
    done(ed, "edit_file", path="a.txt", edits=[{"old": "1", "new": "uno"}])
    done(ed, "move_file", path="a.txt", to="c.txt")
    done(ed, "edit_file", path="c.txt", edits=[{"old": "uno", "new": "un"}])
    done(ed, "delete_file", path="b.txt")
    done(ed, "write_file", path="b.txt", content="another\n")
    done(ed, "write_file", path="d/new.txt", content="x\n")
    after = tree(ed.project)
    report = undo_last(ed.changes, turn=True)
    assert report.refused == ()
    assert len(report.entries) == 6
    assert tree(ed.project) == between
    redo_last(ed.changes)
    assert {name: entry[0] for name, entry in tree(ed.project).items()} == {
        name: entry[0] for name, entry in after.items()
    }


def test_only_the_session_that_is_asked_for_is_undone(ed: Editor):
    done(ed, "write_file", path="a.txt", content="mine\n")
    ed.session = "session-2"
    done(ed, "write_file", path="b.txt", content="theirs\n")
    assert undo_last(ed.changes, "session-1").restored == ("a.txt",)
    assert undo_last(ed.changes, "session-1").refused == ("there is nothing to undo",)
    assert set(tree(ed.project)) == {"b.txt"}


@pytest.mark.parametrize("happening", ["changed", "removed", "made again", "second name"])
def test_a_file_that_changed_since_keeps_all_of_it_from_being_undone(ed: Editor, happening: str):
    ed.write("a.txt", "one\n")
    ed.write("gone.txt", "x\n")
    done(ed, "edit_file", path="a.txt", edits=[{"old": "one", "new": "1"}])
    done(ed, "delete_file", path="gone.txt")
    done(ed, "write_file", path="other.txt", content="2\n")
    if happening == "changed":
        ed.write("a.txt", "mine\n")
    elif happening == "removed":
        (ed.project / "a.txt").unlink()
    elif happening == "made again":
        ed.write("gone.txt", "mine\n")
    else:
        (ed.project / "second").hardlink_to(ed.project / "a.txt")
    before = tree(ed.project)
    report = undo_last(ed.changes, turn=True)
    named = "gone.txt" if happening == "made again" else "a.txt"
    assert any(reason.startswith(f"{named}: ") for reason in report.refused)
    assert report.restored == ()
    assert tree(ed.project) == before


def test_permissions_that_a_person_changed_since_stay(ed: Editor):
    ed.write("a.sh", "one\n").chmod(0o644)
    done(ed, "edit_file", path="a.sh", edits=[{"old": "one", "new": "1"}])
    (ed.project / "a.sh").chmod(0o700)
    undo_last(ed.changes)
    assert tree(ed.project) == {"a.sh": (b"one\n", 0o700)}


def test_a_folder_that_others_use_by_now_stays(ed: Editor):
    done(ed, "write_file", path="new/a.txt", content="x")
    ed.write("new/mine.txt", "y")
    assert undo_last(ed.changes).refused == ()
    assert set(tree(ed.project)) == {"new", "new/mine.txt"}


def test_an_old_content_that_is_lost_or_damaged_is_said(ed: Editor, tmp_path: Path):
    ed.write("a.txt", "one\n")
    done(ed, "edit_file", path="a.txt", edits=[{"old": "one", "new": "1"}])
    blob = next(path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"evil")
    assert "is damaged" in undo_last(ed.changes).refused[0]
    blob.unlink()
    assert "is not among those kept" in undo_last(ed.changes).refused[0]
    assert ed.read("a.txt") == b"1\n"


def test_a_changed_project_elsewhere_is_not_touched(ed: Editor, tmp_path: Path):
    done(ed, "write_file", path="a.txt", content="x")
    (tmp_path / "other").mkdir()
    other = Changes(Workspace(tmp_path / "other"), ed.changes.journal, ed.changes.blobs)
    assert undo_last(other).refused == ("there is nothing to undo",)


def test_undo_works_after_a_restart(tmp_path: Path):
    first = editor(tmp_path, journal=StoreJournal(Database.open(tmp_path / "journal")))
    first.write("a.txt", "one\n")
    before = tree(first.project)
    done(first, "edit_file", path="a.txt", edits=[{"old": "one", "new": "1"}])
    second = editor(tmp_path, journal=StoreJournal(Database.open(tmp_path / "journal")))
    assert undo_last(second.changes).restored == ("a.txt",)
    assert tree(first.project) == before


@pytest.fixture(params=["before it began", "after it was made"])
def unknown(request: pytest.FixtureRequest, ed: Editor) -> Journal:
    """A journal in which the last edit of a.txt has no end."""
    ed.write("a.txt", "one\n")
    found = capture(ed.workspace, "a.txt")
    change = Change("a.txt", found, b"1\n")
    assert found
    ed.changes.blobs.put(found.data)
    journal = MemoryJournal()
    entry = journal.intend(Effect("edit_file", root=str(ed.project), changes=(change.recorded,)))
    journal.finish(entry, "unknown")
    if request.param == "after it was made":
        ed.write("a.txt", "1\n")
    return journal


def test_a_change_whose_end_nobody_saw_is_undone_to_the_same_state(ed: Editor, unknown: Journal):
    report = undo_last(Changes(ed.workspace, unknown, ed.changes.blobs))
    assert report.refused == ()
    assert ed.read("a.txt") == b"one\n"


def test_a_session_of_random_changes_comes_back_step_by_step(ed: Editor):
    rng = random.Random(20261123)
    for number in range(5):
        ed.write(f"f{number}", f"{number}\n" * 3)
    states = [tree(ed.project)]
    while len(states) <= 40:
        files = [name for name, (data, _) in tree(ed.project).items() if data is not None]
        name, new = rng.choice(files or ["none"]), f"d{rng.randrange(3)}/n{rng.randrange(1000)}"
        ed.run("read_file", path=name)
        tool, arguments = rng.choice(
            [
                ("write_file", {"path": rng.choice([name, new]), "content": f"{rng.random()}\n"}),
                ("delete_file", {"path": name}),
                ("move_file", {"path": name, "to": new}),
            ]
        )
        if not ed.run(tool, **arguments).is_error:
            states.append(tree(ed.project))
    for state in states[-2::-1]:
        report = undo_last(ed.changes)
        assert report.refused == ()
        assert tree(ed.project) == state


def test_a_plan_of_the_same_turn_without_a_name_is_undone_alone(ed: Editor):
    for name in ("a", "b"):
        ed.changes.carry_out(Plan((Change(name, None, b"x"),)), Effect("write_file"))
    assert undo_last(ed.changes, turn=True).restored == ("b",)
